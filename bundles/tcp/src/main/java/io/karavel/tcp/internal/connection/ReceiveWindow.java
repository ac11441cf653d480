package io.karavel.tcp.internal.connection;

/**
 * What window is offered: RFC 9293 §3.8.6. The right edge never moves left; it moves right in steps
 * worth sending for (silly window avoidance, §3.8.6.2.2).
 */
final class ReceiveWindow {
  private static final int MAXIMUM_FIELD = 65535;

  private ReceiveWindow() {}

  /** The smallest scale with which a buffer of that size can be offered (RFC 7323 §2.2). */
  static int scaleFor(int bufferBytes) {
    int scale = 0;
    while (scale < 14 && bufferBytes >> scale > MAXIMUM_FIELD) {
      scale++;
    }
    return scale;
  }

  /** The window of a SYN or SYN-ACK, which is never scaled. */
  static int initialField(int bufferBytes, int shift, int clampBytes) {
    return Math.min(MAXIMUM_FIELD, Math.min(bufferBytes - inHand(bufferBytes, shift), clampBytes));
  }

  /**
   * What of a buffer is not offered. A scaled window can only be told in units; where the right
   * edge would move left by less than a unit it is rounded up instead, at the cost of this.
   *
   * <p>Deviation: when many tiny segments have used it up, the edge told retracts by less than a
   * unit, as RFC 7323 §2.4 allows; what was offered before is still accepted.
   */
  private static int inHand(int bufferBytes, int shift) {
    return shift == 0 ? 0 : bufferBytes / 8;
  }

  private static int inHand(ControlBlock c) {
    return inHand(c.receiveRing.capacityBytes(), c.rcvWindShift);
  }

  /** Bytes the buffer has room for, what is kept in hand included. */
  private static long room(ControlBlock c) {
    long used = c.inputShutdown ? 0 : c.receiveRing.available();
    return c.receiveRing.capacityBytes() - used;
  }

  /** Bytes that could be offered now, from RCV.NXT on. */
  static int free(ControlBlock c) {
    long free = Math.min(room(c) - inHand(c), c.options.windowClampBytes());
    if (c.growingWindow > 0) {
      free = Math.min(free, c.growingWindow);
    }
    return (int) Math.max(0, Math.min(free, (long) MAXIMUM_FIELD << c.rcvWindShift));
  }

  /**
   * The buffer is about to grow. The window follows with what comes: a peer that was held back by
   * it would send the whole of a sudden step in one burst, more than a short queue can take.
   */
  static void beginGrowth(ControlBlock c) {
    c.growingWindow = most(c);
  }

  /** In-order bytes have come: a growing window opens by twice as many, as slow start does. */
  static void onArrived(ControlBlock c, int bytes) {
    if (c.growingWindow > 0) {
      long grown = c.growingWindow + 2L * bytes;
      c.growingWindow = 0;
      c.growingWindow = grown < most(c) ? (int) grown : 0;
    }
  }

  private static int step(ControlBlock c) {
    return Math.max(1, Math.min(c.rcvMss, most(c) / 2));
  }

  /** The largest window that can ever be offered: an empty buffer. */
  private static int most(ControlBlock c) {
    int capacity = c.receiveRing.capacityBytes() - inHand(c);
    capacity = Math.min(capacity, c.options.windowClampBytes());
    if (c.growingWindow > 0) {
      capacity = Math.min(capacity, c.growingWindow);
    }
    return (int) Math.min(capacity, (long) MAXIMUM_FIELD << c.rcvWindShift);
  }

  /** The window field of the segment that is being made; moves the right edge. */
  static int select(ControlBlock c) {
    int offered = c.rcvWnd();
    int free = free(c);
    int window = offered;
    if (free - offered >= step(c)) {
      window = free;
    }
    int shift = c.rcvWindShift;
    int field = window >> shift;
    if (field << shift < window && field + 1 << shift <= Math.min(room(c), free + inHand(c))) {
      field++;
    }
    field = Math.min(field, MAXIMUM_FIELD);
    int edge = c.rcvNxt + (field << shift);
    if (edge - c.rcvAdv > 0) {
      if (offered == 0) {
        c.counters().fromZeroWindowAdv.increment();
      }
      c.rcvAdv = edge;
    } else if (field == 0 && offered != 0 || field == 0 && c.lastAckSent != c.rcvNxt) {
      c.counters().toZeroWindowAdv.increment();
    }
    return field;
  }

  /** Bytes free from which an acknowledgement of its own tells of the window. */
  private static int worthTelling(ControlBlock c) {
    int offered = c.rcvWnd();
    return Math.max(2 * offered, offered + step(c));
  }

  /** Whether the application has read so much that the peer is to be told. */
  static boolean isUpdateDue(ControlBlock c) {
    return c.state.isSynchronized()
        && !c.inputEnded
        && !c.inputShutdown
        && free(c) >= worthTelling(c);
  }

  /** The read position at which {@link #isUpdateDue} will hold. */
  static long noticePosition(ControlBlock c) {
    if (c.inputEnded || c.inputShutdown || !c.state.isSynchronized()) {
      return Long.MAX_VALUE;
    }
    int need = worthTelling(c);
    if (need > most(c)) {
      return Long.MAX_VALUE;
    }
    long write = c.receiveRing.writePosition();
    return write - (c.receiveRing.capacityBytes() - inHand(c) - need);
  }
}
