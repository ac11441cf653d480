package io.karavel.wire;

import java.nio.ByteBuffer;

/** The IPv4 header (RFC 791). Addresses are ints in network order as {@code getInt} reads them. */
public final class Ipv4Header {
  /** Length in bytes of a header without options. */
  public static final int MINIMUM_LENGTH = 20;

  /** Length in bytes of the longest header. */
  public static final int MAXIMUM_LENGTH = 60;

  /** Largest datagram in bytes, header included. */
  public static final int MAXIMUM_TOTAL_LENGTH = 65_535;

  /** Protocol number of ICMP. */
  public static final int PROTOCOL_ICMP = 1;

  /** Protocol number of TCP. */
  public static final int PROTOCOL_TCP = 6;

  /** Protocol number of UDP. */
  public static final int PROTOCOL_UDP = 17;

  /** Don't-fragment bit within {@link #flagsAndFragmentOffset}. */
  public static final int DONT_FRAGMENT = 0x4000;

  /** More-fragments bit within {@link #flagsAndFragmentOffset}. */
  public static final int MORE_FRAGMENTS = 0x2000;

  /** The reserved ("evil") bit within {@link #flagsAndFragmentOffset}. */
  public static final int RESERVED_FLAG = 0x8000;

  /** Mask of the fragment offset, in units of 8 bytes, within {@link #flagsAndFragmentOffset}. */
  public static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

  private Ipv4Header() {}

  /**
   * Whether the bytes hold a whole IPv4 datagram: version, header length and total length agree
   * with each other and with {@code length}. Bytes after the total length (padding) are allowed.
   * The checksum is judged by {@link #checksumIsValid}.
   */
  public static HeaderVerdict validate(ByteBuffer buffer, int offset, int length) {
    HeaderVerdict verdict = validateEmbedded(buffer, offset, length);
    if (verdict != HeaderVerdict.OK) {
      return verdict;
    }
    int totalLength = totalLength(buffer, offset);
    if (totalLength < headerLength(buffer, offset)) {
      return HeaderVerdict.BAD_TOTAL_LENGTH;
    }
    return totalLength > length ? HeaderVerdict.TRUNCATED : HeaderVerdict.OK;
  }

  /**
   * Like {@link #validate} but for the beginning of a datagram quoted in an ICMP error: the header
   * must be whole, the total length is not compared with anything.
   */
  public static HeaderVerdict validateEmbedded(ByteBuffer buffer, int offset, int length) {
    if (length < MINIMUM_LENGTH || offset < 0 || buffer.limit() - offset < length) {
      return HeaderVerdict.TRUNCATED;
    }
    if (version(buffer, offset) != 4) {
      return HeaderVerdict.BAD_VERSION;
    }
    int headerLength = headerLength(buffer, offset);
    if (headerLength < MINIMUM_LENGTH) {
      return HeaderVerdict.BAD_HEADER_LENGTH;
    }
    return headerLength > length ? HeaderVerdict.TRUNCATED : HeaderVerdict.OK;
  }

  /** The version, the upper half of the first byte. */
  public static int version(ByteBuffer buffer, int offset) {
    return (buffer.get(offset) & 0xF0) >> 4;
  }

  /** The header length in bytes (four times the IHL field). */
  public static int headerLength(ByteBuffer buffer, int offset) {
    return (buffer.get(offset) & 0x0F) << 2;
  }

  /** Sets version 4 and the header length in bytes, a multiple of 4 from 20 to 60. */
  public static void headerLength(ByteBuffer buffer, int offset, int lengthBytes) {
    buffer.put(offset, (byte) (0x40 | (lengthBytes >> 2)));
  }

  /** The byte of DSCP and ECN, once called type of service. */
  public static int trafficClass(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 1) & 0xFF;
  }

  /** Sets the byte of DSCP and ECN. */
  public static void trafficClass(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset + 1, (byte) value);
  }

  /** The total length in bytes, header included. */
  public static int totalLength(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 2) & 0xFFFF;
  }

  /** Sets the total length in bytes. */
  public static void totalLength(ByteBuffer buffer, int offset, int lengthBytes) {
    buffer.putShort(offset + 2, (short) lengthBytes);
  }

  /** The identification. */
  public static int identification(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 4) & 0xFFFF;
  }

  /** Sets the identification. */
  public static void identification(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 4, (short) value);
  }

  /** The 16 bits of flags and fragment offset, as they stand. */
  public static int flagsAndFragmentOffset(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 6) & 0xFFFF;
  }

  /** Sets the 16 bits of flags and fragment offset. */
  public static void flagsAndFragmentOffset(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 6, (short) value);
  }

  /** Whether the don't-fragment bit is set. */
  public static boolean dontFragment(ByteBuffer buffer, int offset) {
    return (flagsAndFragmentOffset(buffer, offset) & DONT_FRAGMENT) != 0;
  }

  /** Whether the more-fragments bit is set. */
  public static boolean moreFragments(ByteBuffer buffer, int offset) {
    return (flagsAndFragmentOffset(buffer, offset) & MORE_FRAGMENTS) != 0;
  }

  /** The fragment offset in bytes. */
  public static int fragmentOffset(ByteBuffer buffer, int offset) {
    return (flagsAndFragmentOffset(buffer, offset) & FRAGMENT_OFFSET_MASK) << 3;
  }

  /** Whether this is a fragment: not the whole datagram. */
  public static boolean isFragment(ByteBuffer buffer, int offset) {
    return (flagsAndFragmentOffset(buffer, offset) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
  }

  /** The time to live. */
  public static int ttl(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 8) & 0xFF;
  }

  /** Sets the time to live. */
  public static void ttl(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset + 8, (byte) value);
  }

  /** The protocol number. */
  public static int protocol(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 9) & 0xFF;
  }

  /** Sets the protocol number. */
  public static void protocol(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset + 9, (byte) value);
  }

  /** The header checksum as it stands. */
  public static int checksum(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 10) & 0xFFFF;
  }

  /** Sets the header checksum. */
  public static void checksum(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 10, (short) value);
  }

  /** The source address. */
  public static int source(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 12);
  }

  /** Sets the source address. */
  public static void source(ByteBuffer buffer, int offset, int address) {
    buffer.putInt(offset + 12, address);
  }

  /** The destination address. */
  public static int destination(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 16);
  }

  /** Sets the destination address. */
  public static void destination(ByteBuffer buffer, int offset, int address) {
    buffer.putInt(offset + 16, address);
  }

  /** Whether the header checksum is right. The header must have been validated. */
  public static boolean checksumIsValid(ByteBuffer buffer, int offset) {
    return InternetChecksum.sum(buffer, offset, headerLength(buffer, offset)) == 0xFFFF;
  }

  /** Computes the header checksum and writes it. */
  public static void updateChecksum(ByteBuffer buffer, int offset) {
    buffer.putShort(offset + 10, (short) 0);
    int sum = InternetChecksum.sum(buffer, offset, headerLength(buffer, offset));
    buffer.putShort(offset + 10, (short) ~sum);
  }

  /** Writes a whole header of 20 bytes, checksum included. */
  public static void write(
      ByteBuffer buffer,
      int offset,
      int trafficClass,
      int totalLength,
      int identification,
      int flagsAndFragmentOffset,
      int ttl,
      int protocol,
      int source,
      int destination) {
    buffer.putInt(offset, 0x4500_0000 | (trafficClass & 0xFF) << 16 | (totalLength & 0xFFFF));
    buffer.putInt(offset + 4, (identification << 16) | (flagsAndFragmentOffset & 0xFFFF));
    buffer.putInt(offset + 8, (ttl << 24) | (protocol & 0xFF) << 16);
    buffer.putInt(offset + 12, source);
    buffer.putInt(offset + 16, destination);
    int sum = InternetChecksum.sum(buffer, offset, MINIMUM_LENGTH);
    buffer.putShort(offset + 10, (short) ~sum);
  }
}
