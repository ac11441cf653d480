package io.karavel.control.internal.events;

import io.karavel.control.Appliance;
import io.karavel.control.EventHistory;
import io.karavel.engine.DropReason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes events of discards: one per stack and reason and look, with how many there were. One
 * thread.
 */
final class DropWatch {
  private final EventHistory history;
  private final Map<String, Map<DropReason, Long>> seen = new HashMap<>();

  DropWatch(EventHistory history) {
    this.history = history;
  }

  /** Looks at the counts; those of a stack that is seen for the first time are no news. */
  void look(Appliance appliance) {
    for (String stack : appliance.stacks()) {
      Map<DropReason, Long> now = new EnumMap<>(DropReason.class);
      now.putAll(appliance.drops(stack));
      Map<DropReason, Long> before = seen.put(stack, now);
      if (before != null) {
        now.forEach(
            (reason, count) -> {
              long grown = count - before.getOrDefault(reason, 0L);
              if (grown > 0) {
                history.add(
                    "drop", reason.name(), grown + " on stack " + stack + ": " + reason.meaning());
              }
            });
      }
    }
  }
}
