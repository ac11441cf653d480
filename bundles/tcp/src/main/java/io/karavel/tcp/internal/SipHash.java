package io.karavel.tcp.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 (Aumasson and Bernstein), the keyed hash behind initial sequence numbers, cookies,
 * timestamp offsets and port selection: without the key its values cannot be foretold. Immutable;
 * hashing allocates nothing.
 */
final class SipHash {
  /** Bytes of a key. */
  static final int KEY_BYTES = 16;

  private final long key0;
  private final long key1;

  /** With a key of {@value #KEY_BYTES} bytes at an offset. */
  SipHash(byte[] secret, int offset) {
    ByteBuffer key = ByteBuffer.wrap(secret, offset, KEY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    key0 = key.getLong();
    key1 = key.getLong();
  }

  /** The hash of a message of 16 bytes, given as two little-endian words. */
  long hash(long first, long second) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    for (int word = 0; word < 4; word++) {
      long m;
      int rounds = 2;
      if (word == 0) {
        m = first;
      } else if (word == 1) {
        m = second;
      } else if (word == 2) {
        m = 16L << 56;
      } else {
        m = 0;
        v2 ^= 0xff;
        rounds = 4;
      }
      v3 ^= m;
      for (int round = 0; round < rounds; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= m;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** The hash of a connection's four parts with a number beside them. */
  long hashFlow(int localIpv4, int localPort, int remoteIpv4, int remotePort, int extra) {
    return hash(
        (long) localIpv4 << 32 | (remoteIpv4 & 0xffffffffL),
        (long) extra << 32 | localPort << 16 & 0xffffffffL | remotePort);
  }
}
