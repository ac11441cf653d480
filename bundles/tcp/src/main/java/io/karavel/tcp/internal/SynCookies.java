package io.karavel.tcp.internal;

import io.karavel.wire.Seq;

/**
 * SYN cookies (RFC 4987 §3.6): the state of an embryo within the initial sequence number that the
 * peer must send back, so that a SYN costs no memory. 5 bits of time, 3 bits of segment size, 24
 * bits of keyed hash over these, the peer's sequence number and the four parts of the connection.
 *
 * <p>Window scale, SACK and ECN travel in the low {@value #OPTION_BITS} bits of our timestamp,
 * which the peer echoes; without timestamps a connection from a cookie has neither.
 */
final class SynCookies {
  /** Bytes of secret. */
  static final int SECRET_BYTES = SipHash.KEY_BYTES;

  /** Low bits of the timestamp that carry options. */
  static final int OPTION_BITS = 6;

  private static final int OPTION_MASK = (1 << OPTION_BITS) - 1;
  private static final int NO_WINDOW_SCALE = 15;
  private static final int SACK_BIT = 1 << 4;
  private static final int ECN_BIT = 1 << 5;

  /** A cookie is good for its own period of 64 s and the next. */
  private static final long NANOS_PER_PERIOD = 64_000_000_000L;

  private static final int[] SEGMENT_SIZES = {216, 536, 1024, 1220, 1360, 1440, 1460, 8960};

  private final SipHash hash;

  /** With a secret of {@value #SECRET_BYTES} bytes. */
  SynCookies(byte[] secret) {
    hash = new SipHash(secret, 0);
  }

  private static int period(long nowNanos) {
    return (int) Math.floorDiv(nowNanos, NANOS_PER_PERIOD);
  }

  private int authentication(
      int localIpv4, int localPort, int remoteIpv4, int remotePort, int irs, int period, int size) {
    long flow = hash.hashFlow(localIpv4, localPort, remoteIpv4, remotePort, irs);
    return (int) hash.hash(flow, (long) period << 3 | size) & 0xffffff;
  }

  /**
   * The initial sequence number of our SYN-ACK.
   *
   * @param irs the peer's initial sequence number
   * @param maximumSegmentSize what the peer's SYN said; rounded down to one of eight sizes
   */
  int make(
      long nowNanos,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      int irs,
      int maximumSegmentSize) {
    int size = SEGMENT_SIZES.length - 1;
    while (size > 0 && SEGMENT_SIZES[size] > maximumSegmentSize) {
      size--;
    }
    int period = period(nowNanos);
    return (period & 31) << 27
        | size << 24
        | authentication(localIpv4, localPort, remoteIpv4, remotePort, irs, period, size);
  }

  /**
   * Checks the cookie that an ACK brings back.
   *
   * @param irs the peer's initial sequence number: that of its ACK, less one
   * @param cookie our initial sequence number: the acknowledgement, less one
   * @return the peer's maximum segment size in bytes, or 0 if the cookie is wrong or too old
   */
  int check(
      long nowNanos,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      int irs,
      int cookie) {
    int now = period(nowNanos);
    int age = now - (cookie >>> 27) & 31;
    int size = cookie >>> 24 & 7;
    if (age > 1
        || authentication(localIpv4, localPort, remoteIpv4, remotePort, irs, now - age, size)
            != (cookie & 0xffffff)) {
      return 0;
    }
    return SEGMENT_SIZES[size];
  }

  /**
   * Our timestamp with options in its low bits, at most 63 ms behind {@code timestamp}.
   *
   * @param windowScale the peer's, or -1 if it offered none
   */
  static int timestampWithOptions(int timestamp, int windowScale, boolean sack, boolean ecn) {
    int bits =
        (windowScale < 0 ? NO_WINDOW_SCALE : windowScale)
            | (sack ? SACK_BIT : 0)
            | (ecn ? ECN_BIT : 0);
    int value = timestamp & ~OPTION_MASK | bits;
    return Seq.greaterThan(value, timestamp) ? value - (1 << OPTION_BITS) : value;
  }

  /** The peer's window scale in a timestamp that it echoes, or -1. */
  static int windowScale(int timestampEchoReply) {
    int scale = timestampEchoReply & NO_WINDOW_SCALE;
    return scale == NO_WINDOW_SCALE ? -1 : scale;
  }

  /** Whether the peer permitted SACK, in a timestamp that it echoes. */
  static boolean sack(int timestampEchoReply) {
    return (timestampEchoReply & SACK_BIT) != 0;
  }

  /** Whether ECN was granted, in a timestamp that the peer echoes. */
  static boolean ecn(int timestampEchoReply) {
    return (timestampEchoReply & ECN_BIT) != 0;
  }
}
