package io.karavel.nic.memory.internal;

import io.karavel.engine.DropReason;
import io.karavel.nic.FrameRing;
import io.karavel.nic.Impairment;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.packet.PacketBuffer;

/** The sending half of a device: what happens to a frame on the wire is decided here. */
final class Outgoing {
  private final CableDirection direction;
  private final Impairment impairment;
  private FrameRing oldest;
  private FrameRing ring;

  Outgoing(CableDirection direction, FrameRing kept, Impairment impairment) {
    this.direction = direction;
    this.impairment = impairment;
    oldest = direction.ring(kept);
    ring = oldest.last();
  }

  FrameRing ring() {
    return ring;
  }

  Impairment impairment() {
    return impairment;
  }

  boolean isPlugged() {
    return direction.isPlugged() && !ring.last().isClosed();
  }

  void wakeReceiver() {
    ring.wakeReader();
  }

  /** Sends a frame, which stays the caller's; says why it will not arrive, or null. */
  DropReason send(PacketBuffer frame, long nowNanos, MemoryCableSettings settings) {
    if (direction.isUnplugged() || ring.last().isClosed()) {
      return DropReason.DEVICE_DOWN;
    }
    impairment.settings(settings.impairment());
    int copies = impairment.admit(nowNanos, frame.length());
    if (copies == 0) {
      return impairment.dropReason();
    }
    // due at once whatever the receiver's clock says in its burst
    boolean atOnce = impairment.arrivalNanos() <= nowNanos;
    long arrival = atOnce ? FrameRing.AT_ONCE : impairment.arrivalNanos();
    if (!offer(frame, arrival, impairment.corruptedBit(), settings)) {
      return DropReason.DEVICE_QUEUE_FULL;
    }
    if (copies == 2) {
      offer(frame, arrival, Impairment.NOT_CORRUPTED, settings);
    }
    return null;
  }

  private boolean offer(PacketBuffer frame, long arrival, long bit, MemoryCableSettings settings) {
    FrameRing last = ring.last();
    ring = last;
    if (usedBytes() + frame.length() > settings.inFlightBytes()) {
      return false;
    }
    boolean heldBack = impairment.isHeldBack();
    if (ring.offer(frame, arrival, heldBack, bit, settings.offloads())) {
      return true;
    }
    if (ring.capacityBytes() >= settings.inFlightBytes()) {
      return false;
    }
    FrameRing larger = new FrameRing(ring.capacityBytes() * 2);
    ring.succeededBy(larger);
    ring = larger;
    return larger.offer(frame, arrival, heldBack, bit, settings.offloads());
  }

  private long usedBytes() {
    long used = oldest.usedBytes();
    while (used == 0 && oldest.successor() != null) {
      oldest = oldest.successor();
      used = oldest.usedBytes();
    }
    for (FrameRing one = oldest.successor(); one != null; one = one.successor()) {
      used += one.usedBytes();
    }
    return used;
  }
}
