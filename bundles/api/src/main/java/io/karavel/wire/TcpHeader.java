package io.karavel.wire;

import java.nio.ByteBuffer;

/** The TCP header (RFC 9293 §3.1). Sequence numbers are ints; compare them with {@link Seq}. */
public final class TcpHeader {
  /** Length in bytes of a header without options. */
  public static final int MINIMUM_LENGTH = 20;

  /** Length in bytes of the longest header. */
  public static final int MAXIMUM_LENGTH = 60;

  /** Where the checksum lies within the header; what checksum offload is told. */
  public static final int CHECKSUM_OFFSET = 16;

  /** Flag: no more data from the sender. */
  public static final int FIN = 0x01;

  /** Flag: synchronize sequence numbers. */
  public static final int SYN = 0x02;

  /** Flag: reset the connection. */
  public static final int RST = 0x04;

  /** Flag: push. */
  public static final int PSH = 0x08;

  /** Flag: the acknowledgment number counts. */
  public static final int ACK = 0x10;

  /** Flag: the urgent pointer counts. */
  public static final int URG = 0x20;

  /** Flag: ECN echo (RFC 3168). */
  public static final int ECE = 0x40;

  /** Flag: congestion window reduced (RFC 3168). */
  public static final int CWR = 0x80;

  private TcpHeader() {}

  /** Whether the bytes hold a whole TCP header. The checksum is not judged. */
  public static HeaderVerdict validate(ByteBuffer buffer, int offset, int length) {
    if (length < MINIMUM_LENGTH || offset < 0 || buffer.limit() - offset < length) {
      return HeaderVerdict.TRUNCATED;
    }
    int headerLength = headerLength(buffer, offset);
    if (headerLength < MINIMUM_LENGTH) {
      return HeaderVerdict.BAD_HEADER_LENGTH;
    }
    return headerLength > length ? HeaderVerdict.TRUNCATED : HeaderVerdict.OK;
  }

  /** The source port. */
  public static int sourcePort(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset) & 0xFFFF;
  }

  /** Sets the source port. */
  public static void sourcePort(ByteBuffer buffer, int offset, int port) {
    buffer.putShort(offset, (short) port);
  }

  /** The destination port. */
  public static int destinationPort(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 2) & 0xFFFF;
  }

  /** Sets the destination port. */
  public static void destinationPort(ByteBuffer buffer, int offset, int port) {
    buffer.putShort(offset + 2, (short) port);
  }

  /** The sequence number. */
  public static int sequenceNumber(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 4);
  }

  /** Sets the sequence number. */
  public static void sequenceNumber(ByteBuffer buffer, int offset, int value) {
    buffer.putInt(offset + 4, value);
  }

  /** The acknowledgment number. */
  public static int acknowledgmentNumber(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 8);
  }

  /** Sets the acknowledgment number. */
  public static void acknowledgmentNumber(ByteBuffer buffer, int offset, int value) {
    buffer.putInt(offset + 8, value);
  }

  /** The header length in bytes (four times the data offset field). */
  public static int headerLength(ByteBuffer buffer, int offset) {
    return (buffer.get(offset + 12) & 0xF0) >> 2;
  }

  /** Sets the header length in bytes, a multiple of 4 from 20 to 60; the reserved bits stay. */
  public static void headerLength(ByteBuffer buffer, int offset, int lengthBytes) {
    int reserved = buffer.get(offset + 12) & 0x0F;
    buffer.put(offset + 12, (byte) (((lengthBytes << 2) & 0xF0) | reserved));
  }

  /** The four reserved bits, of which the lowest is AE (RFC 9768). */
  public static int reserved(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 12) & 0x0F;
  }

  /** The eight flags, {@link #FIN} to {@link #CWR}. */
  public static int flags(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 13) & 0xFF;
  }

  /** Sets the eight flags. */
  public static void flags(ByteBuffer buffer, int offset, int flags) {
    buffer.put(offset + 13, (byte) flags);
  }

  /** The window field, not scaled. */
  public static int window(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 14) & 0xFFFF;
  }

  /** Sets the window field. */
  public static void window(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 14, (short) value);
  }

  /** The checksum as it stands. */
  public static int checksum(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 16) & 0xFFFF;
  }

  /** Sets the checksum. */
  public static void checksum(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 16, (short) value);
  }

  /** The urgent pointer. */
  public static int urgentPointer(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 18) & 0xFFFF;
  }

  /** Sets the urgent pointer. */
  public static void urgentPointer(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 18, (short) value);
  }

  /** Writes the 20 fixed bytes with reserved bits and checksum zero. */
  public static void write(
      ByteBuffer buffer,
      int offset,
      int sourcePort,
      int destinationPort,
      int sequenceNumber,
      int acknowledgmentNumber,
      int headerLength,
      int flags,
      int window,
      int urgentPointer) {
    buffer.putInt(offset, (sourcePort << 16) | (destinationPort & 0xFFFF));
    buffer.putInt(offset + 4, sequenceNumber);
    buffer.putInt(offset + 8, acknowledgmentNumber);
    buffer.putInt(offset + 12, (headerLength << 26) | (flags & 0xFF) << 16 | (window & 0xFFFF));
    buffer.putInt(offset + 16, urgentPointer & 0xFFFF);
  }
}
