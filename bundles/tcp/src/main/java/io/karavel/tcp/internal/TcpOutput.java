package io.karavel.tcp.internal;

import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.internal.connection.TransmitSegment;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionWriter;
import java.nio.ByteBuffer;

/**
 * Turns a described segment into a packet and hands it to IP: header and options in the linear
 * part, payload lent from the send ring, partial checksum. While there is no IP module the packet
 * waits in its slot.
 */
final class TcpOutput {
  /** Payload up to this is copied: cheaper than a slice, and the ring is free at once. */
  private static final int COPIED_BYTES = 512;

  /** The part of the traffic class that is not DSCP, and the codepoint of RFC 3168 for data. */
  private static final int ECN_BITS = 3;

  private static final int ECT_0 = 2;

  private final TcpLane lane;
  private final TcpOptionWriter options = new TcpOptionWriter();

  TcpOutput(TcpLane lane) {
    this.lane = lane;
  }

  /** Sends the segment that {@code lane.out} describes, which has no payload, for a flow. */
  void send(Flow flow) {
    send(
        flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort(), null, 0, 0, true);
  }

  /** Sends the segment that {@code lane.out} describes, which has no payload, as an answer. */
  void answer(Arrival arrival) {
    if (lane.out.has(TcpHeader.RST)) {
      lane.connections.counters().outRsts.increment();
    }
    send(
        arrival.localIpv4,
        arrival.localPort,
        arrival.remoteIpv4,
        arrival.remotePort,
        null,
        0,
        0,
        true);
  }

  /** Sends the segment that {@code lane.out} describes. */
  void send(
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      ByteRing ring,
      int timeToLive,
      int trafficClass,
      boolean dontFragment) {
    TransmitSegment out = lane.out;
    PacketBuffer packet = withPayload(out, ring);
    ByteBuffer memory = packet.memory();
    int optionBytes = writeOptions(out, memory, packet.offset() - TcpHeader.MAXIMUM_LENGTH);
    int headerBytes = TcpHeader.MINIMUM_LENGTH + optionBytes;
    int offset = packet.prepend(headerBytes);
    if (optionBytes > 0 && optionBytes < TcpOptionWriter.MAXIMUM_LENGTH) {
      memory.put(
          offset + TcpHeader.MINIMUM_LENGTH,
          memory,
          offset + headerBytes - TcpOptionWriter.MAXIMUM_LENGTH,
          optionBytes);
    }
    TcpHeader.write(
        memory,
        offset,
        localPort,
        remotePort,
        out.sequence,
        out.acknowledgment,
        headerBytes,
        out.flags,
        out.windowField,
        out.urgentPointer);
    int pseudo =
        InternetChecksum.pseudoHeaderIpv4(
            localIpv4, remoteIpv4, TransportProtocol.TCP, packet.length());
    TcpHeader.checksum(memory, offset, pseudo);
    packet.checksumPartial(offset, TcpHeader.CHECKSUM_OFFSET);
    packet.direction(PacketBuffer.DOWN);
    packet.transportOffset(offset);
    packet.sourceIpv4(localIpv4);
    packet.destinationIpv4(remoteIpv4);
    packet.protocol(TransportProtocol.TCP);
    packet.timeToLive(timeToLive);
    packet.trafficClass(trafficClass & ~ECN_BITS | (out.ecnCapable ? ECT_0 : 0));
    packet.dontFragment(dontFragment);
    if (out.payloadLength > out.segmentBytes && out.segmentBytes > 0) {
      packet.segmentation(PacketBuffer.SEGMENTATION_TCP4, out.segmentBytes);
      lane.mib.outSegs.add((out.payloadLength + out.segmentBytes - 1) / out.segmentBytes);
    } else {
      lane.mib.outSegs.increment();
    }
    IpModule ip = lane.ip.module();
    if (ip == null) {
      lane.ip.park(packet);
    } else {
      ip.send(packet);
    }
  }

  /** A packet that holds the payload, or slices of it. */
  private PacketBuffer withPayload(TransmitSegment out, ByteRing ring) {
    if (out.payloadLength > COPIED_BYTES) {
      PacketBuffer packet = lane.context.packets().allocate(0);
      if (ring.lend(out.payloadPosition, out.payloadLength, packet) == out.payloadLength) {
        return packet;
      }
      // Many small blocks, as a ring has when memory is short: more of them than slices.
      packet.release();
    }
    PacketBuffer packet = lane.context.packets().allocate(out.payloadLength);
    if (out.payloadLength > 0) {
      int at = packet.append(out.payloadLength);
      ring.copy(out.payloadPosition, packet.memory(), at, out.payloadLength);
    }
    return packet;
  }

  /** Writes the options in front of the payload, where there is room for the longest header. */
  private int writeOptions(TransmitSegment out, ByteBuffer memory, int headerStart) {
    int start = headerStart + TcpHeader.MINIMUM_LENGTH;
    options.begin(memory, start);
    out.writeOptions(options);
    return options.end();
  }
}
