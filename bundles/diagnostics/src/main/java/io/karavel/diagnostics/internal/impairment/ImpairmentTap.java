package io.karavel.diagnostics.internal.impairment;

import io.karavel.engine.DropReason;
import io.karavel.engine.Timer;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.FrameTap;
import io.karavel.nic.Impairment;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import java.util.PriorityQueue;

/** A bad wire in both directions of one interface. Lane's thread, but for {@link #settings}. */
final class ImpairmentTap implements FrameTap {
  /** Most bytes held back; what exceeds them is dropped like at a queue's limit. */
  private static final long MOST_HELD_BYTES = 64L << 20;

  private final String interfaceName;
  private final ImpairmentSettings settings;
  private final Impairment received;
  private final Impairment sent;
  private final PriorityQueue<Held> held = new PriorityQueue<>();
  private long heldBytes;
  private long order;

  private record Held(PacketBuffer frame, boolean up, long arrivalNanos, long order)
      implements Comparable<Held> {
    @Override
    public int compareTo(Held other) {
      int byTime = Long.compare(arrivalNanos, other.arrivalNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  ImpairmentTap(String interfaceName, ImpairmentSettings settings) {
    this.interfaceName = interfaceName;
    this.settings = settings;
    received = new Impairment(settings, 0);
    sent = new Impairment(settings, 1);
  }

  ImpairmentSettings settings() {
    return settings;
  }

  @Override
  public int position() {
    return AT_WIRE;
  }

  @Override
  public boolean isFor(String name) {
    return interfaceName.equals(name);
  }

  @Override
  public DeviceCapabilities limit(DeviceCapabilities capabilities) {
    // each frame has a fate of its own, and a wrong bit shall be found by its checksum
    return new DeviceCapabilities(
        capabilities.bareIp(), capabilities.mtu(), false, 0, capabilities.needsPolling());
  }

  @Override
  public boolean onReceived(TapPoint point, PacketBuffer frame) {
    return passes(point, frame, true, received);
  }

  @Override
  public boolean onTransmit(TapPoint point, PacketBuffer frame) {
    return passes(point, frame, false, sent);
  }

  private boolean passes(TapPoint point, PacketBuffer frame, boolean up, Impairment wire) {
    long nowNanos = point.nowNanos();
    int copies = wire.admit(nowNanos, frame.length());
    if (copies == 0) {
      point.drops().drop(frame, wire.dropReason());
      return false;
    }
    long bit = wire.corruptedBit();
    if (copies == 1 && bit == Impairment.NOT_CORRUPTED && wire.arrivalNanos() <= nowNanos) {
      return true;
    }
    if (heldBytes + (long) copies * frame.length() > MOST_HELD_BYTES) {
      point.drops().drop(frame, DropReason.IMPAIRMENT_QUEUE);
      return false;
    }
    for (int i = 1; i < copies; i++) {
      hold(copy(point, frame), up, wire.arrivalNanos(), order + i);
    }
    PacketBuffer first = bit == Impairment.NOT_CORRUPTED ? frame : corrupted(point, frame, bit);
    hold(first, up, wire.arrivalNanos(), order);
    order += copies;
    return false;
  }

  private void hold(PacketBuffer frame, boolean up, long arrivalNanos, long place) {
    held.add(new Held(frame.keep(), up, arrivalNanos, place));
    heldBytes += frame.length();
  }

  private static PacketBuffer copy(TapPoint point, PacketBuffer frame) {
    PacketBuffer copy = point.packets().allocate(frame.length());
    int at = copy.append(frame.length());
    frame.copyTo(0, copy.memory(), at, frame.length());
    copy.checksumState(
        frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL
            ? PacketBuffer.CHECKSUM_UNKNOWN
            : frame.checksumState());
    if (frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      copy.checksumPartial(at + frame.checksumStart() - frame.offset(), frame.checksumOffset());
    }
    if (frame.segmentationType() != PacketBuffer.SEGMENTATION_NONE) {
      copy.segmentation(frame.segmentationType(), frame.segmentSize());
    }
    return copy;
  }

  private static PacketBuffer corrupted(TapPoint point, PacketBuffer frame, long bit) {
    PacketBuffer copy = copy(point, frame);
    frame.release();
    int at = copy.offset() + (int) (bit >>> 3);
    copy.memory().put(at, (byte) (copy.memory().get(at) ^ 0x80 >>> (int) (bit & 7)));
    if (copy.checksumState() == PacketBuffer.CHECKSUM_VERIFIED) {
      copy.checksumState(PacketBuffer.CHECKSUM_UNKNOWN);
    }
    return copy;
  }

  @Override
  public long deadlineNanos(TapPoint point) {
    Held first = held.peek();
    return first == null ? Timer.NOT_ARMED : first.arrivalNanos();
  }

  @Override
  public void expire(TapPoint point, long nowNanos) {
    for (Held first = held.peek();
        first != null && first.arrivalNanos() <= nowNanos;
        first = held.peek()) {
      letGo(point, held.remove());
    }
  }

  private void letGo(TapPoint point, Held next) {
    PacketBuffer frame = next.frame().takeUp();
    heldBytes -= frame.length();
    if (next.up()) {
      point.deliver(frame);
    } else {
      point.transmit(frame);
    }
  }

  @Override
  public void onDetached(TapPoint point) {
    while (!held.isEmpty()) {
      letGo(point, held.remove());
    }
  }
}
