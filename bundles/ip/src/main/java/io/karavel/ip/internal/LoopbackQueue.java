package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;

/**
 * Packets to our own addresses. They wait here until the end of the burst and are then taken in, so
 * that a reply never runs inside the send that caused it. Bounded; what does not fit is dropped.
 */
final class LoopbackQueue {
  private final IpLane lane;
  private PacketQueue queue;

  LoopbackQueue(IpLane lane, PacketQueue queue) {
    this.lane = lane;
    this.queue = queue;
  }

  /** Takes a packet with its IPv4 header. */
  void add(PacketBuffer packet) {
    if (queue.size() >= lane.settings().loopbackQueuePackets()
        || queue.bytes() + packet.length() > lane.settings().loopbackQueueBytes()) {
      lane.counters.outDiscards.increment();
      lane.drop(packet, DropReason.IP_LOOPBACK_QUEUE_FULL);
      return;
    }
    PacketBuffer own = own(packet);
    own.direction(PacketBuffer.UP);
    own.interfaceIndex(0);
    own.timestampNanos(lane.now());
    if (own.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      own.checksumState(PacketBuffer.CHECKSUM_VERIFIED); // it never leaves this memory
    }
    queue.add(own);
    lane.context.again();
  }

  /** A packet that is linear and nobody else's: a copy if the sender still holds any of it. */
  private PacketBuffer own(PacketBuffer packet) {
    if (packet.sliceCount() == 0 && !packet.isShared()) {
      return packet;
    }
    int length = packet.length();
    PacketBuffer copy = lane.packets.allocate(length);
    int at = copy.append(length);
    packet.copyTo(0, copy.memory(), at, length);
    copy.networkOffset(at);
    copy.transportOffset(at + packet.transportOffset() - packet.networkOffset());
    copy.sourceIpv4(packet.sourceIpv4());
    copy.destinationIpv4(packet.destinationIpv4());
    copy.protocol(packet.protocol());
    copy.trafficClass(packet.trafficClass());
    copy.timeToLive(packet.timeToLive());
    copy.dontFragment(packet.dontFragment());
    copy.segmentation(packet.segmentationType(), packet.segmentSize());
    copy.checksumState(packet.checksumState());
    packet.release();
    return copy;
  }

  /** Takes in what waits now; what is sent meanwhile waits for the next turn. */
  void drain(Ipv4Input input) {
    int left = queue.size();
    if (left > 0) {
      // those above have been flushed in this turn: what they now owe goes out in the next
      lane.context.again();
    }
    for (; left > 0; left--) {
      input.onLooped(queue.poll());
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Goes on with a predecessor's queue. */
  void adopt(PacketQueue packets) {
    queue = packets;
    lane.context.again();
  }

  /** The queue itself, for a successor. */
  PacketQueue packets() {
    return queue;
  }
}
