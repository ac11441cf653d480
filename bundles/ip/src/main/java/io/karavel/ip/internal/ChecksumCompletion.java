package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/** Does in software what a device without checksum offload leaves undone. */
final class ChecksumCompletion {
  private ChecksumCompletion() {}

  /** Completes a partial transport checksum in place; leaves any other alone. */
  static void complete(PacketBuffer packet) {
    if (packet.checksumState() != PacketBuffer.CHECKSUM_PARTIAL) {
      return;
    }
    ByteBuffer memory = packet.memory();
    int start = packet.checksumStart();
    int field = start + packet.checksumOffset();
    int value = InternetChecksum.finish(sumFrom(packet, start));
    if (value == 0 && packet.protocol() == Ipv4Header.PROTOCOL_UDP) {
      value = 0xFFFF; // RFC 768: zero on the wire would say that there is no checksum
    }
    memory.putShort(field, (short) value);
    packet.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
  }

  /** Sums a packet from an absolute index of its linear part to its end, slices included. */
  static int sumFrom(PacketBuffer packet, int start) {
    int covered = packet.offset() + packet.linearLength() - start;
    int sum = InternetChecksum.sum(packet.memory(), start, covered);
    for (int i = 0; i < packet.sliceCount(); i++) {
      int length = packet.sliceLength(i);
      int slice = InternetChecksum.sum(packet.sliceMemory(i), packet.sliceOffset(i), length);
      sum = InternetChecksum.append(sum, covered, slice);
      covered += length;
    }
    return sum;
  }
}
