package io.karavel.diagnostics.internal.capture;

import io.karavel.engine.NanoClock;
import java.time.Clock;
import java.time.Instant;

/** Turns the lane's time into that of the calendar, by one reading of both. Immutable. */
public final class EpochClock {
  private final long differenceNanos;

  /** Reads both clocks now. */
  public EpochClock(NanoClock lane, Clock calendar) {
    Instant now = calendar.instant();
    differenceNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano() - lane.nanoTime();
  }

  /** Nanoseconds since 1970 of a time of the lane. */
  public long epochNanos(long laneNanos) {
    return laneNanos + differenceNanos;
  }
}
