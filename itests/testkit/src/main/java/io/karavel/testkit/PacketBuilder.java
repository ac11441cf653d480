package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes IP datagrams for a harness to receive, right ones and wrong ones. Every method changes this
 * builder and returns it; a builder can be used again.
 */
public final class PacketBuilder {
  private int source;
  private int destination;
  private int sourcePort;
  private int destinationPort;
  private int sequence;
  private int acknowledgment;
  private int flags;
  private int reserved;
  private int window = 65535;
  private int urgent;
  private List<SegmentOption> options = List.of();
  private byte[] payload = {};
  private int timeToLive = 64;
  private int trafficClass;
  private boolean dontFragment = true;
  private int identification;
  private boolean badTcpChecksum;
  private boolean badIpChecksum;

  /** A builder of an empty segment from nowhere to nowhere. */
  public PacketBuilder() {}

  /** Source address and port. */
  public PacketBuilder from(IpAddress address, int port) {
    source = address.ipv4Bits();
    sourcePort = port;
    return this;
  }

  /** Destination address and port. */
  public PacketBuilder to(IpAddress address, int port) {
    destination = address.ipv4Bits();
    destinationPort = port;
    return this;
  }

  /** Sequence number. */
  public PacketBuilder sequence(int number) {
    sequence = number;
    return this;
  }

  /** Acknowledgment number; the flag is not set by it. */
  public PacketBuilder acknowledgment(int number) {
    acknowledgment = number;
    return this;
  }

  /** Flags, as in {@link TcpHeader}. */
  public PacketBuilder flags(int bits) {
    flags = bits;
    return this;
  }

  /** The four reserved bits. */
  public PacketBuilder reserved(int bits) {
    reserved = bits;
    return this;
  }

  /** The window field as it stands on the wire. */
  public PacketBuilder window(int value) {
    window = value;
    return this;
  }

  /** Urgent pointer; the flag is not set by it. */
  public PacketBuilder urgent(int pointer) {
    urgent = pointer;
    return this;
  }

  /** Options in order; padded to four bytes at the end. */
  public PacketBuilder options(List<SegmentOption> list) {
    options = List.copyOf(list);
    return this;
  }

  /** Payload. */
  public PacketBuilder payload(byte[] bytes) {
    payload = bytes.clone();
    return this;
  }

  /** Time to live. */
  public PacketBuilder timeToLive(int hops) {
    timeToLive = hops;
    return this;
  }

  /** The byte of DSCP and ECN. */
  public PacketBuilder trafficClass(int value) {
    trafficClass = value;
    return this;
  }

  /** Whether it must not be fragmented; so unless told otherwise. */
  public PacketBuilder dontFragment(boolean value) {
    dontFragment = value;
    return this;
  }

  /** IP identification. */
  public PacketBuilder identification(int value) {
    identification = value;
    return this;
  }

  /** Makes the TCP checksum wrong. */
  public PacketBuilder badTcpChecksum(boolean wrong) {
    badTcpChecksum = wrong;
    return this;
  }

  /** Makes the IP header checksum wrong. */
  public PacketBuilder badIpChecksum(boolean wrong) {
    badIpChecksum = wrong;
    return this;
  }

  /** The TCP segment in an IP datagram. */
  public byte[] tcp() {
    ByteBuffer optionBytes = ByteBuffer.allocate(256);
    for (SegmentOption option : options) {
      optionBytes.put(option.bytes());
    }
    int optionLength = (optionBytes.position() + 3) & ~3;
    if (optionLength > TcpHeader.MAXIMUM_LENGTH - TcpHeader.MINIMUM_LENGTH) {
      throw new IllegalArgumentException("options of " + optionLength + " bytes: 40 at most");
    }
    int header = TcpHeader.MINIMUM_LENGTH + optionLength;
    int length = header + payload.length;
    byte[] bytes = datagram(Ipv4Header.PROTOCOL_TCP, length);
    ByteBuffer out = ByteBuffer.wrap(bytes);
    int at = Ipv4Header.MINIMUM_LENGTH;
    TcpHeader.write(
        out,
        at,
        sourcePort,
        destinationPort,
        sequence,
        acknowledgment,
        header,
        flags,
        window,
        urgent);
    out.put(at + 12, (byte) (out.get(at + 12) & 0xf0 | reserved));
    out.put(at + TcpHeader.MINIMUM_LENGTH, optionBytes.array(), 0, optionLength);
    out.put(at + header, payload);
    ByteBuffer pseudo = ByteBuffer.allocate(12);
    pseudo.putInt(source).putInt(destination).putInt(Ipv4Header.PROTOCOL_TCP << 16 | length);
    int sum = InternetChecksum.sum(out, at, length, InternetChecksum.sum(pseudo, 0, 12));
    TcpHeader.checksum(out, at, ~sum & 0xffff ^ (badTcpChecksum ? 0x5555 : 0));
    return bytes;
  }

  /**
   * An ICMP message with a body.
   *
   * @param rest the four bytes behind the checksum: MTU, identifier and sequence …
   */
  public byte[] icmp(int type, int code, int rest, byte[] body) {
    int length = IcmpMessage.LENGTH + body.length;
    byte[] bytes = datagram(Ipv4Header.PROTOCOL_ICMP, length);
    ByteBuffer out = ByteBuffer.wrap(bytes);
    int at = Ipv4Header.MINIMUM_LENGTH;
    IcmpMessage.write(out, at, type, code, rest);
    out.put(at + IcmpMessage.LENGTH, body);
    IcmpMessage.updateChecksum(out, at, length);
    return bytes;
  }

  private byte[] datagram(int protocol, int length) {
    byte[] bytes = new byte[Ipv4Header.MINIMUM_LENGTH + length];
    ByteBuffer out = ByteBuffer.wrap(bytes);
    Ipv4Header.write(
        out,
        0,
        trafficClass,
        bytes.length,
        identification,
        dontFragment ? Ipv4Header.DONT_FRAGMENT : 0,
        timeToLive,
        protocol,
        source,
        destination);
    if (badIpChecksum) {
      Ipv4Header.checksum(out, 0, Ipv4Header.checksum(out, 0) ^ 0x5555);
    }
    return bytes;
  }

  /** A datagram or ARP packet behind an Ethernet header. */
  public static byte[] ethernet(long destinationMac, long sourceMac, int type, byte[] packet) {
    ByteBuffer out = ByteBuffer.allocate(EthernetHeader.LENGTH + packet.length);
    EthernetHeader.write(out, 0, destinationMac, sourceMac, type);
    out.put(EthernetHeader.LENGTH, packet);
    return out.array();
  }
}
