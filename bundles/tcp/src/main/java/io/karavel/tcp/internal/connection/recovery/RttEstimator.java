package io.karavel.tcp.internal.connection.recovery;

/**
 * Smoothed round-trip time and retransmission timeout of RFC 6298. What limits the timeout (rtoMin,
 * rtoMax) and its back-off belong to the timer.
 */
public final class RttEstimator {
  private long smoothedNanos;
  private long variationNanos;
  private long minimumNanos;
  private long initialNanos;

  /** No measurement yet: the timeout is {@code initialNanos}. */
  public RttEstimator(long initialNanos) {
    this.initialNanos = initialNanos;
  }

  /** Takes a measurement (RFC 6298 §2.2, §2.3). */
  public void sample(long rttNanos) {
    long rtt = Math.max(0, rttNanos);
    minimumNanos = minimumNanos == 0 ? Math.max(1, rtt) : Math.max(1, Math.min(minimumNanos, rtt));
    if (smoothedNanos == 0) {
      smoothedNanos = Math.max(1, rtt);
      variationNanos = rtt / 2;
    } else {
      variationNanos += (Math.abs(smoothedNanos - rtt) - variationNanos) / 4;
      smoothedNanos = Math.max(1, smoothedNanos + (rtt - smoothedNanos) / 8);
    }
  }

  /**
   * The timeout, neither clamped from above nor backed off.
   *
   * <p>Deviation: the variation counts at least a quarter of rtoMin, as if that were the clock
   * granularity G; else a steady path makes a timeout so near the RTT that a delayed
   * acknowledgement sets it off.
   */
  public long timeoutNanos(long minimumTimeoutNanos) {
    if (smoothedNanos == 0) {
      return initialNanos;
    }
    return Math.max(
        minimumTimeoutNanos, smoothedNanos + Math.max(minimumTimeoutNanos / 4, 4 * variationNanos));
  }

  /** What the timeout is before the first measurement. */
  public void initialNanos(long nanos) {
    initialNanos = nanos;
  }

  /** The timeout before the first measurement. */
  public long initialNanos() {
    return initialNanos;
  }

  /** Whether there was a measurement. */
  public boolean isMeasured() {
    return smoothedNanos != 0;
  }

  /** SRTT; 0 before the first measurement. */
  public long smoothedNanos() {
    return smoothedNanos;
  }

  /** RTTVAR. */
  public long variationNanos() {
    return variationNanos;
  }

  /** The smallest measurement; 0 before the first. */
  public long minimumNanos() {
    return minimumNanos;
  }

  /** Takes over what another one had measured. */
  public void restore(long smoothed, long variation, long minimum) {
    smoothedNanos = smoothed;
    variationNanos = variation;
    minimumNanos = minimum;
  }
}
