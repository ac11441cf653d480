package io.karavel.simulation.rfc9293;

/** Proportional rate reduction: RFC 9937 §6. Bytes. */
final class ReductionModel {
  /** Whether it rules in this recovery. */
  boolean rules;

  /** What may be sent before the next acknowledgement. */
  long room;

  private long delivered;
  private long out;
  private long flight;
  private long threshold;

  void begin(boolean sack, long recoverFlight, long slowStartThreshold, long segment) {
    rules = sack;
    delivered = 0;
    out = 0;
    flight = Math.max(1, recoverFlight);
    threshold = slowStartThreshold;
    room = segment;
  }

  /**
   * An acknowledgement.
   *
   * @param safe whether it made progress and told of no further loss
   */
  void onAck(long freshly, long pipe, boolean safe, long segment) {
    if (freshly == 0) {
      return;
    }
    delivered += freshly;
    long most;
    if (pipe > threshold) {
      most = (delivered * threshold + flight - 1) / flight - out;
    } else {
      most = Math.max(delivered - out, freshly) + (safe ? segment : 0);
      most = Math.min(threshold - pipe, most);
    }
    if (out == 0) {
      most = Math.max(most, segment); // the first retransmission goes whatever it is
    }
    room = Math.max(0, most);
  }

  void onSent(long bytes) {
    out += bytes;
    room = Math.max(0, room - bytes);
  }
}
