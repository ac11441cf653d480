package io.karavel.nic.memory.internal;

import io.karavel.engine.LaneContext;
import io.karavel.nic.FrameRing;

/** One direction of a cable: where its ring is, and which lane reads it. Any thread. */
final class CableDirection {
  private final int stream;
  private FrameRing ring;
  private volatile LaneContext receiver;
  private volatile boolean unplugged;

  CableDirection(int stream) {
    this.stream = stream;
  }

  /** Tells the directions of a cable apart for chance. */
  int stream() {
    return stream;
  }

  /**
   * The ring to begin with: the one that a predecessor handed over, followed by what has been
   * written meanwhile, or a fresh one.
   *
   * @param kept a ring that was handed over, or null
   */
  synchronized FrameRing ring(FrameRing kept) {
    if (ring == null) {
      ring = kept == null ? new FrameRing(FrameRing.MINIMUM_BYTES) : kept;
    } else if (kept != null && !follows(ring, kept)) {
      if (!follows(kept, ring)) {
        kept.last().succeededBy(ring);
      }
      ring = kept;
    }
    if (ring.last().isClosed()) {
      // whoever still has hold of the closed one follows
      ring.last().succeededBy(new FrameRing(FrameRing.MINIMUM_BYTES));
    }
    return kept == null ? ring : kept;
  }

  private static boolean follows(FrameRing first, FrameRing sought) {
    for (FrameRing one = first; one != null; one = one.successor()) {
      if (one == sought) {
        return true;
      }
    }
    return false;
  }

  /** A device reads this direction from now on. */
  void plug(LaneContext lane) {
    receiver = lane;
    unplugged = false;
  }

  /** The device on that lane is gone for good. */
  synchronized void unplug(LaneContext lane) {
    if (receiver == lane) {
      receiver = null;
      unplugged = true;
    }
  }

  /** Whether nobody will read what is sent. Before anybody has plugged in, somebody might. */
  boolean isUnplugged() {
    return unplugged;
  }

  /** Whether somebody reads. */
  boolean isPlugged() {
    return receiver != null;
  }

  /** Has the reader look. */
  void wakeReceiver() {
    LaneContext lane = receiver;
    if (lane != null) {
      lane.wake();
    }
  }
}
