package io.karavel.diagnostics.internal.capture;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A frame as one line, in the manner of tcpdump. */
public final class FrameText {
  private FrameText() {}

  /** What a frame says. */
  public static String of(FrameView view) {
    if (view.etherType() == FrameView.ABSENT) {
      return "malformed frame, length " + view.length();
    }
    if (view.etherType() == EthernetHeader.TYPE_ARP) {
      return arp(view);
    }
    if (view.networkOffset() == FrameView.ABSENT) {
      return String.format("ethertype 0x%04x, length %d", view.etherType(), view.length());
    }
    String from = end(view.sourceIpv4(), view.sourcePort());
    String to = end(view.destinationIpv4(), view.destinationPort());
    return "IP " + from + " > " + to + ": " + payload(view);
  }

  private static String end(int ipv4, int port) {
    String address = IpAddress.format(ipv4);
    return port == FrameView.ABSENT ? address : address + "." + port;
  }

  private static String arp(FrameView view) {
    int at = view.networkOffset();
    if (at == FrameView.ABSENT) {
      return "ARP, malformed, length " + view.length();
    }
    ByteBuffer memory = view.memory();
    String sender = IpAddress.format(view.sourceIpv4());
    String target = IpAddress.format(view.destinationIpv4());
    return switch (ArpPacket.operation(memory, at)) {
      case ArpPacket.REQUEST -> "ARP, request who-has " + target + " tell " + sender;
      case ArpPacket.REPLY ->
          "ARP, reply " + sender + " is-at " + MacAddress.of(ArpPacket.senderMac(memory, at));
      default -> "ARP, operation " + ArpPacket.operation(memory, at);
    };
  }

  private static String payload(FrameView view) {
    ByteBuffer memory = view.memory();
    if (view.transportOffset() == FrameView.ABSENT) {
      return (view.isFragment()
              ? "fragment at " + Ipv4Header.fragmentOffset(memory, view.networkOffset()) + ", "
              : "")
          + "protocol "
          + view.protocol()
          + ", length "
          + view.length();
    }
    return switch (view.protocol()) {
      case Ipv4Header.PROTOCOL_TCP -> tcp(view);
      case Ipv4Header.PROTOCOL_UDP -> "UDP, length " + view.length();
      default ->
          "ICMP type "
              + IcmpMessage.type(memory, view.transportOffset())
              + " code "
              + IcmpMessage.code(memory, view.transportOffset())
              + ", length "
              + view.length();
    };
  }

  private static String tcp(FrameView view) {
    ByteBuffer memory = view.memory();
    int at = view.transportOffset();
    int payload = view.tcpPayload();
    long sequence = TcpHeader.sequenceNumber(memory, at) & 0xffff_ffffL;
    StringBuilder text = new StringBuilder("Flags [").append(flags(view.tcpFlags())).append(']');
    text.append(", seq ").append(sequence);
    if (payload > 0) {
      text.append(':').append(sequence + payload & 0xffff_ffffL);
    }
    if ((view.tcpFlags() & TcpHeader.ACK) != 0) {
      text.append(", ack ").append(TcpHeader.acknowledgmentNumber(memory, at) & 0xffff_ffffL);
    }
    text.append(", win ").append(TcpHeader.window(memory, at));
    String options = options(memory, at);
    if (!options.isEmpty()) {
      text.append(", options [").append(options).append(']');
    }
    return text.append(", length ").append(payload).toString();
  }

  /** Flags as tcpdump writes them: "S.", "P.", "F." … */
  public static String flags(int flags) {
    StringBuilder text = new StringBuilder();
    append(text, flags, TcpHeader.SYN, 'S');
    append(text, flags, TcpHeader.FIN, 'F');
    append(text, flags, TcpHeader.RST, 'R');
    append(text, flags, TcpHeader.PSH, 'P');
    append(text, flags, TcpHeader.URG, 'U');
    append(text, flags, TcpHeader.ECE, 'E');
    append(text, flags, TcpHeader.CWR, 'W');
    append(text, flags, TcpHeader.ACK, '.');
    return text.isEmpty() ? "none" : text.toString();
  }

  private static void append(StringBuilder text, int flags, int flag, char letter) {
    if ((flags & flag) != 0) {
      text.append(letter);
    }
  }

  private static String options(ByteBuffer memory, int at) {
    int length = TcpHeader.headerLength(memory, at) - TcpHeader.MINIMUM_LENGTH;
    if (length <= 0 || at + TcpHeader.MINIMUM_LENGTH + length > memory.limit()) {
      return "";
    }
    TcpOptionParser options = new TcpOptionParser();
    options.parse(memory, at + TcpHeader.MINIMUM_LENGTH, length);
    List<String> all = new ArrayList<>();
    if (options.maximumSegmentSize() > 0) {
      all.add("mss " + options.maximumSegmentSize());
    }
    if (options.sackPermitted()) {
      all.add("sackOK");
    }
    if (options.timestampsPresent()) {
      all.add(
          "TS val "
              + (options.timestampValue() & 0xffff_ffffL)
              + " ecr "
              + (options.timestampEchoReply() & 0xffff_ffffL));
    }
    if (options.windowScale() >= 0) {
      all.add("wscale " + options.windowScale());
    }
    for (int i = 0; i < options.sackBlockCount(); i++) {
      all.add(
          "sack "
              + (options.sackLeft(i) & 0xffff_ffffL)
              + ":"
              + (options.sackRight(i) & 0xffff_ffffL));
    }
    if (options.malformed()) {
      all.add("malformed");
    }
    return String.join(", ", all);
  }
}
