package io.karavel.tcp.internal;

/**
 * Initial sequence numbers as RFC 6528 has them: a clock that ticks every 4 µs plus a keyed hash of
 * the four parts of the connection. Also the offsets of timestamps (RFC 7323 §5.4), one per pair of
 * hosts, so that successive connections between them see one clock that only moves forward.
 *
 * <p>The secret is the engine's and outlasts modules, so that numbers go on growing across them.
 */
final class InitialSequenceNumbers {
  /** Bytes of secret. */
  static final int SECRET_BYTES = 2 * SipHash.KEY_BYTES;

  private static final long NANOS_PER_TICK = 4000;

  private final SipHash sequenceHash;
  private final SipHash timestampHash;

  /** With a secret of {@value #SECRET_BYTES} bytes. */
  InitialSequenceNumbers(byte[] secret) {
    sequenceHash = new SipHash(secret, 0);
    timestampHash = new SipHash(secret, SipHash.KEY_BYTES);
  }

  /** The initial sequence number for a connection opened now. */
  int next(long nowNanos, int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    long hash = sequenceHash.hashFlow(localIpv4, localPort, remoteIpv4, remotePort, 0);
    return (int) (hash + Math.floorDiv(nowNanos, NANOS_PER_TICK));
  }

  /** What is added to the millisecond clock in timestamps between two hosts. */
  int timestampOffset(int localIpv4, int remoteIpv4) {
    return (int) timestampHash.hashFlow(localIpv4, 0, remoteIpv4, 0, 0);
  }
}
