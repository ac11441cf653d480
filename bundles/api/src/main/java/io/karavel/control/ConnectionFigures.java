package io.karavel.control;

/**
 * How the connections of one of two TCP versions do that share a stack, since they share it.
 *
 * @param connections how many it has now, of whatever state but LISTEN
 * @param sent segments that it sent
 * @param sentAgain of these, retransmissions
 * @param resets established connections that were reset, by either side
 * @param rttNanos mean smoothed round-trip time of up to 1024 of its connections; -1 without any
 */
public record ConnectionFigures(
    int connections, long sent, long sentAgain, long resets, long rttNanos) {
  /** Of two stacks or lanes together; the round-trip time weighted by connections. */
  public ConnectionFigures and(ConnectionFigures other) {
    long rtt = rttNanos < 0 ? other.rttNanos : rttNanos;
    int both = connections + other.connections;
    if (rttNanos >= 0 && other.rttNanos >= 0 && both > 0) {
      rtt = (rttNanos * connections + other.rttNanos * other.connections) / both;
    }
    return new ConnectionFigures(
        both, sent + other.sent, sentAgain + other.sentAgain, resets + other.resets, rtt);
  }
}
