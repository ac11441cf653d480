package io.karavel.wire;

import java.nio.ByteBuffer;

/**
 * The Internet checksum (RFC 1071, RFC 1624): ones' complement sums over regions of buffers.
 *
 * <p>A <em>sum</em> here is a folded 16-bit ones' complement sum, not complemented, as an int from
 * 0 to 0xFFFF. Data that carries its own correct checksum sums to 0xFFFF. {@link #finish} turns a
 * sum into the value that stands in a header. Buffers must be big-endian.
 */
public final class InternetChecksum {
  private InternetChecksum() {}

  /**
   * Sums a region of any length at any offset; a last odd byte counts as if a zero followed.
   *
   * @return the folded sum; 0 only if all bytes are 0
   */
  public static int sum(ByteBuffer buffer, int offset, int length) {
    long sum = 0;
    int at = offset;
    int remaining = length;
    // Halves of a long are added apart, so that the carries collect in the upper half of the sum.
    while (remaining >= 32) {
      long a = buffer.getLong(at);
      long b = buffer.getLong(at + 8);
      long c = buffer.getLong(at + 16);
      long d = buffer.getLong(at + 24);
      sum += (a >>> 32) + (a & 0xFFFF_FFFFL) + (b >>> 32) + (b & 0xFFFF_FFFFL);
      sum += (c >>> 32) + (c & 0xFFFF_FFFFL) + (d >>> 32) + (d & 0xFFFF_FFFFL);
      at += 32;
      remaining -= 32;
    }
    while (remaining >= 8) {
      long a = buffer.getLong(at);
      sum += (a >>> 32) + (a & 0xFFFF_FFFFL);
      at += 8;
      remaining -= 8;
    }
    if (remaining >= 4) {
      sum += buffer.getInt(at) & 0xFFFF_FFFFL;
      at += 4;
      remaining -= 4;
    }
    if (remaining >= 2) {
      sum += buffer.getShort(at) & 0xFFFF;
      at += 2;
      remaining -= 2;
    }
    if (remaining > 0) {
      sum += (buffer.get(at) & 0xFF) << 8;
    }
    return fold(sum);
  }

  /** Sums a region and adds another sum, such as that of a pseudo-header. */
  public static int sum(ByteBuffer buffer, int offset, int length, int initialSum) {
    return add(sum(buffer, offset, length), initialSum);
  }

  /** Adds two folded sums of regions that both begin at an even position of the whole. */
  public static int add(int sum, int other) {
    int total = sum + other;
    return (total & 0xFFFF) + (total >>> 16);
  }

  /**
   * Appends the sum of a following slice to that of the slices before it.
   *
   * @param sum the sum so far
   * @param bytesBefore how many bytes {@code sum} covers; if odd, the slice's bytes change places
   * @param sliceSum the slice's own sum, taken as if it stood at an even position
   */
  public static int append(int sum, int bytesBefore, int sliceSum) {
    return add(sum, (bytesBefore & 1) == 0 ? sliceSum : swapBytes(sliceSum));
  }

  /** The value that stands in a header for the given sum of everything else: its complement. */
  public static int finish(int sum) {
    return ~sum & 0xFFFF;
  }

  /** Folds any 64-bit accumulation of 16-bit words (itself without carries lost) to 16 bits. */
  public static int fold(long accumulated) {
    long sum = (accumulated >>> 32) + (accumulated & 0xFFFF_FFFFL);
    sum = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
    int folded = (int) ((sum >>> 16) + (sum & 0xFFFF));
    folded = (folded >>> 16) + (folded & 0xFFFF);
    return (folded >>> 16) + (folded & 0xFFFF);
  }

  /**
   * The sum of the IPv4 pseudo-header (RFC 9293 §3.1). It is also what stands in the checksum field
   * of a packet whose checksum a device is to complete.
   *
   * @param length bytes of the transport's header and data
   */
  public static int pseudoHeaderIpv4(int source, int destination, int protocol, int length) {
    return fold(
        (source & 0xFFFF_FFFFL)
            + (destination & 0xFFFF_FFFFL)
            + (protocol & 0xFF)
            + (length & 0xFFFF_FFFFL));
  }

  /**
   * The sum of the IPv6 pseudo-header (RFC 8200 §8.1), addresses as pairs of longs.
   *
   * @param length bytes of the upper-layer header and data
   */
  public static int pseudoHeaderIpv6(
      long sourceHigh,
      long sourceLow,
      long destinationHigh,
      long destinationLow,
      int nextHeader,
      int length) {
    long sum = halves(sourceHigh) + halves(sourceLow);
    sum += halves(destinationHigh) + halves(destinationLow);
    return fold(sum + (nextHeader & 0xFF) + (length & 0xFFFF_FFFFL));
  }

  /**
   * The checksum after one 16-bit word of the data changed (RFC 1624 equation 3).
   *
   * @param checksum the value that stood in the header
   */
  public static int update(int checksum, int oldWord, int newWord) {
    int sum = (~checksum & 0xFFFF) + (~oldWord & 0xFFFF) + (newWord & 0xFFFF);
    return ~fold(sum) & 0xFFFF;
  }

  /** The checksum after one 32-bit word, at an even position, changed. */
  public static int updateInt(int checksum, int oldWord, int newWord) {
    return update(
        update(checksum, oldWord >>> 16, newWord >>> 16), oldWord & 0xFFFF, newWord & 0xFFFF);
  }

  private static int swapBytes(int sum) {
    return ((sum & 0xFF) << 8) | ((sum >>> 8) & 0xFF);
  }

  private static long halves(long value) {
    return (value >>> 32) + (value & 0xFFFF_FFFFL);
  }
}
