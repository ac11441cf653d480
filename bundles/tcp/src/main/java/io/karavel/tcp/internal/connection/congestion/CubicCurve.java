package io.karavel.tcp.internal.connection.congestion;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;

/**
 * One congestion avoidance stage of CUBIC: the window as a function of the time since it began (RFC
 * 9438 §4.2), beside the window that Reno would have (§4.3). Windows are in bytes, so the constant
 * C of segments is multiplied by the segment size. Lane's thread.
 */
final class CubicCurve {
  /** C, in segments per second cubed (§5.1). */
  static final double SCALE = 0.4;

  /** beta_cubic (§4.6). */
  static final double DECREASE = 0.7;

  /** alpha_cubic: with beta as friendly as Reno (§4.3). */
  static final double FRIENDLY_INCREASE = 3 * (1 - DECREASE) / (1 + DECREASE);

  /** The target is at most this many windows (§4.2). */
  static final double MAXIMUM_GROWTH = 1.5;

  private static final double NANOS_PER_SECOND = 1e9;

  private static final int TAG_MAXIMUM = 1;
  private static final int TAG_PRIOR = 2;
  private static final int TAG_K = 3;
  private static final int TAG_ESTIMATE = 4;
  private static final int TAG_START = 5;
  private static final int TAG_PAUSED_SINCE = 6;
  private static final int TAG_RUNNING = 7;
  private static final int TAG_PAUSED = 8;

  /** W_max; 0 is undefined. */
  private double maximumBytes;

  /** cwnd_prior: the window when the threshold was last set; 0 is undefined. */
  private double priorBytes;

  /** K: how long the cubic function takes to come back to W_max. */
  private double kSeconds;

  /** W_est. */
  private double estimateBytes;

  private long startNanos;
  private long pausedSinceNanos;
  private boolean running;
  private boolean paused;

  /** A loss ends the stage; fast convergence gives way to newer flows (§4.7). */
  void onLoss(int windowBytes) {
    maximumBytes = windowBytes < maximumBytes ? windowBytes * (1 + DECREASE) / 2 : windowBytes;
    priorBytes = windowBytes;
    stop();
  }

  /** A timeout ends the stage; the next begins at the bottom of the convex part (§4.8). */
  void onTimeout(int windowBytes) {
    maximumBytes = 0;
    priorBytes = windowBytes;
    stop();
  }

  /** Ends the stage: the next growth begins another one. */
  void stop() {
    running = false;
    paused = false;
  }

  /** Time does not count from here on: the window is not what holds the sender back (§5.8). */
  void pause(long sinceNanos) {
    if (running && !paused) {
      paused = true;
      pausedSinceNanos = sinceNanos;
    }
  }

  /**
   * The window after an acknowledgement.
   *
   * @param rttNanos smoothed round-trip time
   */
  double grown(
      double windowBytes, int acknowledgedBytes, int segmentBytes, long rttNanos, long nowNanos) {
    if (!running) {
      start(windowBytes, segmentBytes, nowNanos);
    } else if (paused) {
      startNanos += nowNanos - pausedSinceNanos;
      paused = false;
    }
    double increase = estimateBytes < priorBytes ? FRIENDLY_INCREASE : 1;
    estimateBytes += increase * segmentBytes * acknowledgedBytes / windowBytes;
    long elapsedNanos = nowNanos - startNanos;
    if (at(elapsedNanos, segmentBytes) < estimateBytes) {
      return Math.max(windowBytes, estimateBytes);
    }
    double target =
        Math.max(
            windowBytes,
            Math.min(MAXIMUM_GROWTH * windowBytes, at(elapsedNanos + rttNanos, segmentBytes)));
    return windowBytes + acknowledgedBytes * (target - windowBytes) / windowBytes;
  }

  private void start(double windowBytes, int segmentBytes, long nowNanos) {
    if (maximumBytes > windowBytes) {
      kSeconds = Math.cbrt((maximumBytes - windowBytes) / (SCALE * segmentBytes));
    } else {
      // Slow start ended without a loss, or after a timeout (§4.8, §4.10).
      kSeconds = 0;
      maximumBytes = windowBytes;
    }
    estimateBytes = windowBytes;
    startNanos = nowNanos;
    running = true;
    paused = false;
  }

  /** W_cubic(t). */
  private double at(long elapsedNanos, int segmentBytes) {
    double t = elapsedNanos / NANOS_PER_SECOND - kSeconds;
    return SCALE * segmentBytes * t * t * t + maximumBytes;
  }

  /** Takes over all of another. */
  void copy(CubicCurve other) {
    maximumBytes = other.maximumBytes;
    priorBytes = other.priorBytes;
    kSeconds = other.kSeconds;
    estimateBytes = other.estimateBytes;
    startNanos = other.startNanos;
    pausedSinceNanos = other.pausedSinceNanos;
    running = other.running;
    paused = other.paused;
  }

  void export(HandoverWriter writer) {
    writer
        .putLong(TAG_MAXIMUM, Double.doubleToLongBits(maximumBytes))
        .putLong(TAG_PRIOR, Double.doubleToLongBits(priorBytes))
        .putLong(TAG_K, Double.doubleToLongBits(kSeconds))
        .putLong(TAG_ESTIMATE, Double.doubleToLongBits(estimateBytes))
        .putLong(TAG_START, startNanos)
        .putLong(TAG_PAUSED_SINCE, pausedSinceNanos)
        .putBoolean(TAG_RUNNING, running)
        .putBoolean(TAG_PAUSED, paused);
  }

  void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_MAXIMUM -> maximumBytes = Double.longBitsToDouble(reader.longValue());
        case TAG_PRIOR -> priorBytes = Double.longBitsToDouble(reader.longValue());
        case TAG_K -> kSeconds = Double.longBitsToDouble(reader.longValue());
        case TAG_ESTIMATE -> estimateBytes = Double.longBitsToDouble(reader.longValue());
        case TAG_START -> startNanos = reader.longValue();
        case TAG_PAUSED_SINCE -> pausedSinceNanos = reader.longValue();
        case TAG_RUNNING -> running = reader.booleanValue();
        case TAG_PAUSED -> paused = reader.booleanValue();
        default -> {}
      }
    }
  }
}
