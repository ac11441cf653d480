package io.karavel.tcp.internal;

import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

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
  private final IntUnaryOperator random;

  /** Null until they are needed: a predecessor's may come before. */
  private int[] counters;

  /** With a secret of {@value #SECRET_BYTES} bytes; counters begin at what {@code random} says. */
  EphemeralPorts(byte[] secret, IntUnaryOperator random) {
    offsetHash = new SipHash(secret, 0);
    counterHash = new SipHash(secret, SipHash.KEY_BYTES);
    this.random = random;
  }

  /** The counters, for a successor: ports must not come again soon. Null if there are none yet. */
  byte[] export() {
    if (counters == null) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(COUNTERS * Integer.BYTES);
    bytes.asIntBuffer().put(counters);
    return bytes.array();
  }

  /** Goes on with a predecessor's counters; those of another size are left alone. */
  void restore(byte[] kept) {
    if (kept.length == COUNTERS * Integer.BYTES) {
      counters = new int[COUNTERS];
      ByteBuffer.wrap(kept).asIntBuffer().get(counters);
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
    if (counters == null) {
      counters = new int[COUNTERS];
      for (int i = 0; i < COUNTERS; i++) {
        counters[i] = random.applyAsInt(65536);
      }
    }
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
