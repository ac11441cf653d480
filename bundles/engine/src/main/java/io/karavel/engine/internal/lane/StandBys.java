package io.karavel.engine.internal.lane;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The factories that could fill a slot, best first, and those of them that failed to. */
final class StandBys {
  private final List<ModuleSource> waiting = new ArrayList<>();
  private final Set<ModuleSource> refused = new HashSet<>();

  /** A factory waits for its turn; whatever was refused before may be tried again. */
  void add(ModuleSource source) {
    remove(source);
    putBack(source);
  }

  /** A factory whose module was at work waits again. */
  void putBack(ModuleSource source) {
    waiting.add(source);
    waiting.sort(ModuleSource.ORDER);
  }

  /** Whether it waits. */
  boolean has(ModuleSource source) {
    return waiting.contains(source);
  }

  /** A factory is at work, or gone. */
  void remove(ModuleSource source) {
    waiting.remove(source);
    refused.remove(source);
  }

  /** It failed: it is not tried again before it comes anew, or its state is gone. */
  void refuse(ModuleSource source) {
    refused.add(source);
  }

  /** Those of a lane that was abandoned. */
  void succeed(StandBys before) {
    before.waiting.forEach(this::putBack);
    refused.addAll(before.refused);
  }

  /** The state they failed with is gone: all may be tried again. */
  void forgive() {
    refused.clear();
  }

  void clear() {
    waiting.clear();
    refused.clear();
  }

  /** The next to be tried: {@code preferred} if it waits, else the best; null if there is none. */
  ModuleSource next(ModuleSource preferred) {
    if (preferred != null && waiting.contains(preferred) && !refused.contains(preferred)) {
      return preferred;
    }
    for (ModuleSource source : waiting) {
      if (!refused.contains(source)) {
        return source;
      }
    }
    return null;
  }
}
