package io.karavel.wire;

import java.nio.ByteBuffer;

/** An ARP packet for IPv4 over Ethernet (RFC 826), the bytes that follow the Ethernet header. */
public final class ArpPacket {
  /** Length of the packet in bytes. */
  public static final int LENGTH = 28;

  /** Operation: who has the target address? */
  public static final int REQUEST = 1;

  /** Operation: the sender has it. */
  public static final int REPLY = 2;

  private static final int HARDWARE_ETHERNET = 1;
  private static final int HARDWARE_IEEE802 = 6;

  private ArpPacket() {}

  /**
   * Whether the bytes hold a whole ARP packet for IPv4 over Ethernet. The operation is not judged.
   */
  public static HeaderVerdict validate(ByteBuffer buffer, int offset, int length) {
    if (length < LENGTH || offset < 0 || buffer.limit() - offset < LENGTH) {
      return HeaderVerdict.TRUNCATED;
    }
    int hardware = buffer.getShort(offset) & 0xFFFF;
    if ((hardware != HARDWARE_ETHERNET && hardware != HARDWARE_IEEE802)
        || (buffer.getShort(offset + 2) & 0xFFFF) != EthernetHeader.TYPE_IPV4) {
      return HeaderVerdict.BAD_VERSION;
    }
    if (buffer.get(offset + 4) != 6 || buffer.get(offset + 5) != 4) {
      return HeaderVerdict.BAD_HEADER_LENGTH;
    }
    return HeaderVerdict.OK;
  }

  /** The operation: {@link #REQUEST} or {@link #REPLY} in what this stack understands. */
  public static int operation(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 6) & 0xFFFF;
  }

  /** Sets the operation. */
  public static void operation(ByteBuffer buffer, int offset, int operation) {
    buffer.putShort(offset + 6, (short) operation);
  }

  /** The sender's MAC address. */
  public static long senderMac(ByteBuffer buffer, int offset) {
    return EthernetHeader.mac(buffer, offset + 8);
  }

  /** The sender's IPv4 address; 0 in a probe. */
  public static int senderAddress(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 14);
  }

  /** The target's MAC address; meaningless in a request. */
  public static long targetMac(ByteBuffer buffer, int offset) {
    return EthernetHeader.mac(buffer, offset + 18);
  }

  /** The target's IPv4 address. */
  public static int targetAddress(ByteBuffer buffer, int offset) {
    return buffer.getInt(offset + 24);
  }

  /** Writes the whole packet. */
  public static void write(
      ByteBuffer buffer,
      int offset,
      int operation,
      long senderMac,
      int senderAddress,
      long targetMac,
      int targetAddress) {
    buffer.putShort(offset, (short) HARDWARE_ETHERNET);
    buffer.putShort(offset + 2, (short) EthernetHeader.TYPE_IPV4);
    buffer.put(offset + 4, (byte) 6);
    buffer.put(offset + 5, (byte) 4);
    buffer.putShort(offset + 6, (short) operation);
    EthernetHeader.mac(buffer, offset + 8, senderMac);
    buffer.putInt(offset + 14, senderAddress);
    EthernetHeader.mac(buffer, offset + 18, targetMac);
    buffer.putInt(offset + 24, targetAddress);
  }
}
