package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;

/**
 * Cuts a TCP super-segment into packets when the device cannot: {@link #begin}, then {@link #next}
 * until it answers null. Everything in front of the payload is copied into each packet; lengths,
 * identification, sequence number, flags and checksums are each packet's own. FIN and PSH stay on
 * the last only, CWR on the first only (RFC 3168 §6.1.2). The super-segment itself is not changed.
 */
final class Segmenter {
  private final PacketPool packets;
  private PacketBuffer whole;
  private int headerBytes;
  private int networkAt;
  private int transportAt;
  private int tcpHeaderBytes;
  private int position;
  private int index;

  Segmenter(PacketPool packets) {
    this.packets = packets;
  }

  /** Begins to cut a packet whose network and transport offsets are set. */
  void begin(PacketBuffer superSegment) {
    whole = superSegment;
    ByteBuffer memory = superSegment.memory();
    networkAt = superSegment.networkOffset() - superSegment.offset();
    transportAt = superSegment.transportOffset() - superSegment.offset();
    tcpHeaderBytes = TcpHeader.headerLength(memory, superSegment.transportOffset());
    headerBytes = transportAt + tcpHeaderBytes;
    position = headerBytes;
    index = 0;
  }

  /** How many packets a super-segment makes. */
  static int count(PacketBuffer superSegment) {
    int tcp = TcpHeader.headerLength(superSegment.memory(), superSegment.transportOffset());
    int headers = superSegment.transportOffset() + tcp - superSegment.offset();
    int payload = superSegment.length() - headers;
    int size = superSegment.segmentSize();
    return Math.max(1, (payload + size - 1) / size);
  }

  /**
   * The next packet, or null when all were given.
   *
   * @param partial whether the TCP checksum is to be left for the device to complete
   */
  PacketBuffer next(boolean partial) {
    int length = whole.length();
    if (position >= length && index > 0) {
      whole = null;
      return null;
    }
    int payload = Math.min(whole.segmentSize(), length - position);
    boolean last = position + payload >= length;
    PacketBuffer packet = packets.allocate(headerBytes + payload);
    ByteBuffer memory = packet.memory();
    int at = packet.append(headerBytes + payload);
    whole.copyTo(0, memory, at, headerBytes);
    whole.copyTo(position, memory, at + headerBytes, payload);
    packet.networkOffset(at + networkAt);
    packet.transportOffset(at + transportAt);
    writeIp(memory, at + networkAt, headerBytes - networkAt + payload);
    writeTcp(memory, at + transportAt, last);
    copyMetadata(packet);
    writeChecksum(packet, at, payload, partial);
    position += payload;
    index++;
    return packet;
  }

  private void writeIp(ByteBuffer memory, int ip, int totalLength) {
    Ipv4Header.totalLength(memory, ip, totalLength);
    Ipv4Header.identification(memory, ip, Ipv4Header.identification(memory, ip) + index);
    Ipv4Header.updateChecksum(memory, ip);
  }

  private void writeTcp(ByteBuffer memory, int tcp, boolean last) {
    int sequence = TcpHeader.sequenceNumber(memory, tcp) + (position - headerBytes);
    TcpHeader.sequenceNumber(memory, tcp, sequence);
    int flags = TcpHeader.flags(memory, tcp);
    if (!last) {
      flags &= ~(TcpHeader.FIN | TcpHeader.PSH);
    }
    if (index > 0) {
      flags &= ~TcpHeader.CWR;
    }
    TcpHeader.flags(memory, tcp, flags);
  }

  private void writeChecksum(PacketBuffer packet, int at, int payload, boolean partial) {
    ByteBuffer memory = packet.memory();
    int tcp = at + transportAt;
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            Ipv4Header.source(memory, at + networkAt),
            Ipv4Header.destination(memory, at + networkAt),
            Ipv4Header.PROTOCOL_TCP,
            tcpHeaderBytes + payload);
    TcpHeader.checksum(memory, tcp, pseudo);
    packet.checksumPartial(tcp, TcpHeader.CHECKSUM_OFFSET);
    if (!partial) {
      ChecksumCompletion.complete(packet);
    }
  }

  private void copyMetadata(PacketBuffer packet) {
    packet.direction(whole.direction());
    packet.interfaceIndex(whole.interfaceIndex());
    packet.sourceIpv4(whole.sourceIpv4());
    packet.destinationIpv4(whole.destinationIpv4());
    packet.protocol(whole.protocol());
    packet.trafficClass(whole.trafficClass());
    packet.timeToLive(whole.timeToLive());
    packet.dontFragment(whole.dontFragment());
    packet.timestampNanos(whole.timestampNanos());
  }
}
