package io.karavel.linux;

import io.karavel.packet.PacketBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header in front of each frame of a device opened with IFF_VNET_HDR (virtio 1.2 §5.1.6, the
 * legacy form of 10 bytes, in the machine's byte order): which checksum is still to be completed,
 * and how a super-segment is to be cut. Offsets in it count from the first byte of the frame.
 */
public final class VirtioNetHeader {
  /** Its length. */
  public static final int BYTES = 10;

  /** The checksum is partial: complete it over [csum_start, end). */
  public static final int FLAG_NEEDS_CSUM = 1;

  /** The checksum was verified. */
  public static final int FLAG_DATA_VALID = 2;

  /** Not a super-segment. */
  public static final int GSO_NONE = 0;

  /** TCP over IPv4. */
  public static final int GSO_TCPV4 = 1;

  /** TCP over IPv6. */
  public static final int GSO_TCPV6 = 4;

  private static final int FLAGS = 0;
  private static final int GSO_TYPE = 1;
  private static final int HDR_LEN = 2;
  private static final int GSO_SIZE = 4;
  private static final int CSUM_START = 6;
  private static final int CSUM_OFFSET = 8;
  private static final int GSO_ECN = 0x80;
  private static final int TCP_DATA_OFFSET = 12;

  private VirtioNetHeader() {}

  private static int field(ByteBuffer memory, int index) {
    short value = memory.getShort(index);
    return (memory.order() == ByteOrder.nativeOrder() ? value : Short.reverseBytes(value)) & 0xffff;
  }

  private static void field(ByteBuffer memory, int index, int value) {
    short bits = (short) value;
    memory.putShort(
        index, memory.order() == ByteOrder.nativeOrder() ? bits : Short.reverseBytes(bits));
  }

  /** The flags. */
  public static int flags(ByteBuffer memory, int at) {
    return memory.get(at + FLAGS) & 0xff;
  }

  /** The GSO type, with its ECN bit. */
  public static int gsoType(ByteBuffer memory, int at) {
    return memory.get(at + GSO_TYPE) & 0xff;
  }

  /** Length of all headers of a super-segment; a hint only. */
  public static int headerLength(ByteBuffer memory, int at) {
    return field(memory, at + HDR_LEN);
  }

  /** Payload bytes of each segment. */
  public static int gsoSize(ByteBuffer memory, int at) {
    return field(memory, at + GSO_SIZE);
  }

  /** Where summing starts. */
  public static int checksumStart(ByteBuffer memory, int at) {
    return field(memory, at + CSUM_START);
  }

  /** From there to the checksum field. */
  public static int checksumOffset(ByteBuffer memory, int at) {
    return field(memory, at + CSUM_OFFSET);
  }

  /** Writes all fields. */
  public static void write(
      ByteBuffer memory,
      int at,
      int flags,
      int gsoType,
      int headerLength,
      int gsoSize,
      int checksumStart,
      int checksumOffset) {
    memory.put(at + FLAGS, (byte) flags);
    memory.put(at + GSO_TYPE, (byte) gsoType);
    field(memory, at + HDR_LEN, headerLength);
    field(memory, at + GSO_SIZE, gsoSize);
    field(memory, at + CSUM_START, checksumStart);
    field(memory, at + CSUM_OFFSET, checksumOffset);
  }

  /** Writes the header that says of a frame what its metadata say. */
  public static void encode(PacketBuffer frame, ByteBuffer memory, int at) {
    if (frame.checksumState() != PacketBuffer.CHECKSUM_PARTIAL) {
      int valid = frame.checksumState() == PacketBuffer.CHECKSUM_VERIFIED ? FLAG_DATA_VALID : 0;
      write(memory, at, valid, GSO_NONE, 0, 0, 0, 0);
      return;
    }
    int start = frame.checksumStart() - frame.offset();
    int type = GSO_NONE;
    int headerLength = 0;
    if (frame.segmentationType() != PacketBuffer.SEGMENTATION_NONE) {
      type = frame.segmentationType() == PacketBuffer.SEGMENTATION_TCP4 ? GSO_TCPV4 : GSO_TCPV6;
      int words = frame.memory().get(frame.checksumStart() + TCP_DATA_OFFSET) >> 4 & 15;
      headerLength = start + words * 4;
    }
    write(
        memory,
        at,
        FLAG_NEEDS_CSUM,
        type,
        headerLength,
        type == GSO_NONE ? 0 : frame.segmentSize(),
        start,
        frame.checksumOffset());
  }

  /**
   * Puts into a frame's metadata what the header says of it. The frame must have been {@linkplain
   * PacketBuffer#frame laid out} already.
   *
   * @return false if the header is malformed or speaks of something that was not agreed on
   */
  public static boolean decode(ByteBuffer memory, int at, PacketBuffer frame) {
    int flags = flags(memory, at);
    int type = gsoType(memory, at) & ~GSO_ECN;
    if ((flags & FLAG_NEEDS_CSUM) != 0) {
      int start = checksumStart(memory, at);
      int offset = checksumOffset(memory, at);
      if (start + offset + 2 > frame.length()) {
        return false;
      }
      frame.checksumPartial(frame.offset() + start, offset);
    } else if ((flags & FLAG_DATA_VALID) != 0) {
      frame.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    }
    if (type == GSO_NONE) {
      return true;
    }
    int size = gsoSize(memory, at);
    if (size == 0 || (type != GSO_TCPV4 && type != GSO_TCPV6)) {
      return false;
    }
    frame.segmentation(
        type == GSO_TCPV4 ? PacketBuffer.SEGMENTATION_TCP4 : PacketBuffer.SEGMENTATION_TCP6, size);
    return true;
  }
}
