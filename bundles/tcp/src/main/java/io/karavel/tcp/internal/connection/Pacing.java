package io.karavel.tcp.internal.connection;

import io.karavel.tcp.CongestionControl;

/**
 * Spreads what is sent over time: after each transmission the next waits as long as the rate says.
 * A connection paces when its congestion control gives a rate or its socket has one ({@code
 * SO_MAX_PACING_RATE}); like Linux, others send as acknowledgements and window allow. The rate also
 * sizes super-segments, paced or not, to about a millisecond (Linux's TSO autosizing).
 */
final class Pacing {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** A super-segment holds what the rate sends in 1/1024 s (Linux's sk_pacing_shift). */
  private static final int QUANTUM_SHIFT = 10;

  /** A short path gets larger ones: all at 0.5 ms, half at 1 ms … (tcp_tso_rtt_log). */
  private static final int SHORT_PATH_SHIFT = 9;

  private static final int LEAST_SEGMENTS = 2;

  private Pacing() {}

  /** The rate at which the connection paces in bytes per second; 0 if it does not. */
  static long bytesPerSecond(ControlBlock c) {
    CongestionControl congestion = c.congestion;
    if (congestion == null) {
      return 0;
    }
    long rate = congestion.pacingBytesPerSecond();
    int most = c.options.maxPacingBytesPerSecond();
    if (most == 0) {
      return rate;
    }
    if (rate == 0) {
      rate = ownBytesPerSecond(c);
    }
    return rate == 0 ? most : Math.min(rate, most);
  }

  /** What window and round trip come to, with room to grow (sk_pacing_rate); 0 if unknown. */
  static long ownBytesPerSecond(ControlBlock c) {
    long rtt = c.rtt.smoothedNanos();
    if (rtt <= 0 || c.congestion == null) {
      return 0;
    }
    int window = c.congestion.congestionWindowBytes();
    boolean slowStart = window < c.congestion.slowStartThresholdBytes() / 2;
    int percent =
        slowStart ? c.settings().pacingSlowStartPercent() : c.settings().pacingAvoidancePercent();
    return window * NANOS_PER_SECOND / rtt * percent / 100;
  }

  /** Most payload of the next super-segment; {@code most} is what the route allows. */
  static int segmentation(ControlBlock c, int most) {
    int least = LEAST_SEGMENTS * c.sndMss;
    if (most <= least) {
      return most;
    }
    long rate = bytesPerSecond(c);
    if (rate == 0) {
      rate = ownBytesPerSecond(c);
      if (rate == 0) {
        return most;
      }
    }
    long bytes = rate >> QUANTUM_SHIFT;
    long halvings = c.rtt.minimumNanos() / 1000 >> SHORT_PATH_SHIFT;
    if (halvings < Integer.SIZE - 1) {
      bytes += most >> halvings;
    }
    return (int) Math.max(least, Math.min(most, bytes));
  }

  /** Whether nothing may be sent yet; then the deadline stands at which it may. */
  static boolean holds(ControlBlock c, long nowNanos) {
    if (c.pacedUntilNanos == 0 || nowNanos - c.pacedUntilNanos >= 0 || bytesPerSecond(c) == 0) {
      return false;
    }
    c.pacingDeadline = c.pacedUntilNanos;
    return true;
  }

  /** Data was sent. What a late timer has lost is made good, half an interval at most. */
  static void onSent(ControlBlock c, int bytes, long nowNanos) {
    long rate = bytesPerSecond(c);
    if (rate == 0) {
      c.pacedUntilNanos = 0;
      return;
    }
    long interval = bytes * NANOS_PER_SECOND / rate;
    long late = c.pacedUntilNanos == 0 ? 0 : Math.max(0, nowNanos - c.pacedUntilNanos);
    c.pacedUntilNanos = nowNanos + interval - Math.min(late, interval / 2);
  }
}
