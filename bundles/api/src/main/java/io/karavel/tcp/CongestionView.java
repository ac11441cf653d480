package io.karavel.tcp;

/** What a congestion control may know of its connection. Lane's thread; never kept beyond it. */
public interface CongestionView {
  /** Payload bytes of a full segment. */
  int segmentBytes();

  /** Bytes sent, not acknowledged and not held to be lost. */
  int inFlightBytes();

  /** Smoothed round-trip time in nanoseconds; 0 before the first measurement. */
  long smoothedRttNanos();

  /** Smallest round-trip time seen in nanoseconds; 0 before the first measurement. */
  long minimumRttNanos();

  /** Whether the last transmission was held back by the congestion window, not by want of data. */
  boolean isCongestionWindowLimited();
}
