package io.karavel.tcp.internal;

/**
 * Chooses local ports for outgoing connections: RFC 6056 §3.3.4, double-hash port selection. The
 * sequence of ports towards one peer cannot be foretold from that towards another, and ports are
 * reused as late as possible.
 */
final class EphemeralPorts {
  /** Bytes of secret. */
  static final int SECRET_BYTES = 2 * SipHash.KEY_BYTES;

  private static final int COUNTERS = 512;

  /** Whether a port will do. */
  @FunctionalInterface
  interface Usable {
    /** Whether the connection with this local port is free to be opened. */
    boolean test(int port);
  }

  private final SipHash offsetHash;
  private final SipHash counterHash;
  private final int[] counters = new int[COUNTERS];

  /** With a secret of {@value #SECRET_BYTES} bytes; counters begin at what {@code random} says. */
  EphemeralPorts(byte[] secret, java.util.function.IntUnaryOperator random) {
    offsetHash = new SipHash(secret, 0);
    counterHash = new SipHash(secret, SipHash.KEY_BYTES);
    for (int i = 0; i < COUNTERS; i++) {
      counters[i] = random.applyAsInt(65536);
    }
  }

  /**
   * A port for a connection.
   *
   * @param first first port of the range
   * @param last last port of the range
   * @return 0 if all of them are in use towards this peer
   */
  int choose(int first, int last, int localIpv4, int remoteIpv4, int remotePort, Usable usable) {
    int count = last - first + 1;
    int offset = (int) offsetHash.hashFlow(localIpv4, 0, remoteIpv4, remotePort, 0);
    int index = (int) counterHash.hashFlow(localIpv4, 0, remoteIpv4, remotePort, 0) & COUNTERS - 1;
    for (int i = 0; i < count; i++) {
      int port = first + Integer.remainderUnsigned(offset + counters[index]++, count);
      if (usable.test(port)) {
        return port;
      }
    }
    return 0;
  }
}
