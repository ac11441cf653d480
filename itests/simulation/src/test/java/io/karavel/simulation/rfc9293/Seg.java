package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** An IPv4 packet with a TCP segment or ICMP message, read byte by byte (RFC 791, 9293 §3.1). */
final class Seg {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 16;
  static final int URG = 32;
  static final int ECE = 64;
  static final int CWR = 128;

  final byte[] b;
  private final int ip;
  private final int tcp;
  boolean isTcp;
  boolean isIcmp;
  boolean sumsAreRight;
  int source;
  int destination;
  int timeToLive;
  int trafficClass;
  boolean dontFragment;
  int ipLength;
  int sourcePort;
  int destinationPort;
  int rawSeq;
  int rawAck;
  int flags;
  int reserved;
  int window;
  int urgent;
  int dataAt;
  int dataLength;

  /** Payload of each segment of a super-segment; else 0. */
  int segmentSize;

  int optionBytes;
  int mss = -1;
  int scale = -1;
  boolean sackPermitted;
  boolean timestamps;
  int tsVal;
  int tsEcr;

  /** The option of Fast Open as hexadecimal digits, empty where it asks; null if it is missing. */
  String cookie;

  final List<int[]> sack = new ArrayList<>();
  String optionFault;

  private Seg(byte[] bytes, int network) {
    b = bytes;
    ip = network;
    tcp = network + 4 * (bytes[network] & 15);
  }

  /** Null if it is no whole IPv4 packet with TCP or ICMP. */
  static Seg read(byte[] bytes, int network) {
    if (bytes.length < network + 20 || (bytes[network] & 0xf0) != 0x40) {
      return null;
    }
    Seg s = new Seg(bytes, network);
    int header = 4 * (bytes[network] & 15);
    s.ipLength = s.u16(network + 2);
    if (header < 20 || s.ipLength < header || s.ipLength > bytes.length - network) {
      return null;
    }
    s.trafficClass = s.u8(network + 1);
    s.dontFragment = (s.u8(network + 6) & 0x40) != 0;
    s.timeToLive = s.u8(network + 8);
    s.source = s.i32(network + 12);
    s.destination = s.i32(network + 16);
    int protocol = s.u8(network + 9);
    boolean fragment = (s.u16(network + 6) & 0x3fff) != 0;
    if (fragment) {
      return null;
    }
    int length = s.ipLength - header;
    boolean headerSum = s.sum(network, header, 0) == 0xffff;
    if (protocol == 6 && length >= 20) {
      int pseudo = (s.source >>> 16) + (s.source & 0xffff) + (s.destination >>> 16);
      pseudo += (s.destination & 0xffff) + 6 + length;
      s.sumsAreRight = headerSum && s.sum(s.tcp, length, pseudo) == 0xffff;
      s.isTcp = s.readTcp(length);
      return s.isTcp ? s : null;
    }
    if (protocol == 1 && length >= 8) {
      s.isIcmp = true;
      s.sumsAreRight = headerSum && s.sum(s.tcp, length, 0) == 0xffff;
      return s;
    }
    return null;
  }

  private boolean readTcp(int length) {
    int header = 4 * (u8(tcp + 12) >>> 4);
    if (header < 20 || header > length) {
      return false;
    }
    sourcePort = u16(tcp);
    destinationPort = u16(tcp + 2);
    rawSeq = i32(tcp + 4);
    rawAck = i32(tcp + 8);
    reserved = u8(tcp + 12) & 15;
    flags = u8(tcp + 13);
    window = u16(tcp + 14);
    urgent = u16(tcp + 18);
    dataAt = tcp + header;
    dataLength = length - header;
    optionBytes = header - 20;
    readOptions(tcp + 20, tcp + header);
    return true;
  }

  private void readOptions(int from, int end) {
    int at = from;
    while (at < end) {
      int kind = u8(at);
      if (kind == 0) {
        return;
      }
      if (kind == 1) {
        at++;
        continue;
      }
      int size = at + 1 < end ? u8(at + 1) : 0;
      if (size < 2 || at + size > end) {
        optionFault = "an option runs over the end of the header";
        return;
      }
      readOption(kind, at, size);
      at += size;
    }
  }

  private void readOption(int kind, int at, int size) {
    switch (kind) {
      case 2 -> mss = size == 4 ? u16(at + 2) : -1;
      case 3 -> scale = size == 3 ? u8(at + 2) : -1;
      case 4 -> sackPermitted = size == 2;
      case 5 -> {
        for (int i = at + 2; i + 8 <= at + size; i += 8) {
          sack.add(new int[] {i32(i), i32(i + 4)});
        }
      }
      case 8 -> {
        if (size == 10) {
          timestamps = true;
          tsVal = i32(at + 2);
          tsEcr = i32(at + 6);
        }
      }
      case 34 -> cookie = HexFormat.of().formatHex(b, at + 2, at + size);
      default -> {}
    }
  }

  boolean has(int bits) {
    return (flags & bits) == bits;
  }

  boolean syn() {
    return has(SYN);
  }

  boolean ack() {
    return has(ACK);
  }

  boolean fin() {
    return has(FIN);
  }

  boolean rst() {
    return has(RST);
  }

  /** SEG.LEN. */
  int length() {
    return dataLength + (syn() ? 1 : 0) + (fin() ? 1 : 0);
  }

  // ---- ICMP ----

  int icmpType() {
    return u8(tcp);
  }

  int icmpCode() {
    return u8(tcp + 1);
  }

  int icmpMtu() {
    return u16(tcp + 6);
  }

  /** Where the TCP header of the packet quoted begins; -1 if none is. */
  int quotedTcp() {
    int quoted = tcp + 8;
    if (ip + ipLength < quoted + 28 || u8(quoted + 9) != 6) {
      return -1;
    }
    return quoted + 4 * (u8(quoted) & 15);
  }

  /** Length of the packet quoted. */
  int quotedLength() {
    return u16(tcp + 8 + 2);
  }

  /** Source and destination address of the packet quoted. */
  int quotedAddress(boolean destinationOfIt) {
    return i32(tcp + 8 + (destinationOfIt ? 16 : 12));
  }

  int u8(int at) {
    return b[at] & 0xff;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int i32(int at) {
    return u16(at) << 16 | u16(at + 2);
  }

  /** The ones' complement sum of RFC 1071, folded. */
  private int sum(int from, int length, int start) {
    long total = start;
    for (int i = 0; i < length; i++) {
      total += (i & 1) == 0 ? (long) u8(from + i) << 8 : u8(from + i);
    }
    while (total >>> 16 != 0) {
      total = (total & 0xffff) + (total >>> 16);
    }
    return (int) total;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if ((flags & 1 << i) != 0) {
        text.append("FSRP.UEW".charAt(i));
      }
    }
    text.append(" seq ").append(Integer.toUnsignedString(rawSeq)).append('(').append(dataLength);
    text.append(")");
    if (ack()) {
      text.append(" ack ").append(Integer.toUnsignedString(rawAck));
    }
    return text.append(" win ").append(window).toString();
  }
}
