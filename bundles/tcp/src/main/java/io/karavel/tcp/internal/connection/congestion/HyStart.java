package io.karavel.tcp.internal.connection.congestion;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;

/**
 * HyStart++ (RFC 9406): ends the first slow start when round trips grow, before the queue
 * overflows. Rounds are counted by bytes: one is over when all that was in flight at its beginning
 * is acknowledged. Lane's thread.
 */
final class HyStart {
  /** MIN_RTT_THRESH. */
  static final long MINIMUM_THRESHOLD_NANOS = 4_000_000L;

  /** MAX_RTT_THRESH. */
  static final long MAXIMUM_THRESHOLD_NANOS = 16_000_000L;

  /** MIN_RTT_DIVISOR. */
  static final int RTT_DIVISOR = 8;

  /** N_RTT_SAMPLE. */
  static final int SAMPLES = 8;

  /** CSS_GROWTH_DIVISOR. */
  static final int CONSERVATIVE_DIVISOR = 4;

  /** CSS_ROUNDS. */
  static final int CONSERVATIVE_ROUNDS = 5;

  /** L: segments that one acknowledgement can add to the window of a sender that does not pace. */
  static final int SEGMENTS_PER_ACK = 8;

  private static final long UNKNOWN = Long.MAX_VALUE;

  private static final int TAG_ROUND_LEFT = 1;
  private static final int TAG_LAST_MINIMUM = 2;
  private static final int TAG_CURRENT_MINIMUM = 3;
  private static final int TAG_SAMPLES = 4;
  private static final int TAG_BASELINE = 5;
  private static final int TAG_CONSERVATIVE = 6;
  private static final int TAG_ROUNDS = 7;
  private static final int TAG_BEGUN = 8;

  private boolean begun;
  private int roundLeftBytes;
  private long lastMinimumNanos = UNKNOWN;
  private long currentMinimumNanos = UNKNOWN;
  private int samples;
  private boolean conservative;
  private long baselineNanos = UNKNOWN;
  private int conservativeRounds;

  /**
   * Takes an acknowledgement (§4.2).
   *
   * @param rttNanos its round-trip sample; 0 is none
   * @param inFlightBytes what is outstanding after it
   * @return whether slow start is over: the threshold becomes the window
   */
  boolean onAcknowledged(int acknowledgedBytes, long rttNanos, int inFlightBytes) {
    if (!begun) {
      begun = true;
      roundLeftBytes = inFlightBytes + acknowledgedBytes;
    }
    if (rttNanos > 0) {
      currentMinimumNanos = Math.min(currentMinimumNanos, rttNanos);
      samples++;
    }
    if (samples >= SAMPLES) {
      judge();
    }
    roundLeftBytes -= acknowledgedBytes;
    return roundLeftBytes <= 0 && endRound(inFlightBytes);
  }

  private void judge() {
    if (conservative) {
      if (currentMinimumNanos < baselineNanos) {
        // The increase was jitter: back to slow start.
        conservative = false;
        baselineNanos = UNKNOWN;
      }
    } else if (lastMinimumNanos != UNKNOWN) {
      long threshold =
          Math.max(
              MINIMUM_THRESHOLD_NANOS,
              Math.min(lastMinimumNanos / RTT_DIVISOR, MAXIMUM_THRESHOLD_NANOS));
      if (currentMinimumNanos >= lastMinimumNanos + threshold) {
        conservative = true;
        conservativeRounds = 0;
        baselineNanos = currentMinimumNanos;
      }
    }
  }

  private boolean endRound(int inFlightBytes) {
    lastMinimumNanos = currentMinimumNanos;
    currentMinimumNanos = UNKNOWN;
    samples = 0;
    roundLeftBytes = inFlightBytes;
    begun = inFlightBytes > 0;
    if (!conservative) {
      return false;
    }
    // A round that was begun in slow start counts too.
    conservativeRounds++;
    return conservativeRounds >= CONSERVATIVE_ROUNDS;
  }

  /** Whether in conservative slow start. */
  boolean isConservative() {
    return conservative;
  }

  void export(HandoverWriter writer) {
    writer
        .putInt(TAG_ROUND_LEFT, roundLeftBytes)
        .putLong(TAG_LAST_MINIMUM, lastMinimumNanos)
        .putLong(TAG_CURRENT_MINIMUM, currentMinimumNanos)
        .putInt(TAG_SAMPLES, samples)
        .putLong(TAG_BASELINE, baselineNanos)
        .putBoolean(TAG_CONSERVATIVE, conservative)
        .putInt(TAG_ROUNDS, conservativeRounds)
        .putBoolean(TAG_BEGUN, begun);
  }

  void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_ROUND_LEFT -> roundLeftBytes = reader.intValue();
        case TAG_LAST_MINIMUM -> lastMinimumNanos = reader.longValue();
        case TAG_CURRENT_MINIMUM -> currentMinimumNanos = reader.longValue();
        case TAG_SAMPLES -> samples = reader.intValue();
        case TAG_BASELINE -> baselineNanos = reader.longValue();
        case TAG_CONSERVATIVE -> conservative = reader.booleanValue();
        case TAG_ROUNDS -> conservativeRounds = reader.intValue();
        case TAG_BEGUN -> begun = reader.booleanValue();
        default -> {}
      }
    }
  }
}
