package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A packet as it was on the wire: its bytes, when it was there, and a view of what they mean. The
 * accessors of a protocol may be called only if {@link #isTcp()} or {@link #isIcmp()} says so.
 * Immutable as long as nobody writes into {@link #bytes()}.
 */
public final class WirePacket {
  private final byte[] bytes;
  private final ByteBuffer view;
  private final int network;
  private final long timeNanos;
  private final int segmentSize;

  /**
   * A packet.
   *
   * @param bareIp whether the bytes begin with the IP header rather than an Ethernet header
   * @param timeNanos when it was on the wire, on the harness's clock
   * @param segmentSize bytes of payload per segment if this is a super-segment, else 0
   */
  public WirePacket(byte[] bytes, boolean bareIp, long timeNanos, int segmentSize) {
    this.bytes = bytes;
    this.view = ByteBuffer.wrap(bytes);
    this.network = bareIp ? 0 : EthernetHeader.LENGTH;
    this.timeNanos = timeNanos;
    this.segmentSize = segmentSize;
  }

  /** A bare IP packet outside time. */
  public static WirePacket ip(byte[] datagram) {
    return new WirePacket(datagram, true, 0, 0);
  }

  /** The bytes, from the Ethernet header on if there is one. Not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /** The IP datagram without link header and padding; a copy. */
  public byte[] ipBytes() {
    return Arrays.copyOfRange(bytes, network, network + Ipv4Header.totalLength(view, network));
  }

  /** When it was on the wire. */
  public long timeNanos() {
    return timeNanos;
  }

  /** Bytes of payload per segment if the device was given a super-segment; else 0. */
  public int segmentSize() {
    return segmentSize;
  }

  /** Whether this is a whole IPv4 datagram or a fragment of one, behind whatever link header. */
  public boolean isIpv4() {
    return (network == 0
            || bytes.length >= EthernetHeader.LENGTH
                && EthernetHeader.type(view, 0) == EthernetHeader.TYPE_IPV4)
        && Ipv4Header.validate(view, network, bytes.length - network) == HeaderVerdict.OK;
  }

  /** Whether this is an ARP packet. */
  public boolean isArp() {
    return network > 0
        && bytes.length > EthernetHeader.LENGTH
        && EthernetHeader.type(view, 0) == EthernetHeader.TYPE_ARP;
  }

  private boolean isWhole(int protocol) {
    return isIpv4()
        && Ipv4Header.protocol(view, network) == protocol
        && (Ipv4Header.flagsAndFragmentOffset(view, network) & Ipv4Header.FRAGMENT_OFFSET_MASK)
            == 0;
  }

  /** Whether this holds a whole TCP header. */
  public boolean isTcp() {
    return isWhole(Ipv4Header.PROTOCOL_TCP)
        && TcpHeader.validate(view, transport(), transportLength()) == HeaderVerdict.OK;
  }

  /** Whether this holds the fixed part of an ICMP message. */
  public boolean isIcmp() {
    return isWhole(Ipv4Header.PROTOCOL_ICMP)
        && IcmpMessage.validate(view, transport(), transportLength()) == HeaderVerdict.OK;
  }

  // ---- IP ----

  /** Source address. */
  public IpAddress source() {
    return IpAddress.ipv4(Ipv4Header.source(view, network));
  }

  /** Destination address. */
  public IpAddress destination() {
    return IpAddress.ipv4(Ipv4Header.destination(view, network));
  }

  /** Time to live. */
  public int timeToLive() {
    return Ipv4Header.ttl(view, network);
  }

  /** The byte of DSCP and ECN. */
  public int trafficClass() {
    return Ipv4Header.trafficClass(view, network);
  }

  /** Whether it must not be fragmented. */
  public boolean dontFragment() {
    return Ipv4Header.dontFragment(view, network);
  }

  /** Whether it is a fragment. */
  public boolean isFragment() {
    return Ipv4Header.isFragment(view, network);
  }

  /** Length of the datagram in bytes. */
  public int ipLength() {
    return Ipv4Header.totalLength(view, network);
  }

  private int transport() {
    return network + Ipv4Header.headerLength(view, network);
  }

  private int transportLength() {
    return Ipv4Header.totalLength(view, network) - Ipv4Header.headerLength(view, network);
  }

  /** Whether the checksums of IP and of TCP or ICMP are right. */
  public boolean checksumsAreValid() {
    if (!isIpv4() || !Ipv4Header.checksumIsValid(view, network)) {
      return false;
    }
    if (isFragment()) {
      return true;
    }
    if (isIcmp()) {
      return IcmpMessage.checksumIsValid(view, transport(), transportLength());
    }
    if (!isTcp()) {
      return true;
    }
    return transportSum() == 0xffff;
  }

  /** The folded sum over pseudo-header and TCP segment: 0xffff if the checksum is right. */
  private int transportSum() {
    ByteBuffer pseudo = ByteBuffer.allocate(12);
    pseudo.putInt(Ipv4Header.source(view, network));
    pseudo.putInt(Ipv4Header.destination(view, network));
    pseudo.putInt(Ipv4Header.protocol(view, network) << 16 | transportLength());
    return InternetChecksum.sum(
        view, transport(), transportLength(), InternetChecksum.sum(pseudo, 0, 12));
  }

  // ---- TCP ----

  /** Source port. */
  public int sourcePort() {
    return TcpHeader.sourcePort(view, transport());
  }

  /** Destination port. */
  public int destinationPort() {
    return TcpHeader.destinationPort(view, transport());
  }

  /** Sequence number. */
  public int sequenceNumber() {
    return TcpHeader.sequenceNumber(view, transport());
  }

  /** Acknowledgment number, whether or not the flag is set. */
  public int acknowledgmentNumber() {
    return TcpHeader.acknowledgmentNumber(view, transport());
  }

  /** The flags, as in {@link TcpHeader}. */
  public int flags() {
    return TcpHeader.flags(view, transport());
  }

  /** Whether all of these flags are set. */
  public boolean has(int flags) {
    return (flags() & flags) == flags;
  }

  /** The window field, not scaled. */
  public int window() {
    return TcpHeader.window(view, transport());
  }

  /** The urgent pointer. */
  public int urgentPointer() {
    return TcpHeader.urgentPointer(view, transport());
  }

  /** The options in order, padding included. */
  public List<SegmentOption> options() {
    int header = transport();
    return SegmentOption.read(
        view,
        header + TcpHeader.MINIMUM_LENGTH,
        TcpHeader.headerLength(view, header) - TcpHeader.MINIMUM_LENGTH);
  }

  /** The first option of a kind, or null. */
  public SegmentOption option(int kind) {
    for (SegmentOption option : options()) {
      if (option.kind() == kind) {
        return option;
      }
    }
    return null;
  }

  /** Bytes of payload. */
  public int payloadLength() {
    return transportLength() - TcpHeader.headerLength(view, transport());
  }

  /** The payload; a copy. */
  public byte[] payload() {
    int from = transport() + TcpHeader.headerLength(view, transport());
    return Arrays.copyOfRange(bytes, from, network + ipLength());
  }

  // ---- ICMP ----

  /** ICMP type. */
  public int icmpType() {
    return IcmpMessage.type(view, transport());
  }

  /** ICMP code. */
  public int icmpCode() {
    return IcmpMessage.code(view, transport());
  }

  /** Next-hop MTU of fragmentation needed. */
  public int icmpNextHopMtu() {
    return IcmpMessage.nextHopMtu(view, transport());
  }

  /** What follows the fixed part of an ICMP message, such as the datagram quoted; a copy. */
  public byte[] icmpBody() {
    return Arrays.copyOfRange(bytes, transport() + IcmpMessage.LENGTH, network + ipLength());
  }

  @Override
  public String toString() {
    return PacketFormat.absolute(this);
  }
}
