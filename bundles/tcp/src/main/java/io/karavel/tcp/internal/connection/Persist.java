package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;

/**
 * Probing a window that does not let us send (RFC 9293 §3.8.6.1, RFC 6429): one byte beyond it at
 * backed-off intervals, as long as the peer answers and the socket is open. Also overrides the
 * sender's silly window avoidance and cork after a while (§3.8.6.2.1).
 */
final class Persist {
  private static final long CORK_NANOS = 200_000_000L;

  private Persist() {}

  /** Nothing more can be sent now: arms the timer if nothing else would ever go on. */
  static void onHeld(ControlBlock c, long nowNanos) {
    if (c.retransmitDeadline != ControlBlock.NEVER || c.flight() > 0 || !c.state.isSynchronized()) {
      return;
    }
    if (c.unsent() == 0 && (!c.finQueued || c.finSent)) {
      return;
    }
    c.persisting = true;
    c.backoff = 0;
    c.retransmits = 0;
    c.retryStartNanos = nowNanos;
    c.retransmitArmedNanos = nowNanos;
    setDeadline(c);
  }

  private static void setDeadline(ControlBlock c) {
    long interval = RetransmitTimer.intervalNanos(c);
    if (c.sndWnd > 0 && c.options.cork()) {
      interval = CORK_NANOS;
    }
    long deadline = c.retransmitArmedNanos + interval;
    long userTimeout = c.options.userTimeoutNanos(c.settings());
    if (userTimeout > 0) {
      deadline = Math.min(deadline, c.retryStartNanos + userTimeout);
    }
    c.retransmitDeadline = deadline;
  }

  /** The persist timer expired. */
  static void onExpiry(ControlBlock c, long nowNanos) {
    if (c.sndWnd > 0 && c.flight() == 0) {
      c.pushHeld = true;
      c.persisting = false;
      c.retransmitDeadline = ControlBlock.NEVER;
      return;
    }
    boolean atMaximum = RetransmitTimer.intervalNanos(c) >= c.settings().rtoMaxNanos();
    if (isGivenUp(c, nowNanos, c.retransmits, atMaximum)
        || !c.orphan && isUnanswered(c, nowNanos)) {
      c.counters().abortOnTimeout.increment();
      TcpCause cause = RetransmitTimer.cause(c, TcpCause.PERSIST, nowNanos);
      Teardown.fail(c, c.softError != null ? c.softError : TcpError.TIMED_OUT, cause, nowNanos);
      return;
    }
    noteProbe(c);
    c.retransmits++;
    if (!atMaximum) {
      c.backoff++;
    }
    c.counters().windowProbes.increment();
    c.owe(ControlBlock.OWE_PROBE);
    c.retransmitArmedNanos = nowNanos;
    setDeadline(c);
  }

  /** Whether it ends though its probes are answered, {@code probes} having gone before. */
  private static boolean isGivenUp(ControlBlock c, long atNanos, int probes, boolean atMaximum) {
    long userTimeout = c.options.userTimeoutNanos(c.settings());
    if (userTimeout > 0 && atNanos - c.retryStartNanos >= userTimeout) {
      return true;
    }
    return c.orphan
        && (atMaximum
            || probes > 0 && atNanos - c.retryStartNanos >= RetransmitTimer.budgetNanos(c, false));
  }

  /** A probe of a closed window is about to go out. */
  static void noteProbe(ControlBlock c) {
    c.probedInVain = c.retransmits > 0 && !isAnswered(c);
    if (!c.probedInVain) {
      c.unansweredNanos = c.retransmitArmedNanos;
    }
  }

  private static boolean isAnswered(ControlBlock c) {
    return c.lastReceivedNanos >= c.retransmitArmedNanos;
  }

  /** Whether probes have gone unanswered for as long as {@code retries2} allows. */
  static boolean isUnanswered(ControlBlock c, long nowNanos) {
    return c.retransmits > 0
        && !isAnswered(c)
        && nowNanos - c.unansweredNanos >= RetransmitTimer.budgetNanos(c, false);
  }

  /** Whether the timetable that the limits make is over already; at rtoMax the next expiry says. */
  static boolean isOver(ControlBlock c) {
    if (c.retransmits == 0) {
      return false;
    }
    // as at the last expiry, before which one fewer had gone
    long atNanos = c.retransmitArmedNanos;
    return isGivenUp(c, atNanos, c.retransmits - 1, false)
        || !c.orphan && c.probedInVain && isUnanswered(c, atNanos);
  }

  /** The limits have changed, and leave it alive. */
  static void onLimitsChanged(ControlBlock c) {
    setDeadline(c);
  }

  /** The window, too small before, has grown: nothing needs to be waited for. */
  static void onWindowGrown(ControlBlock c) {
    if (c.flight() == 0) {
      c.persisting = false;
      c.retransmitDeadline = ControlBlock.NEVER;
    }
  }

  /** The window is open (again): what was sent as a probe is sent anew with what follows it. */
  static void onWindowOpened(ControlBlock c) {
    c.persisting = false;
    c.retransmitDeadline = ControlBlock.NEVER;
    c.backoff = 0;
    c.retransmits = 0;
    c.owed &= ~ControlBlock.OWE_PROBE;
    if (c.flight() > 0) {
      c.karnSequence = c.sndNxt;
      c.sndNxt = c.sndUna;
      c.finSent = false;
      c.sent.clear();
    }
  }
}
