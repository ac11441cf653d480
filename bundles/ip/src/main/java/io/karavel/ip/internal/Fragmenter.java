package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/**
 * Cuts a datagram into fragments (RFC 791 §3.2): {@link #begin}, then {@link #next} until it
 * answers null. The datagram begins with its IPv4 header of 20 bytes, its transport checksum is
 * complete, and it is not changed.
 */
final class Fragmenter {
  private static final int HEADER = Ipv4Header.MINIMUM_LENGTH;

  private final PacketPool packets;
  private PacketBuffer whole;
  private int mostPayload;
  private int position;

  Fragmenter(PacketPool packets) {
    this.packets = packets;
  }

  /** Begins to cut a datagram for an MTU of 68 bytes or more. */
  void begin(PacketBuffer datagram, int mtu) {
    whole = datagram;
    mostPayload = (mtu - HEADER) & ~7;
    position = 0;
  }

  /** The next fragment, or null when all were given. */
  PacketBuffer next() {
    int payloadLength = whole.length() - HEADER;
    if (position >= payloadLength) {
      whole = null;
      return null;
    }
    int payload = Math.min(mostPayload, payloadLength - position);
    boolean last = position + payload >= payloadLength;
    PacketBuffer fragment = packets.allocate(HEADER + payload);
    ByteBuffer memory = fragment.memory();
    int at = fragment.append(HEADER + payload);
    whole.copyTo(0, memory, at, HEADER);
    whole.copyTo(HEADER + position, memory, at + HEADER, payload);
    Ipv4Header.totalLength(memory, at, HEADER + payload);
    int flags = last ? 0 : Ipv4Header.MORE_FRAGMENTS;
    Ipv4Header.flagsAndFragmentOffset(memory, at, flags | (position >> 3));
    Ipv4Header.updateChecksum(memory, at);
    fragment.direction(PacketBuffer.DOWN);
    fragment.interfaceIndex(whole.interfaceIndex());
    fragment.networkOffset(at);
    fragment.transportOffset(at + HEADER);
    fragment.sourceIpv4(whole.sourceIpv4());
    fragment.destinationIpv4(whole.destinationIpv4());
    fragment.protocol(whole.protocol());
    fragment.trafficClass(whole.trafficClass());
    fragment.timeToLive(whole.timeToLive());
    fragment.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    position += payload;
    return fragment;
  }
}
