package io.karavel.wire;

import java.nio.ByteBuffer;

/** The Ethernet II header: destination, source, type (RFC 894). MAC addresses are 48-bit longs. */
public final class EthernetHeader {
  /** Length of the header in bytes. */
  public static final int LENGTH = 14;

  /** EtherType of IPv4. */
  public static final int TYPE_IPV4 = 0x0800;

  /** EtherType of ARP. */
  public static final int TYPE_ARP = 0x0806;

  /** EtherType of an 802.1Q tag. */
  public static final int TYPE_VLAN = 0x8100;

  /** EtherType of IPv6. */
  public static final int TYPE_IPV6 = 0x86DD;

  /** Values below this in the type field are 802.3 lengths, not types. */
  public static final int TYPE_MINIMUM = 0x0600;

  /** The broadcast address ff:ff:ff:ff:ff:ff. */
  public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

  private EthernetHeader() {}

  /** Whether {@code length} bytes at {@code offset} hold a whole Ethernet header. */
  public static HeaderVerdict validate(ByteBuffer buffer, int offset, int length) {
    return length < LENGTH || offset < 0 || buffer.limit() - offset < LENGTH
        ? HeaderVerdict.TRUNCATED
        : HeaderVerdict.OK;
  }

  /** The destination MAC address. */
  public static long destination(ByteBuffer buffer, int offset) {
    return mac(buffer, offset);
  }

  /** Sets the destination MAC address. */
  public static void destination(ByteBuffer buffer, int offset, long mac) {
    mac(buffer, offset, mac);
  }

  /** The source MAC address. */
  public static long source(ByteBuffer buffer, int offset) {
    return mac(buffer, offset + 6);
  }

  /** Sets the source MAC address. */
  public static void source(ByteBuffer buffer, int offset, long mac) {
    mac(buffer, offset + 6, mac);
  }

  /** The EtherType, or an 802.3 length if below {@link #TYPE_MINIMUM}. */
  public static int type(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 12) & 0xFFFF;
  }

  /** Sets the EtherType. */
  public static void type(ByteBuffer buffer, int offset, int type) {
    buffer.putShort(offset + 12, (short) type);
  }

  /** Writes the whole header. */
  public static void write(ByteBuffer buffer, int offset, long destination, long source, int type) {
    mac(buffer, offset, destination);
    mac(buffer, offset + 6, source);
    buffer.putShort(offset + 12, (short) type);
  }

  /** Whether the address has the group bit (multicast or broadcast). */
  public static boolean isGroup(long mac) {
    return (mac & 0x0100_0000_0000L) != 0;
  }

  /** Reads the six bytes at {@code offset} as a MAC address. */
  static long mac(ByteBuffer buffer, int offset) {
    return (buffer.getShort(offset) & 0xFFFFL) << 32 | (buffer.getInt(offset + 2) & 0xFFFF_FFFFL);
  }

  /** Writes a MAC address into the six bytes at {@code offset}. */
  static void mac(ByteBuffer buffer, int offset, long mac) {
    buffer.putShort(offset, (short) (mac >>> 32));
    buffer.putInt(offset + 2, (int) mac);
  }
}
