package io.karavel.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes packets as pcapng (draft-ietf-opsawg-pcapng): one section, one interface description for
 * each interface, one enhanced packet block for each packet, with nanosecond times and comments,
 * and interface statistics at the end. Whatever has been written is a readable file at any moment.
 * One thread at a time.
 */
public final class PcapngWriter implements Closeable {
  /** Link type of Ethernet frames. */
  public static final int LINKTYPE_ETHERNET = 1;

  /** Link type of bare IP packets. */
  public static final int LINKTYPE_RAW = 101;

  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int INTERFACE_STATISTICS = 5;
  private static final int ENHANCED_PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;

  private static final int OPT_END = 0;
  private static final int OPT_COMMENT = 1;
  private static final int SHB_USERAPPL = 4;
  private static final int IF_NAME = 2;
  private static final int IF_DESCRIPTION = 3;
  private static final int IF_TSRESOL = 9;
  private static final int EPB_FLAGS = 2;
  private static final int ISB_IFRECV = 4;
  private static final int ISB_IFDROP = 5;

  private static final byte NANOSECONDS = 9;
  private static final int MOST_OPTION_BYTES = 0xfffc;

  private final OutputStream out;
  private ByteBuffer block = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  private int interfaces;
  private long written;

  /** Which way a packet went, as seen by the host that captures. */
  public enum Direction {
    /** Not known. */
    UNKNOWN,
    /** Received. */
    INBOUND,
    /** Sent. */
    OUTBOUND
  }

  /**
   * Begins a section.
   *
   * @param out closed with this writer
   * @param application who captures, as Wireshark shows it
   * @throws IOException if {@code out} throws
   */
  public PcapngWriter(OutputStream out, String application) throws IOException {
    this.out = out;
    begin(SECTION_HEADER);
    block.putInt(BYTE_ORDER_MAGIC);
    block.putShort((short) 1);
    block.putShort((short) 0);
    block.putLong(-1);
    text(SHB_USERAPPL, application);
    end();
  }

  /**
   * Describes an interface; must come before its first packet.
   *
   * @param linkType a LINKTYPE constant
   * @param snapLength most bytes kept of a packet; 0 is no limit
   * @return the number by which its packets name it
   * @throws IOException if the stream throws
   */
  public int addInterface(String name, String description, int linkType, int snapLength)
      throws IOException {
    begin(INTERFACE_DESCRIPTION);
    block.putShort((short) linkType);
    block.putShort((short) 0);
    block.putInt(snapLength);
    text(IF_NAME, name);
    text(IF_DESCRIPTION, description);
    option(IF_TSRESOL, 1);
    block.put(NANOSECONDS).put((byte) 0).put((byte) 0).put((byte) 0);
    end();
    return interfaces++;
  }

  /**
   * Writes a packet.
   *
   * @param interfaceNumber what {@link #addInterface} returned
   * @param epochNanos its time, in nanoseconds since 1970
   * @param data its bytes, from position to limit, which stay as they are
   * @param originalLength its length on the wire; more than what is there if it was cut
   * @param comment a comment, or empty
   * @throws IOException if the stream throws
   */
  public void packet(
      int interfaceNumber,
      long epochNanos,
      Direction direction,
      ByteBuffer data,
      int originalLength,
      String comment)
      throws IOException {
    if (interfaceNumber < 0 || interfaceNumber >= interfaces) {
      throw new IllegalArgumentException("interface " + interfaceNumber + " is not described");
    }
    begin(ENHANCED_PACKET);
    room(data.remaining() + 64);
    block.putInt(interfaceNumber);
    time(epochNanos);
    block.putInt(data.remaining());
    block.putInt(originalLength);
    block.put(data.duplicate());
    pad();
    if (direction != Direction.UNKNOWN) {
      option(EPB_FLAGS, 4);
      block.putInt(direction.ordinal());
    }
    text(OPT_COMMENT, comment);
    end();
  }

  /**
   * Says how many packets an interface saw and how many of them were not written.
   *
   * @throws IOException if the stream throws
   */
  public void statistics(int interfaceNumber, long epochNanos, long received, long dropped)
      throws IOException {
    begin(INTERFACE_STATISTICS);
    block.putInt(interfaceNumber);
    time(epochNanos);
    option(ISB_IFRECV, 8);
    block.putLong(received);
    option(ISB_IFDROP, 8);
    block.putLong(dropped);
    end();
  }

  /** Bytes written so far. */
  public long bytesWritten() {
    return written;
  }

  /**
   * Hands on what the stream holds back.
   *
   * @throws IOException if the stream throws
   */
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void time(long epochNanos) {
    block.putInt((int) (epochNanos >>> 32));
    block.putInt((int) epochNanos);
  }

  private void begin(int type) {
    block.clear();
    block.putInt(type);
    block.putInt(0);
  }

  private void text(int code, String text) {
    if (text.isEmpty()) {
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MOST_OPTION_BYTES);
    room(length + 16);
    option(code, length);
    block.put(bytes, 0, length);
    pad();
  }

  private void option(int code, int length) {
    block.putShort((short) code);
    block.putShort((short) length);
  }

  private void pad() {
    while ((block.position() & 3) != 0) {
      block.put((byte) 0);
    }
  }

  private void end() throws IOException {
    option(OPT_END, 0);
    int length = block.position() + 4;
    block.putInt(length);
    block.putInt(4, length);
    out.write(block.array(), 0, length);
    written += length;
  }

  private void room(int bytes) {
    if (block.remaining() < bytes + 32) {
      int capacity = Math.max(block.capacity() * 2, block.position() + bytes + 64);
      ByteBuffer larger = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
      block.flip();
      larger.put(block);
      block = larger;
    }
  }
}
