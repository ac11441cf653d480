package io.karavel.tcp.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The cookies that we give as a server (RFC 7413 §4.1.2): a keyed hash of both addresses. The key
 * changes with time; a cookie of the key before is still good, and is renewed.
 */
final class FastOpenCookies {
  /** Bytes of secret. */
  static final int SECRET_BYTES = SipHash.KEY_BYTES;

  /** Bytes of a cookie. */
  static final int COOKIE_BYTES = 8;

  /** What a cookie is worth. */
  enum Verdict {
    /** Made with the key in force. */
    GOOD,
    /** Made with the key before. */
    OLD,
    /** Neither. */
    WRONG
  }

  private final SipHash hash;

  /** With a secret of {@value #SECRET_BYTES} bytes. */
  FastOpenCookies(byte[] secret) {
    hash = new SipHash(secret, 0);
  }

  private byte[] make(long key, int localIpv4, int remoteIpv4) {
    long addresses = (long) localIpv4 << 32 | remoteIpv4 & 0xffff_ffffL;
    return ByteBuffer.allocate(COOKIE_BYTES).putLong(hash.hash(addresses, key)).array();
  }

  private static long key(long nowNanos, long rotationNanos) {
    return Math.floorDiv(nowNanos, rotationNanos);
  }

  /** The cookie of a client now. */
  byte[] make(long nowNanos, long rotationNanos, int localIpv4, int remoteIpv4) {
    return make(key(nowNanos, rotationNanos), localIpv4, remoteIpv4);
  }

  /** Judges a cookie that a client sent. */
  Verdict check(byte[] cookie, long nowNanos, long rotationNanos, int localIpv4, int remoteIpv4) {
    long key = key(nowNanos, rotationNanos);
    if (Arrays.equals(cookie, make(key, localIpv4, remoteIpv4))) {
      return Verdict.GOOD;
    }
    return Arrays.equals(cookie, make(key - 1, localIpv4, remoteIpv4))
        ? Verdict.OLD
        : Verdict.WRONG;
  }
}
