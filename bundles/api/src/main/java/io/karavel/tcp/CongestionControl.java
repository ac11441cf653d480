package io.karavel.tcp;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import java.util.Map;

/**
 * Decides how much one connection may have in flight. Which bytes are lost and when a recovery
 * begins and ends is the core's judgement; this only answers with windows. Lane's thread.
 */
public interface CongestionControl {
  /** The name of its factory. */
  String name();

  /** The congestion window in bytes, at least one segment. */
  int congestionWindowBytes();

  /** The slow start threshold in bytes. */
  int slowStartThresholdBytes();

  /**
   * The rate to send at in bytes per second; the core spreads what it sends accordingly. 0 leaves
   * the connection unpaced unless its socket has a rate of its own.
   */
  default long pacingBytesPerSecond() {
    return 0;
  }

  /**
   * Whether it wants {@link #onRateSample}, {@link #onSegmentLost} and {@link #onTransmit}; asked
   * once, when it is made. Without it segments are not stamped and nothing is paid.
   */
  default boolean wantsRateSamples() {
    return false;
  }

  /**
   * Whether its window rules during a recovery too. Else the core reduces the flight in proportion
   * to what is delivered (RFC 9937) down to the slow start threshold.
   */
  default boolean steersRecovery() {
    return false;
  }

  /**
   * An acknowledgement was dealt with that delivered something or found losses; comes after all
   * other calls for it, within a recovery and outside.
   */
  default void onRateSample(RateSample sample, long nowNanos) {}

  /**
   * A segment was found to be lost; comes before the calls that begin a recovery.
   *
   * @param bytes its length
   * @param transmitInFlightBytes what was in flight once it was sent
   * @param lostSinceBytes bytes lost since it was sent, itself included
   * @param applicationLimited whether the application had too little to send when it was sent
   */
  default void onSegmentLost(
      int bytes,
      int transmitInFlightBytes,
      long lostSinceBytes,
      boolean applicationLimited,
      long nowNanos) {}

  /**
   * Data is about to be sent.
   *
   * @param inFlightBytes what is in flight before it
   * @param applicationLimited whether the application had too little to send
   */
  default void onTransmit(int inFlightBytes, boolean applicationLimited, long nowNanos) {}

  /**
   * New data was acknowledged, outside a recovery.
   *
   * @param acknowledgedBytes bytes newly acknowledged, cumulatively or selectively
   * @param rttNanos a round-trip sample; 0 if this acknowledgement gave none
   */
  void onAcknowledged(int acknowledgedBytes, long rttNanos, long nowNanos);

  /**
   * A loss was detected and a recovery begins (RFC 5681 §3.2, RFC 6675 §5).
   *
   * @param inFlightBytes FlightSize at that moment
   */
  void onLoss(int inFlightBytes, long nowNanos);

  /**
   * The peer told of a mark that a router set instead of dropping (RFC 3168 §6.1.2): to be answered
   * like a loss. At most once per round trip; the window does not grow before that is over.
   *
   * @param inFlightBytes FlightSize at that moment
   */
  default void onCongestionNotified(int inFlightBytes, long nowNanos) {
    onLoss(inFlightBytes, nowNanos);
  }

  /** The recovery is over: everything sent before it is acknowledged. */
  void onRecovered(long nowNanos);

  /**
   * The retransmission timer expired (RFC 5681 §3.1).
   *
   * @param inFlightBytes FlightSize at that moment
   * @param repeated whether the same data had timed out before
   */
  void onTimeout(int inFlightBytes, boolean repeated, long nowNanos);

  /** Nothing was sent for {@code idleNanos}, more than one retransmission timeout. */
  void onIdle(long idleNanos, int restartWindowBytes, long nowNanos);

  /** The loss or timeout turned out to be spurious: back to what was before. */
  void onSpurious(long nowNanos);

  /** The segment size has changed. */
  default void onSegmentBytesChanged(int oldBytes, int newBytes) {}

  /** The algorithm's own variables for people, in a stable order; shown by {@code tcp:show}. */
  default Map<String, Object> details() {
    return Map.of();
  }

  /** Writes the algorithm's own variables; window and threshold are kept by the core. */
  default void export(HandoverWriter writer) {}

  /**
   * Reads what {@link #export} of the same algorithm wrote.
   *
   * @throws HandoverException if it cannot be read
   */
  default void open(HandoverReader reader) throws HandoverException {}
}
