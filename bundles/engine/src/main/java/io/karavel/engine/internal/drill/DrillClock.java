package io.karavel.engine.internal.drill;

import io.karavel.engine.NanoClock;

/** The time of a drill: it goes on when nothing is left to do. The drill's thread. */
final class DrillClock implements NanoClock {
  private long nowNanos = 1_000_000_000L;

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /** Goes on to a time; never back. */
  void goOn(long nanos) {
    nowNanos = Math.max(nowNanos, nanos);
  }
}
