package io.karavel.ip.internal;

import java.nio.ByteBuffer;

/**
 * Chooses the identification of datagrams (RFC 791, RFC 6864): one counter per hash of source,
 * destination and protocol with a secret key, so that a pair of hosts does not see its numbers
 * again soon, and nobody learns from his own numbers how much others are sent (RFC 7739 in spirit).
 */
final class Identifications {
  private static final int COUNTERS = 1024;

  private final short[] next = new short[COUNTERS];
  private final long key;

  /**
   * Begins where nobody can tell.
   *
   * @param secret 16 bytes
   * @param nowNanos makes the beginning another one should the counters ever be lost
   */
  Identifications(byte[] secret, long nowNanos) {
    ByteBuffer bytes = ByteBuffer.wrap(secret);
    key = bytes.getLong(0);
    long seed = mix(bytes.getLong(8) ^ nowNanos);
    for (int i = 0; i < COUNTERS; i++) {
      seed = mix(seed + 0x9E37_79B9_7F4A_7C15L);
      next[i] = (short) seed;
    }
  }

  /** The counters, for a successor: numbers must not come again while fragments may be about. */
  byte[] export() {
    ByteBuffer bytes = ByteBuffer.allocate(COUNTERS * Short.BYTES);
    bytes.asShortBuffer().put(next);
    return bytes.array();
  }

  /** Goes on with a predecessor's counters; those of another size are left alone. */
  void restore(byte[] counters) {
    if (counters.length == COUNTERS * Short.BYTES) {
      ByteBuffer.wrap(counters).asShortBuffer().get(next);
    }
  }

  /** The first of {@code count} consecutive identifications. */
  int next(int source, int destination, int protocol, int count) {
    long hash = mix((((long) source << 32) | (destination & 0xFFFF_FFFFL)) ^ key);
    hash = mix(hash + protocol + key);
    int index = (int) hash & (COUNTERS - 1);
    int first = next[index] & 0xFFFF;
    next[index] = (short) (first + count);
    return first;
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
