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

  Identifications(byte[] secret) {
    ByteBuffer bytes = ByteBuffer.wrap(secret);
    key = bytes.getLong(0);
    long seed = bytes.getLong(8);
    for (int i = 0; i < COUNTERS; i++) {
      seed = mix(seed + 0x9E37_79B9_7F4A_7C15L);
      next[i] = (short) seed;
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
