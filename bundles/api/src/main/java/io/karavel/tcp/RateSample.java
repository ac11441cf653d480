package io.karavel.tcp;

/**
 * What one acknowledgement told of the rate at which the path delivers (draft-ietf-ccwg-bbr §4.1,
 * from draft-cheng-iccrg-delivery-rate-estimation). In the names of the draft, {@code C} is the
 * connection, {@code P} the segment sent last of those acknowledged now. Valid during the call it
 * is given to. Lane's thread.
 */
public interface RateSample {
  /** C.delivered: bytes acknowledged, cumulatively or selectively, since sampling began. */
  long totalDeliveredBytes();

  /** P.delivered: what {@link #totalDeliveredBytes()} was when P was sent. */
  long priorDeliveredBytes();

  /** RS.delivered: bytes delivered between the transmission of P and now. */
  long deliveredBytes();

  /** RS.interval: the longer of the times over which they were sent and acknowledged; 0 if none. */
  long intervalNanos();

  /** RS.delivery_rate in bytes per second; 0 if this acknowledgement gave no sample. */
  long bytesPerSecond();

  /** Round trip of the newest segment that was sent once; 0 if there is none. */
  long rttNanos();

  /** RS.newly_acked: bytes this acknowledgement delivered. */
  int newlyDeliveredBytes();

  /** RS.newly_lost: bytes found to be lost with it. */
  int newlyLostBytes();

  /** C.lost: bytes found to be lost since sampling began. */
  long totalLostBytes();

  /** RS.lost: bytes lost between the transmission of P and now. */
  long lostBytes();

  /** RS.tx_in_flight: bytes in flight once P was sent. */
  int transmitInFlightBytes();

  /** C.inflight: bytes in flight now. */
  int inFlightBytes();

  /** RS.is_app_limited: whether the application had too little to send when P was. */
  boolean isApplicationLimited();

  /** Whether the acknowledgement echoes a congestion mark (RFC 3168 ECE). */
  boolean isCongestionEchoed();
}
