package io.karavel.simulation.rfc9293;

/** A segment on the scoreboard of {@link SenderModel}: what of it is on its way (RFC 8985 §5.1). */
final class Flying {
  long from;
  final long to;

  /** When it was sent for the first time. */
  long firstNanos;

  /** When it was sent last, and the timestamp that it carried. */
  long sentNanos;

  int timestamp;

  /** It was sent more than once. */
  boolean repeated;

  boolean sacked;
  boolean lost;

  /** It is held to be lost, and a repetition is on its way. */
  boolean again;

  Flying(long from, long to, long nowNanos, int timestamp) {
    this.from = from;
    this.to = to;
    firstNanos = nowNanos;
    sentNanos = nowNanos;
    this.timestamp = timestamp;
  }

  /** A part of it: it was sent as it was, but is judged by itself from now on. */
  Flying part(long left, long right) {
    Flying part = new Flying(left, right, sentNanos, timestamp);
    part.firstNanos = firstNanos;
    part.repeated = repeated;
    part.sacked = sacked;
    part.lost = lost;
    part.again = again;
    return part;
  }

  long length() {
    return to - from;
  }

  /** Whether a transmission of it is on its way, as far as is known. */
  boolean isFlying() {
    return !sacked && (!lost || again);
  }

  /** Whether this transmission is later than another (RACK.sent_after). */
  static boolean isSentAfter(long nanos, long end, long otherNanos, long otherEnd) {
    return nanos > otherNanos || nanos == otherNanos && end > otherEnd;
  }

  @Override
  public String toString() {
    return "["
        + from
        + ","
        + to
        + (sacked ? " sacked" : "")
        + (lost ? " lost" : "")
        + (again ? " again" : "")
        + ")";
  }
}
