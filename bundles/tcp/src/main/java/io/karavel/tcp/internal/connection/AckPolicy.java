package io.karavel.tcp.internal.connection;

/**
 * When received data is acknowledged: at once in the quick-ACK phase, for every second full segment
 * (RFC 9293 §3.8.6.3), for what fills or makes a gap (RFC 5681 §4.2); else after a delay that
 * follows the time between segments, {@code delayedAckMillis} at most. A burst is answered once,
 * since nothing is sent before its end.
 */
final class AckPolicy {
  /** Segments of the quick-ACK phase, as in Linux. */
  static final int QUICK_SEGMENTS = 16;

  /** Shortest delay that adapts, as in Linux; a lower ceiling goes before it. */
  private static final long SHORTEST_NANOS = 40_000_000L;

  private AckPolicy() {}

  /** Begins the quick-ACK phase: the peer's congestion window is small. */
  static void enterQuickPhase(ControlBlock c) {
    enterQuickPhase(c, QUICK_SEGMENTS);
  }

  /**
   * Begins it for at most so many acknowledgements: half of what the window holds, two at least.
   */
  static void enterQuickPhase(ControlBlock c, int most) {
    c.interactive = false;
    int half = c.rcvWnd() / (2 * c.rcvMss);
    c.quickAcks = (byte) Math.max(c.quickAcks, Math.min(half == 0 ? 2 : half, most));
  }

  /** Ends it: little will come that could be hastened, and our answer can carry the ACK. */
  static void endQuickPhase(ControlBlock c) {
    c.quickAcks = 0;
    c.interactive = true;
  }

  /** In-order data has come; {@code c.rcvNxt} is behind it. */
  static void onData(ControlBlock c, long nowNanos) {
    adapt(c, nowNanos);
    int unacknowledged = c.rcvNxt - c.lastAckSent;
    if (unacknowledged > c.rcvMss || c.options.quickAck() || isQuick(c)) {
      c.owe(ControlBlock.OWE_ACK);
      return;
    }
    delay(c, nowNanos);
  }

  /** The delay follows the time between segments; after a long pause the peer starts anew. */
  private static void adapt(ControlBlock c, long nowNanos) {
    long gap = nowNanos - c.lastTextNanos;
    long timeout = RetransmitTimer.timeoutNanos(c);
    if (c.ackTimeoutNanos == 0) {
      c.ackTimeoutNanos = SHORTEST_NANOS;
    } else if (gap <= SHORTEST_NANOS / 2) {
      c.ackTimeoutNanos = c.ackTimeoutNanos / 2 + SHORTEST_NANOS / 2;
    } else if (gap < c.ackTimeoutNanos) {
      c.ackTimeoutNanos = Math.min(c.ackTimeoutNanos / 2 + gap, timeout);
    }
    if (c.gapNanos > timeout) {
      enterQuickPhase(c);
    }
    c.lastTextNanos = nowNanos;
  }

  /** At least 40 ms and about a round trip, where the ceiling lets it. */
  private static long delayNanos(ControlBlock c) {
    long most = Math.max(SHORTEST_NANOS, c.rtt.smoothedNanos());
    long adapted = Math.max(SHORTEST_NANOS, Math.min(c.ackTimeoutNanos, most));
    return Math.min(c.settings().delayedAckNanos(), adapted);
  }

  private static boolean isQuick(ControlBlock c) {
    return c.quickAcks > 0 && !c.interactive;
  }

  /** The peer's FIN has come: its acknowledgement may travel with ours. */
  static void onFin(ControlBlock c, long nowNanos) {
    endQuickPhase(c);
    if ((c.owed & ControlBlock.OWE_ACK) == 0) {
      delay(c, nowNanos);
    }
  }

  private static void delay(ControlBlock c, long nowNanos) {
    long delay = delayNanos(c);
    if (delay == 0) {
      c.owe(ControlBlock.OWE_ACK);
    } else if (c.ackDeadline == ControlBlock.NEVER) {
      c.ackSinceNanos = nowNanos;
      c.ackDeadline = nowNanos + delay;
    }
  }

  /** The ceiling has changed: what is left is the new one less what has passed. */
  static void onDelayChanged(ControlBlock c) {
    if (c.ackDeadline != ControlBlock.NEVER) {
      c.ackDeadline = c.ackSinceNanos + delayNanos(c);
    }
  }

  /** The delayed-ACK timer expired. */
  static void onExpiry(ControlBlock c) {
    c.ackDeadline = ControlBlock.NEVER;
    c.counters().delayedAcks.increment();
    c.owe(ControlBlock.OWE_ACK);
  }

  /** A segment with ACK goes out. */
  static void onSent(ControlBlock c, boolean withData, long nowNanos) {
    if (withData
        && c.rcvNxt != c.irs + 1
        && nowNanos - c.lastReceivedNanos < c.settings().delayedAckNanos()) {
      // Answers follow questions: acknowledgements can travel with them.
      c.interactive = true;
    }
    if (c.quickAcks > 0 && c.lastAckSent != c.rcvNxt) {
      c.quickAcks--;
    }
    c.ackDeadline = ControlBlock.NEVER;
    c.lastAckSent = c.rcvNxt;
    c.owed &= ~(ControlBlock.OWE_ACK | ControlBlock.OWE_CHALLENGE);
  }
}
