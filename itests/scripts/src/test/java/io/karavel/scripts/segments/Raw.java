package io.karavel.scripts.segments;

import io.karavel.testkit.WirePacket;

/** Datagrams changed byte by byte, with their checksums made right again. */
final class Raw {
  private static final int TCP_CHECKSUM = 16;

  private Raw() {}

  private static int headerBytes(byte[] datagram) {
    return (datagram[0] & 0xf) * 4;
  }

  private static int sum(byte[] bytes, int from, int to, int start) {
    int sum = start;
    for (int i = from; i < to; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (i + 1 < to ? bytes[i + 1] & 0xff : 0);
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  private static void put16(byte[] bytes, int index, int value) {
    bytes[index] = (byte) (value >> 8);
    bytes[index + 1] = (byte) value;
  }

  /** Changes a byte of the TCP header. */
  static void patchTcp(byte[] datagram, int offset, int value) {
    int tcp = headerBytes(datagram);
    datagram[tcp + offset] = (byte) value;
    put16(datagram, tcp + TCP_CHECKSUM, 0);
    int pseudo = sum(datagram, 12, 20, 6 + datagram.length - tcp);
    put16(datagram, tcp + TCP_CHECKSUM, ~sum(datagram, tcp, datagram.length, pseudo) & 0xffff);
  }

  /** The datagram with options in its IP header, a multiple of four bytes. */
  static byte[] withIpOptions(byte[] datagram, int... options) {
    byte[] longer = new byte[datagram.length + options.length];
    System.arraycopy(datagram, 0, longer, 0, 20);
    for (int i = 0; i < options.length; i++) {
      longer[20 + i] = (byte) options[i];
    }
    System.arraycopy(datagram, 20, longer, 20 + options.length, datagram.length - 20);
    longer[0] = (byte) (0x40 | (20 + options.length) / 4);
    put16(longer, 2, longer.length);
    put16(longer, 10, 0);
    put16(longer, 10, ~sum(longer, 0, 20 + options.length, 0) & 0xffff);
    return longer;
  }

  /** Whether kinds have lengths that fit, and nothing but zeros follows the end of the list. */
  static boolean optionsAreWellFormed(WirePacket packet) {
    byte[] datagram = packet.ipBytes();
    int tcp = headerBytes(datagram);
    int end = tcp + (datagram[tcp + 12] >> 4 & 0xf) * 4;
    int at = tcp + 20;
    while (at < end && datagram[at] != 0) {
      int length = datagram[at] == 1 ? 1 : datagram[at + 1];
      if (length < 1 || datagram[at] != 1 && length < 2 || at + length > end) {
        return false;
      }
      at += length;
    }
    while (at < end) {
      if (datagram[at++] != 0) {
        return false;
      }
    }
    return true;
  }
}
