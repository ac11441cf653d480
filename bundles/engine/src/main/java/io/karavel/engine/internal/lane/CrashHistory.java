package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import java.util.ArrayDeque;

/** The crashes of a slot's modules, and whether they are too many in too short a time. */
final class CrashHistory {
  private final ArrayDeque<Long> timesNanos = new ArrayDeque<>();
  private long count;

  long count() {
    return count;
  }

  /** Notes a crash; true if it is the one too many, and then the counting starts anew. */
  boolean note(long nowNanos, EngineSettings settings) {
    count++;
    timesNanos.add(nowNanos);
    long windowNanos = settings.crashWindowSeconds() * 1_000_000_000L;
    while (nowNanos - timesNanos.peek() >= windowNanos) {
      timesNanos.poll();
    }
    if (timesNanos.size() < settings.crashLimit()) {
      return false;
    }
    timesNanos.clear();
    return true;
  }
}
