package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.recovery.SentSegments;

/**
 * The retransmission timer: RFC 6298 §5, its back-off, and when to give up. Counts govern SYNs,
 * time budgets govern data and FIN: Budget(N) = (2^(N+1) − 1) · 200 ms, each doubling capped at
 * rtoMax, counted from the first transmission.
 *
 * <p>Deviation: Linux counts its budgets from the first retransmission.
 */
final class RetransmitTimer {
  /** What budgets are made of, whatever rtoMin is. */
  static final long BUDGET_UNIT_NANOS = 200_000_000L;

  private static final long RTO_AFTER_SYN_LOSS_NANOS = 3_000_000_000L;
  private static final int ORPHAN_RETRIES_FOR_0 = 8;
  private static final int MAXIMUM_SHIFT = 30;

  private RetransmitTimer() {}

  /** How long N retries may take from the first transmission on. */
  static long budgetNanos(int retries, long rtoMaxNanos) {
    long sum = 0;
    long interval = BUDGET_UNIT_NANOS;
    for (int i = 0; i <= retries; i++) {
      long step = Math.min(interval, rtoMaxNanos);
      sum += step;
      if (interval < rtoMaxNanos) {
        interval *= 2;
      }
    }
    return sum;
  }

  /** RTO without back-off, within its limits. */
  static long timeoutNanos(ControlBlock c) {
    return Math.min(c.rtt.timeoutNanos(c.settings().rtoMinNanos()), c.settings().rtoMaxNanos());
  }

  /** RTO as it is backed off now. */
  static long intervalNanos(ControlBlock c) {
    return shifted(timeoutNanos(c), c.backoff, c.settings().rtoMaxNanos());
  }

  static long shifted(long interval, int shift, long maximum) {
    int bits = Math.min(shift, MAXIMUM_SHIFT);
    return interval > maximum >> bits ? maximum : interval << bits;
  }

  /** Interval before the next SYN, after {@code repeated} repetitions. */
  static long synIntervalNanos(ControlBlock c) {
    int doublings = Math.max(0, c.backoff - c.settings().synLinearTimeouts());
    return shifted(c.rtt.initialNanos(), doublings, c.settings().rtoMaxNanos());
  }

  /** Something that must be acknowledged was sent. */
  static void onSent(ControlBlock c, long nowNanos) {
    if (c.retransmitDeadline == ControlBlock.NEVER || c.persisting) {
      if (c.persisting) {
        c.persisting = false;
        c.backoff = 0;
        c.retransmits = 0;
      }
      arm(c, nowNanos);
    }
  }

  static void arm(ControlBlock c, long nowNanos) {
    c.retransmitArmedNanos = nowNanos;
    setDeadline(c);
  }

  private static void setDeadline(ControlBlock c) {
    long interval = c.synUnacknowledged() ? synIntervalNanos(c) : intervalNanos(c);
    long deadline = c.retransmitArmedNanos + interval;
    long userTimeout = c.options.userTimeoutNanos(c.settings());
    if (userTimeout > 0 && (c.synUnacknowledged() ? c.active : hasOutstanding(c))) {
      deadline = Math.min(deadline, firstSent(c) + userTimeout);
    }
    c.retransmitDeadline = deadline;
  }

  private static boolean hasOutstanding(ControlBlock c) {
    return c.sent != null && !c.sent.isEmpty();
  }

  private static long firstSent(ControlBlock c) {
    boolean known = c.retransmits > 0 || c.synUnacknowledged();
    return known ? c.retryStartNanos : c.sent.firstSentNanos();
  }

  /**
   * New data was acknowledged (RFC 6298 §5.2, §5.3).
   *
   * @param measured whether the round trip is known: else the back-off stays (Karn)
   */
  static void onProgress(ControlBlock c, boolean measured, long nowNanos) {
    if (measured || c.flight() == 0) {
      c.backoff = 0;
    }
    c.retransmits = 0;
    c.routeSuspected = false;
    c.softError = null;
    c.persisting = false;
    if (c.flight() > 0) {
      arm(c, nowNanos);
    } else {
      c.retransmitDeadline = ControlBlock.NEVER;
    }
  }

  /** The SYN is acknowledged: RFC 6298 §5.7. */
  static void onSynAcknowledged(ControlBlock c) {
    c.retransmitDeadline = ControlBlock.NEVER;
    c.backoff = 0;
    c.retransmits = 0;
    c.softError = null;
    if (c.synRetransmitted && !c.rtt.isMeasured()) {
      c.rtt.initialNanos(Math.max(RTO_AFTER_SYN_LOSS_NANOS, c.rtt.initialNanos()));
    }
  }

  /** The timer expired. */
  static void onExpiry(ControlBlock c, long nowNanos) {
    if (c.synUnacknowledged()) {
      onSynExpiry(c, nowNanos);
      return;
    }
    if (!hasOutstanding(c)) {
      c.retransmitDeadline = ControlBlock.NEVER;
      return;
    }
    if (c.retransmits == 0) {
      c.retryStartNanos = c.sent.firstSentNanos();
    }
    long interval = intervalNanos(c);
    boolean windowClosed = isWindowClosed(c);
    if (windowClosed) {
      // The peer shrank its window to nothing: this is a probe now (RFC 9293 §3.8.6.1).
      if (isUserTimeoutOver(c, nowNanos) || Persist.isUnanswered(c, nowNanos)) {
        giveUp(c, cause(c, TcpCause.PERSIST, nowNanos), nowNanos);
        return;
      }
      Persist.noteProbe(c);
    } else if (isGivenUp(c, nowNanos, c.retransmits, interval)) {
      giveUp(c, cause(c, TcpCause.RETRANSMISSION, nowNanos), nowNanos);
      return;
    }
    c.counters().timeouts.increment();
    FastOpen.onTimeout(c, false);
    MtuProbing.forget(c);
    PathMtu.onTimeout(c, nowNanos);
    if (!windowClosed && isRouteToBeSuspected(c, nowNanos)) {
      suspectRoute(c);
      MtuProbing.onSuspect(c, nowNanos);
    }
    boolean repeated = c.retransmits > 0;
    c.congestionControl().onTimeout(c.flight(), repeated, nowNanos);
    c.congestionReducing = false;
    Ecn.onWindowReduced(c);
    SentSegments sent = c.sent;
    boolean reneged = sent.isReneged();
    if (reneged) {
      c.counters().sackReneging.increment();
    }
    LossVariables l = c.loss();
    if (!repeated) {
      SpuriousLoss.begin(c);
    }
    l.forwardRto = c.settings().frto() && !reneged;
    l.newDataFirst = false;
    l.forgetProbe();
    l.disarm();
    RateReduction.end(c);
    if (c.sack && l.rack.isKnown()) {
      sent.markTimedOut(reneged, nowNanos, l.rack.rttNanos());
    } else {
      sent.markAllLost(reneged);
    }
    c.renoSacked = 0;
    c.duplicateAcks = 0;
    c.recovery = ControlBlock.Recovery.LOSS;
    c.recoveryPoint = c.sndNxt;
    c.forceRetransmit = true;
    c.retransmits++;
    if (interval < c.settings().rtoMaxNanos()) {
      c.backoff++;
    }
    arm(c, nowNanos);
  }

  /** Whether a silence is the peer's own: it has no room. */
  private static boolean isWindowClosed(ControlBlock c) {
    return c.sndWnd == 0 && !c.orphan;
  }

  /** Whether the silence has lasted as long as {@code retries1} stands for. */
  private static boolean isRouteToBeSuspected(ControlBlock c, long atNanos) {
    return atNanos - c.retryStartNanos
        >= budgetNanos(c.settings().retries1(), c.settings().rtoMaxNanos());
  }

  private static void suspectRoute(ControlBlock c) {
    if (!c.routeSuspected) {
      c.routeSuspected = true;
      c.event(ConnectionEvents.SUSPECT_ROUTE);
    }
  }

  private static void onSynExpiry(ControlBlock c, long nowNanos) {
    // the user timeout ends a connect too (RFC 9293 §3.10.8: in any state)
    boolean over = c.retransmits >= synLimit(c) || c.active && isUserTimeoutOver(c, nowNanos);
    FastOpen.onTimeout(c, over);
    if (over) {
      boolean byCount = c.retransmits >= synLimit(c);
      giveUp(c, byCount ? TcpCause.SYN_RETRIES : TcpCause.USER_TIMEOUT, nowNanos);
      return;
    }
    c.retransmits++;
    c.backoff++;
    c.synRetransmitted = true;
    c.counters().timeouts.increment();
    c.counters().synRetrans.increment();
    c.counters().retransSegs.increment();
    c.owe(ControlBlock.OWE_SYN);
    arm(c, nowNanos);
  }

  /** How often a SYN or SYN-ACK may be repeated. */
  static int synLimit(ControlBlock c) {
    return c.state == TcpState.SYN_SENT || c.active
        ? c.options.synRetries(c.settings())
        : c.settings().synAckRetries();
  }

  /** The budget that governs a silent peer; of an orphan {@code orphanRetries}. */
  static long budgetNanos(ControlBlock c, boolean atMaximum) {
    int retries = c.settings().retries2();
    if (c.orphan) {
      retries = c.settings().orphanRetries();
      if (retries == 0) {
        if (atMaximum || c.softError != null) {
          return 0;
        }
        retries = ORPHAN_RETRIES_FOR_0;
      }
    }
    return budgetNanos(retries, c.settings().rtoMaxNanos());
  }

  private static boolean isUserTimeoutOver(ControlBlock c, long atNanos) {
    long userTimeout = c.options.userTimeoutNanos(c.settings());
    return userTimeout > 0 && atNanos - c.retryStartNanos >= userTimeout;
  }

  /** Whether it ends when the timer expires then, having been repeated so often. */
  private static boolean isGivenUp(ControlBlock c, long atNanos, int repetitions, long interval) {
    if (isUserTimeoutOver(c, atNanos)) {
      return true;
    }
    long elapsed = atNanos - c.retryStartNanos;
    boolean atMaximum = interval >= c.settings().rtoMaxNanos();
    if (c.orphan && budgetNanos(c, atMaximum) == 0) {
      return true;
    }
    if (c.options.userTimeoutNanos(c.settings()) > 0 && !c.orphan) {
      return false;
    }
    return repetitions > 0 && elapsed >= budgetNanos(c, atMaximum);
  }

  /** What ends a wait: the user timeout, where there is one that is over. */
  static TcpCause cause(ControlBlock c, TcpCause otherwise, long nowNanos) {
    return isUserTimeoutOver(c, nowNanos) ? TcpCause.USER_TIMEOUT : otherwise;
  }

  private static void giveUp(ControlBlock c, TcpCause cause, long nowNanos) {
    c.counters().abortOnTimeout.increment();
    Teardown.fail(c, c.softError != null ? c.softError : TcpError.TIMED_OUT, cause, nowNanos);
  }

  /**
   * Settings or options have changed: ends it if the new timetable is over already, else moves the
   * deadline to what it would have been.
   */
  static void onLimitsChanged(ControlBlock c, long nowNanos) {
    onLimits(c, TcpCause.CONFIGURATION, nowNanos);
  }

  /** Nobody holds it any more: the same, under the limits of orphans. */
  static void onOrphaned(ControlBlock c, long nowNanos) {
    TcpCause wait = c.persisting ? TcpCause.PERSIST : TcpCause.RETRANSMISSION;
    onLimits(c, isUserTimeoutPast(c, nowNanos) ? TcpCause.USER_TIMEOUT : wait, nowNanos);
  }

  private static void onLimits(ControlBlock c, TcpCause cause, long nowNanos) {
    if (c.retransmitDeadline == ControlBlock.NEVER || c.state == TcpState.CLOSED) {
      return;
    }
    if (isOver(c) || isUserTimeoutPast(c, nowNanos)) {
      giveUp(c, cause, nowNanos);
    } else if (c.persisting) {
      Persist.onLimitsChanged(c);
    } else {
      if (!c.synUnacknowledged()
          && !isWindowClosed(c)
          && c.retransmits > 0
          && isRouteToBeSuspected(c, c.retransmitArmedNanos)) {
        suspectRoute(c);
      }
      setDeadline(c);
    }
  }

  /** Whether the timetable that the limits make is over already. */
  static boolean isOver(ControlBlock c) {
    if (c.retransmitDeadline == ControlBlock.NEVER) {
      return false;
    }
    if (c.synUnacknowledged()) {
      return c.retransmits > synLimit(c);
    }
    if (c.persisting) {
      return Persist.isOver(c);
    }
    return c.retransmits > 0
        && budgetNanos(c, false) > 0 // else the next expiry ends it
        && isGivenUp(c, c.retransmitArmedNanos, c.retransmits - 1, 0) // as at the last expiry
        && !(c.sndWnd == 0 && !c.orphan);
  }

  /** Whether it has waited for the peer for longer than the user timeout allows. */
  static boolean isUserTimeoutPast(ControlBlock c, long nowNanos) {
    long userTimeout = c.options.userTimeoutNanos(c.settings());
    if (userTimeout <= 0 || c.retransmitDeadline == ControlBlock.NEVER) {
      return false;
    }
    if (c.persisting) {
      return nowNanos - c.retryStartNanos >= userTimeout;
    }
    return (c.synUnacknowledged() ? c.active : hasOutstanding(c))
        && nowNanos - firstSent(c) >= userTimeout;
  }
}
