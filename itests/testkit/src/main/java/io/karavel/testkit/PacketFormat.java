package io.karavel.testkit;

import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Packets in words: flags, sequence range, acknowledgment, window and options on one line. */
public final class PacketFormat {
  private static final String FLAG_LETTERS = "FSRP.UEW";

  private PacketFormat() {}

  /** What is subtracted from the numbers of a segment so that they read well. */
  public record Relative(int sequence, int acknowledgment, int timestamp) {
    /** Numbers as they are. */
    public static final Relative ABSOLUTE = new Relative(0, 0, 0);
  }

  /** With addresses and numbers as they are on the wire. */
  public static String absolute(WirePacket packet) {
    return endpoints(packet) + describe(packet, Relative.ABSOLUTE);
  }

  /** The addresses and ports, with a blank behind; empty for what is not IPv4. */
  public static String endpoints(WirePacket packet) {
    if (!packet.isIpv4()) {
      return "";
    }
    return packet.isTcp()
        ? packet.source()
            + ":"
            + packet.sourcePort()
            + " > "
            + packet.destination()
            + ":"
            + packet.destinationPort()
            + " "
        : packet.source() + " > " + packet.destination() + " ";
  }

  /** Without addresses, with relative numbers. */
  public static String describe(WirePacket packet, Relative relative) {
    if (packet.isTcp()) {
      return tcp(packet, relative);
    }
    if (packet.isIcmp()) {
      return "icmp "
          + IcmpName.describe(packet.icmpType(), packet.icmpCode(), packet.icmpNextHopMtu());
    }
    if (packet.isArp()) {
      return arp(packet);
    }
    return packet.isIpv4()
        ? "ip, " + packet.ipLength() + " bytes" + (packet.isFragment() ? ", a fragment" : "")
        : packet.bytes().length + " bytes";
  }

  private static String tcp(WirePacket packet, Relative relative) {
    long from = (packet.sequenceNumber() - relative.sequence()) & 0xffff_ffffL;
    int length = packet.payloadLength();
    StringBuilder text = new StringBuilder();
    text.append(flags(packet.flags())).append(' ');
    text.append(from).append(':').append((from + length) & 0xffff_ffffL);
    text.append('(').append(length).append(')');
    if (packet.has(TcpHeader.ACK)) {
      text.append(" ack ")
          .append((packet.acknowledgmentNumber() - relative.acknowledgment()) & 0xffff_ffffL);
    }
    text.append(" win ").append(packet.window());
    if (packet.has(TcpHeader.URG)) {
      text.append(" urg ").append(packet.urgentPointer());
    }
    List<SegmentOption> options = relative(packet.options(), relative);
    if (!options.isEmpty()) {
      text.append(' ').append(options(options));
    }
    return text.toString();
  }

  /** The options with the stack's timestamps and SACK edges made relative. */
  public static List<SegmentOption> relative(List<SegmentOption> options, Relative relative) {
    List<SegmentOption> all = new ArrayList<>();
    for (SegmentOption option : options) {
      if (option.kind() == TcpOptionParser.SACK && option.hex() == null) {
        List<Long> edges = new ArrayList<>();
        for (Long edge : option.values()) {
          edges.add((edge - relative.acknowledgment()) & 0xffff_ffffL);
        }
        all.add(new SegmentOption(option.kind(), edges, null));
      } else if (option.kind() == TcpOptionParser.TIMESTAMPS && option.hex() == null) {
        all.add(
            SegmentOption.of(
                option.kind(),
                (option.values().get(0) - relative.timestamp()) & 0xffff_ffffL,
                option.values().get(1)));
      } else {
        all.add(option);
      }
    }
    return all;
  }

  /** Options in angle brackets. */
  public static String options(List<SegmentOption> options) {
    StringJoiner text = new StringJoiner(",", "<", ">");
    options.forEach(option -> text.add(option.toString()));
    return text.toString();
  }

  /** Flags as letters, in the order in which scripts write them; {@code .} is ACK. */
  public static String flags(int flags) {
    StringBuilder text = new StringBuilder();
    for (char letter : "SFRPUEW.".toCharArray()) {
      if ((flags & flag(letter)) != 0) {
        text.append(letter);
      }
    }
    return text.length() == 0 ? "-" : text.toString();
  }

  /** The flag of a letter; 0 if it is none. */
  public static int flag(char letter) {
    int index = FLAG_LETTERS.indexOf(letter);
    return index < 0 ? 0 : 1 << index;
  }

  private static String arp(WirePacket packet) {
    ByteBuffer view = ByteBuffer.wrap(packet.bytes());
    int at = EthernetHeader.LENGTH;
    if (packet.bytes().length < at + ArpPacket.LENGTH) {
      return "arp, truncated";
    }
    String target = io.karavel.address.IpAddress.format(ArpPacket.targetAddress(view, at));
    String sender = io.karavel.address.IpAddress.format(ArpPacket.senderAddress(view, at));
    return ArpPacket.operation(view, at) == ArpPacket.REQUEST
        ? "arp who-has " + target + " tell " + sender
        : "arp " + sender + " is-at " + Long.toHexString(ArpPacket.senderMac(view, at));
  }
}
