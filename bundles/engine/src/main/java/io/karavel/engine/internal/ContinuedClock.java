package io.karavel.engine.internal;

import io.karavel.engine.NanoClock;

/**
 * The time of the lanes: the machine's monotonic clock, or, after a restart that kept connections,
 * the same clock going on where it stood when they were saved. So no time in any kept state is in
 * the past or far in the future: deadlines, TIME-WAIT, the timestamps option and the clock of
 * initial sequence numbers move by the gap together.
 */
final class ContinuedClock implements NanoClock {
  private final NanoClock machine;
  private final long offsetNanos;

  private ContinuedClock(NanoClock machine, long offsetNanos) {
    this.machine = machine;
    this.offsetNanos = offsetNanos;
  }

  /** The machine's time. */
  static ContinuedClock of(NanoClock machine) {
    return new ContinuedClock(machine, 0);
  }

  /** A clock that says {@code nanos} at this moment. */
  static ContinuedClock from(NanoClock machine, long nanos) {
    return new ContinuedClock(machine, nanos - machine.nanoTime());
  }

  @Override
  public long nanoTime() {
    return machine.nanoTime() + offsetNanos;
  }
}
