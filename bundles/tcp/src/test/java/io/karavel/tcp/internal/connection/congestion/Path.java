package io.karavel.tcp.internal.connection.congestion;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionView;

/** A path without losses whose sender always has data: one acknowledgement per segment. */
final class Path implements CongestionView {
  static final long MILLI = 1_000_000L;

  int segmentBytes = 1000;
  int inFlightBytes;
  long rttNanos = 100 * MILLI;
  boolean limited = true;
  long nowNanos = 1_000_000_000L;

  @Override
  public int segmentBytes() {
    return segmentBytes;
  }

  @Override
  public int inFlightBytes() {
    return inFlightBytes;
  }

  @Override
  public long smoothedRttNanos() {
    return rttNanos;
  }

  @Override
  public long minimumRttNanos() {
    return rttNanos;
  }

  @Override
  public boolean isCongestionWindowLimited() {
    return limited;
  }

  /** A round trip: every segment of the window is acknowledged, evenly spread over it. */
  void round(CongestionControl congestion) {
    int segments = congestion.congestionWindowBytes() / segmentBytes;
    long begin = nowNanos;
    for (int i = 1; i <= segments; i++) {
      nowNanos = begin + rttNanos * i / segments;
      acknowledge(congestion, rttNanos);
    }
  }

  /** One segment is acknowledged, with its sample; the sender has its window in flight. */
  void acknowledge(CongestionControl congestion, long sampleNanos) {
    inFlightBytes = congestion.congestionWindowBytes() - segmentBytes;
    congestion.onAcknowledged(segmentBytes, sampleNanos, nowNanos);
  }
}
