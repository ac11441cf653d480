package io.karavel.simulation.rfc9293;

/** A stretch of sequence space that was sent: as one segment, if it was never cut anew. */
final class Sent {
  final long from;
  final long to;
  final long firstNanos;
  long lastNanos;
  int times = 1;

  Sent(long from, long to, long nanos) {
    this.from = from;
    this.to = to;
    firstNanos = nanos;
    lastNanos = nanos;
  }
}
