package io.karavel.engine.internal.stack;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverComparison;
import io.karavel.nic.FrameRing;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.packet.PacketQueue;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * State by value: the same form, referring to objects that look alike and from which nothing leads
 * back to the running stack. The copying is done on the lane whose state it is.
 */
final class StateCopy {
  private final TcpEndpoints endpoints;
  private final PacketPool packets;

  /** Copies into these, which belong to a lane made for a rehearsal. */
  StateCopy(TcpEndpoints endpoints, PacketPool packets) {
    this.endpoints = endpoints;
    this.packets = packets;
  }

  Handover of(Handover state) {
    return state.withAttachments(this::copy);
  }

  // whoever waits for an answer waits for the original
  @SuppressWarnings("FutureReturnValueIgnored")
  private Object copy(Object attachment) {
    if (attachment instanceof StackEndpoint endpoint) {
      return endpoints.shapeOf(endpoint);
    }
    if (attachment instanceof PacketQueue queue) {
      return copy(queue);
    }
    if (attachment instanceof PacketBuffer buffer) {
      return copy(buffer).keep();
    }
    if (attachment instanceof CompletableFuture<?>) {
      return new CompletableFuture<Object>();
    }
    if (attachment instanceof FrameRing) {
      return new FrameRing(FrameRing.MINIMUM_BYTES);
    }
    // devices take hold of what they are given with their first call, which never comes
    return attachment;
  }

  private PacketQueue copy(PacketQueue queue) {
    PacketQueue copy = new PacketQueue();
    List<PacketBuffer> all = new ArrayList<>();
    for (PacketBuffer buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
      all.add(buffer);
    }
    for (PacketBuffer buffer : all) {
      queue.add(buffer);
      copy.add(copy(buffer));
    }
    return copy;
  }

  private PacketBuffer copy(PacketBuffer buffer) {
    PacketBuffer copy = packets.allocate(buffer.length());
    buffer.copyTo(0, copy.memory(), copy.append(buffer.length()), buffer.length());
    return copy;
  }

  /** Compares states, attachments by what they look like. */
  static HandoverComparison comparison() {
    return new HandoverComparison(StateCopy::name);
  }

  private static String name(Object attachment) {
    if (attachment instanceof StackEndpoint endpoint) {
      return "endpoint " + endpoint.id();
    }
    if (attachment instanceof PacketQueue queue) {
      return "queue of " + queue.size() + " packets, " + queue.bytes() + " bytes";
    }
    if (attachment instanceof PacketBuffer buffer) {
      return "packet of " + buffer.length() + " bytes";
    }
    return attachment.getClass().getName();
  }
}
