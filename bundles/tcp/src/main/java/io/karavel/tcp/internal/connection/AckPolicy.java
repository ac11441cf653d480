package io.karavel.tcp.internal.connection;

/**
 * When received data is acknowledged: at once in the quick-ACK phase, for every second full segment
 * (RFC 9293 §3.8.6.3), for what fills or makes a gap (RFC 5681 §4.2); else after {@code
 * delayedAckMillis} at most. A burst is answered once, since nothing is sent before its end.
 */
final class AckPolicy {
  /** Segments of the quick-ACK phase, as in Linux. */
  static final int QUICK_SEGMENTS = 16;

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
  static void onData(ControlBlock c, long gapNanos, long nowNanos) {
    if (gapNanos > RetransmitTimer.timeoutNanos(c)) {
      enterQuickPhase(c);
    }
    int unacknowledged = c.rcvNxt - c.lastAckSent;
    if (unacknowledged > c.rcvMss || c.options.quickAck() || isQuick(c)) {
      c.owe(ControlBlock.OWE_ACK);
      return;
    }
    delay(c, nowNanos);
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
    long delay = c.settings().delayedAckNanos();
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
      c.ackDeadline = c.ackSinceNanos + c.settings().delayedAckNanos();
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
