package io.karavel.engine.internal.watch;

import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A TCP segment in a frame, laid over one after the other. Lane's thread. */
final class SegmentView {
  private PacketBuffer frame;
  private int network;
  private int transport;
  private int transportBytes;
  private byte[] compared = new byte[2048];
  private byte[] written = new byte[2048];

  int source;
  int destination;
  int sourcePort;
  int destinationPort;
  int sequence;
  int acknowledgment;
  int flags;
  int window;
  int payload;

  /** Sequence numbers it takes. */
  int length;

  /** Lays it over a frame; false if that is no whole TCP segment. */
  boolean over(PacketBuffer packet, boolean bareIp) {
    frame = packet;
    ByteBuffer memory = packet.memory();
    int left = packet.linearLength();
    network = packet.offset();
    if (!bareIp) {
      if (EthernetHeader.validate(memory, network, left) != HeaderVerdict.OK
          || EthernetHeader.type(memory, network) != EthernetHeader.TYPE_IPV4) {
        return false;
      }
      network += EthernetHeader.LENGTH;
      left -= EthernetHeader.LENGTH;
    }
    if (left < Ipv4Header.MINIMUM_LENGTH
        || Ipv4Header.version(memory, network) != 4
        || Ipv4Header.protocol(memory, network) != Ipv4Header.PROTOCOL_TCP
        || Ipv4Header.isFragment(memory, network)) {
      return false;
    }
    int ipBytes = Ipv4Header.headerLength(memory, network);
    int inFrame = packet.length() - (network - packet.offset());
    // of a super-segment the length field says nothing
    int total = packet.segmentSize() > 0 ? inFrame : Ipv4Header.totalLength(memory, network);
    transport = network + ipBytes;
    transportBytes = total - ipBytes;
    if (ipBytes < Ipv4Header.MINIMUM_LENGTH
        || total > inFrame
        || left - ipBytes < TcpHeader.MINIMUM_LENGTH
        || transportBytes < TcpHeader.headerLength(memory, transport)) {
      return false;
    }
    source = Ipv4Header.source(memory, network);
    destination = Ipv4Header.destination(memory, network);
    sourcePort = TcpHeader.sourcePort(memory, transport);
    destinationPort = TcpHeader.destinationPort(memory, transport);
    sequence = TcpHeader.sequenceNumber(memory, transport);
    acknowledgment = TcpHeader.acknowledgmentNumber(memory, transport);
    flags = TcpHeader.flags(memory, transport);
    window = TcpHeader.window(memory, transport);
    payload = transportBytes - TcpHeader.headerLength(memory, transport);
    length = payload + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    return true;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether the checksum of a frame from a device is right, if that was not found before. */
  boolean isSoundArriving() {
    return frame.checksumState() == PacketBuffer.CHECKSUM_VERIFIED || isSound();
  }

  /** Whether the checksum is right, as far as it is there already; a super-segment has none. */
  boolean isSound() {
    if (frame.segmentSize() > 0) {
      return true;
    }
    ByteBuffer memory = frame.memory();
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            source, destination, Ipv4Header.PROTOCOL_TCP, transportBytes);
    if (frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      return TcpHeader.checksum(memory, transport) == pseudo;
    }
    int linear = Math.min(transportBytes, frame.linearLength() - (transport - frame.offset()));
    int sum = InternetChecksum.sum(memory, transport, linear);
    int done = linear;
    for (int i = 0; i < frame.sliceCount() && done < transportBytes; i++) {
      int n = Math.min(frame.sliceLength(i), transportBytes - done);
      int slice = InternetChecksum.sum(frame.sliceMemory(i), frame.sliceOffset(i), n);
      sum = InternetChecksum.append(sum, done, slice);
      done += n;
    }
    return InternetChecksum.add(sum, pseudo) == 0xFFFF;
  }

  /** Whether the payload but for its first bytes is what a ring holds that has it at a position. */
  boolean carries(ByteRing ring, long position, int but) {
    if (compared.length < payload) {
      compared = new byte[payload];
      written = new byte[payload];
    }
    int count = payload - but;
    int from = transport - frame.offset() + transportBytes - count;
    frame.copyTo(from, ByteBuffer.wrap(compared), 0, count);
    ring.copy(position + but, ByteBuffer.wrap(written), 0, count);
    return Arrays.equals(compared, 0, count, written, 0, count);
  }
}
