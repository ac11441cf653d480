package io.karavel.diagnostics.internal.capture;

import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;

/**
 * Where the headers of one frame lie and what they say: laid over memory again and again, nothing
 * is allocated. What a frame is too short or too odd for stays at "absent". One thread.
 */
public final class FrameView {
  /** There is no such header. */
  public static final int ABSENT = -1;

  private ByteBuffer memory;
  private int etherType;
  private int networkOffset;
  private int transportOffset;
  private int sourceIpv4;
  private int destinationIpv4;
  private boolean addresses;
  private int protocol;
  private boolean fragment;
  private int sourcePort;
  private int destinationPort;
  private int tcpFlags;
  private int length;

  /** Over nothing yet. */
  public FrameView() {}

  /**
   * Lays the view over a frame.
   *
   * @param available bytes that may be read from {@code offset} on
   * @param frameLength length of the whole frame
   */
  public FrameView over(
      ByteBuffer frame, int offset, int available, int frameLength, boolean bareIp) {
    memory = frame;
    length = frameLength;
    etherType = ABSENT;
    networkOffset = ABSENT;
    transportOffset = ABSENT;
    protocol = ABSENT;
    sourcePort = ABSENT;
    destinationPort = ABSENT;
    tcpFlags = 0;
    fragment = false;
    addresses = false;
    int network = offset;
    if (bareIp) {
      if (available > 0) {
        etherType =
            (frame.get(offset) >>> 4 & 15) == 6
                ? EthernetHeader.TYPE_IPV6
                : EthernetHeader.TYPE_IPV4;
      }
    } else {
      if (EthernetHeader.validate(frame, offset, available) != HeaderVerdict.OK) {
        return this;
      }
      etherType = EthernetHeader.type(frame, offset);
      network = offset + EthernetHeader.LENGTH;
    }
    int left = available - (network - offset);
    if (etherType == EthernetHeader.TYPE_ARP) {
      arp(network, left);
    } else if (etherType == EthernetHeader.TYPE_IPV4) {
      ipv4(network, left);
    }
    return this;
  }

  private void arp(int at, int left) {
    if (ArpPacket.validate(memory, at, left) == HeaderVerdict.OK) {
      networkOffset = at;
      addresses = true;
      sourceIpv4 = ArpPacket.senderAddress(memory, at);
      destinationIpv4 = ArpPacket.targetAddress(memory, at);
    }
  }

  private void ipv4(int at, int left) {
    if (left < Ipv4Header.MINIMUM_LENGTH
        || Ipv4Header.version(memory, at) != 4
        || Ipv4Header.headerLength(memory, at) < Ipv4Header.MINIMUM_LENGTH) {
      return;
    }
    networkOffset = at;
    addresses = true;
    sourceIpv4 = Ipv4Header.source(memory, at);
    destinationIpv4 = Ipv4Header.destination(memory, at);
    protocol = Ipv4Header.protocol(memory, at);
    fragment = Ipv4Header.isFragment(memory, at);
    int headerLength = Ipv4Header.headerLength(memory, at);
    int transport = left - headerLength;
    if (Ipv4Header.fragmentOffset(memory, at) != 0 || transport < 4) {
      return;
    }
    if (protocol == Ipv4Header.PROTOCOL_TCP || protocol == Ipv4Header.PROTOCOL_UDP) {
      transportOffset = at + headerLength;
      sourcePort = memory.getShort(transportOffset) & 0xffff;
      destinationPort = memory.getShort(transportOffset + 2) & 0xffff;
      if (protocol == Ipv4Header.PROTOCOL_TCP) {
        if (transport < TcpHeader.MINIMUM_LENGTH) {
          transportOffset = ABSENT;
        } else {
          tcpFlags = TcpHeader.flags(memory, transportOffset);
        }
      }
    } else if (protocol == Ipv4Header.PROTOCOL_ICMP) {
      transportOffset = at + headerLength;
    }
  }

  /** The memory it lies over. */
  public ByteBuffer memory() {
    return memory;
  }

  /** Length of the whole frame in bytes. */
  public int length() {
    return length;
  }

  /** EtherType, also of bare IP packets; ABSENT if there is none. */
  public int etherType() {
    return etherType;
  }

  /** Where the ARP packet or IPv4 header begins in {@link #memory()}, or ABSENT. */
  public int networkOffset() {
    return networkOffset;
  }

  /** Where the ICMP, TCP or UDP header begins, or ABSENT. */
  public int transportOffset() {
    return transportOffset;
  }

  /** Whether there are addresses, of IPv4 or ARP. */
  public boolean hasAddresses() {
    return addresses;
  }

  /** Source, or ARP sender. */
  public int sourceIpv4() {
    return sourceIpv4;
  }

  /** Destination, or ARP target. */
  public int destinationIpv4() {
    return destinationIpv4;
  }

  /** IP protocol, or ABSENT. */
  public int protocol() {
    return protocol;
  }

  /** Whether it is a fragment. */
  public boolean isFragment() {
    return fragment;
  }

  /** Source port, or ABSENT. */
  public int sourcePort() {
    return sourcePort;
  }

  /** Destination port, or ABSENT. */
  public int destinationPort() {
    return destinationPort;
  }

  /** Whether a TCP header is there. */
  public boolean isTcp() {
    return protocol == Ipv4Header.PROTOCOL_TCP && transportOffset != ABSENT;
  }

  /** Flags of the TCP header; 0 if there is none. */
  public int tcpFlags() {
    return tcpFlags;
  }

  /** Payload bytes of the TCP segment, by the lengths that the headers state. */
  public int tcpPayload() {
    int total = Ipv4Header.totalLength(memory, networkOffset);
    // a super-segment's length may be too large for the field
    int whole = total == 0 ? length - networkOffset : total;
    return Math.max(
        0,
        whole
            - Ipv4Header.headerLength(memory, networkOffset)
            - TcpHeader.headerLength(memory, transportOffset));
  }
}
