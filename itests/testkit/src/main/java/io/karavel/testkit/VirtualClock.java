package io.karavel.testkit;

import io.karavel.engine.NanoClock;
import java.time.Duration;

/**
 * Time that stands still until a test moves it, always forward. It begins at a moment that is
 * neither 0 nor round, so that code which takes the origin for meaningful is found out.
 *
 * <p>Several harnesses may share one clock ({@link VirtualNetwork} does so). Read by any thread;
 * moved by the test's thread.
 */
public final class VirtualClock implements NanoClock {
  /** Where {@link #nanoTime()} begins unless told otherwise. */
  public static final long DEFAULT_ORIGIN_NANOS = 7_654_321_000_000L;

  private final long originNanos;
  private volatile long nowNanos;

  /** A clock with the default origin. */
  public VirtualClock() {
    this(DEFAULT_ORIGIN_NANOS);
  }

  /** A clock with an origin of its own, negative ones included. */
  public VirtualClock(long originNanos) {
    this.originNanos = originNanos;
    this.nowNanos = originNanos;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  /** Nanoseconds since the clock was made: the time in which tests speak. */
  public long elapsedNanos() {
    return nowNanos - originNanos;
  }

  /** What {@link #nanoTime()} is at an elapsed time. */
  public long absoluteNanos(long elapsedNanos) {
    return originNanos + elapsedNanos;
  }

  /** What {@link #elapsedNanos()} is at a time of {@link #nanoTime()}. */
  public long elapsedNanos(long absoluteNanos) {
    return absoluteNanos - originNanos;
  }

  /**
   * Moves the clock to a time of {@link #nanoTime()}. Timers do not fire by this: use {@link
   * StackHarness#advanceTo} or {@link VirtualNetwork#advanceTo}.
   */
  public void moveTo(long absoluteNanos) {
    if (absoluteNanos - nowNanos < 0) {
      throw new IllegalArgumentException(
          "time does not go back: now "
              + Durations.format(elapsedNanos())
              + ", asked for "
              + Durations.format(absoluteNanos - originNanos));
    }
    nowNanos = absoluteNanos;
  }

  /** Moves the clock by a duration; see {@link #moveTo}. */
  public void moveBy(Duration duration) {
    moveTo(nowNanos + duration.toNanos());
  }
}
