package io.karavel.nic.memory.internal;

import io.karavel.engine.DropReason;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Timer;
import io.karavel.nic.FrameRing;
import io.karavel.nic.FrameSink;
import io.karavel.packet.PacketBuffer;

/** The receiving half of a device: hands frames up when they arrive. */
final class Incoming {
  /** Does nothing but have the lane look at its devices at the right time. */
  private static final class Arrival extends Timer {
    private final LaneContext lane;

    Arrival(LaneContext lane) {
      this.lane = lane;
    }

    @Override
    public String kind() {
      return "cable";
    }

    @Override
    public void onExpiry(long nowNanos) {
      lane.again();
    }
  }

  private final LaneContext lane;
  private final CableDirection direction;
  private final HeldFrames held;
  private final Timer arrival;
  private FrameRing ring;

  Incoming(LaneContext lane, CableDirection direction, FrameRing kept, HeldFrames held) {
    this.lane = lane;
    this.direction = direction;
    this.held = held;
    arrival = new Arrival(lane);
    ring = direction.ring(kept);
    ring.readBy(lane);
    direction.plug(lane);
  }

  FrameRing ring() {
    return ring;
  }

  /** Hands up what has arrived, at most {@code budget} frames; says how many. */
  int poll(FrameSink sink, int budget, int heldBytesMaximum) {
    long now = lane.nowNanos();
    ring.readBy(lane);
    int taken = 0;
    while (taken < budget) {
      ring = ring.first();
      boolean waiting = ring.peek();
      if (waiting && ring.isHeldBack()) {
        PacketBuffer frame = ring.take(lane.packets());
        if (held.bytes() + frame.length() > heldBytesMaximum) {
          lane.drops().drop(frame, DropReason.IMPAIRMENT_QUEUE);
        } else {
          held.add(frame);
        }
        continue;
      }
      long due = waiting ? ring.arrivalNanos() : Long.MAX_VALUE;
      boolean fromHeld = held.dueNanos() < due;
      due = fromHeld ? held.dueNanos() : due;
      if (due > now) {
        await(due);
        return taken;
      }
      sink.onFrame(fromHeld ? held.take() : ring.take(lane.packets()));
      taken++;
    }
    return taken;
  }

  private void await(long dueNanos) {
    if (dueNanos == Long.MAX_VALUE) {
      if (arrival.isArmed()) {
        lane.timers().cancel(arrival);
      }
    } else if (arrival.deadlineNanos() != dueNanos) {
      lane.timers().arm(arrival, dueNanos);
    }
  }

  /** Lets go of the timer and the direction, which somebody else reads from now on or nobody. */
  void close(boolean forGood) {
    lane.timers().cancel(arrival);
    if (forGood) {
      direction.unplug(lane);
    }
  }
}
