package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpExplanation.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The expiries of the retransmission timer that lie ahead, with the variables they would change;
 * the rules are those of {@link RetransmitTimer} and {@link Persist}.
 */
final class RetransmitTimetable {
  /** Expiries looked ahead to find the end; far more than 127 retries make. */
  private static final int MOST_EXPIRIES = 1000;

  private final ControlBlock c;
  private final long nowNanos;
  private final long rtoMax;
  private final long userTimeout;
  private final List<Step> steps = new ArrayList<>();
  private long deadline;
  private long armed;
  private long retryStart;
  private long unanswered;
  private int retransmits;
  private int backoff;
  private long end = -1;
  private TcpError error;

  private RetransmitTimetable(ControlBlock c, long nowNanos) {
    this.c = c;
    this.nowNanos = nowNanos;
    rtoMax = c.settings().rtoMaxNanos();
    userTimeout = c.options.userTimeoutNanos(c.settings());
    deadline = c.retransmitDeadline;
    armed = c.retransmitArmedNanos;
    retryStart = c.retryStartNanos;
    unanswered = c.unansweredNanos;
    retransmits = c.retransmits;
    backoff = c.backoff;
  }

  private void step(String action) {
    if (steps.size() < ArmedTimer.MOST_STEPS) {
      steps.add(new Step(deadline - nowNanos, action));
    }
  }

  private void end() {
    end = deadline - nowNanos;
    error = c.softError != null ? c.softError : TcpError.TIMED_OUT;
    if (c.orphan) {
      step("it ends; nobody holds its socket to be told");
      error = null;
    } else {
      step("it ends: " + error.meaning());
    }
  }

  private boolean isUserTimeoutOver() {
    return userTimeout > 0 && deadline - retryStart >= userTimeout;
  }

  private void rearm(long interval, boolean timed) {
    armed = deadline;
    deadline = armed + interval;
    if (timed && userTimeout > 0) {
      deadline = Math.min(deadline, retryStart + userTimeout);
    }
  }

  private ArmedTimer timer(String kind, int most, List<Parameter> parameters) {
    return new ArmedTimer(
        kind, c.retransmitDeadline - nowNanos, c.retransmits, most, parameters, steps, end, error);
  }

  /** Of a SYN or SYN-ACK: a count limits it. */
  static ArmedTimer syn(ControlBlock c, long nowNanos) {
    RetransmitTimetable t = new RetransmitTimetable(c, nowNanos);
    int limit = RetransmitTimer.synLimit(c);
    String what = c.state == io.karavel.tcp.TcpState.SYN_SENT ? "SYN" : "SYN-ACK";
    for (int i = 0; i < MOST_EXPIRIES; i++) {
      if (t.retransmits >= limit || c.active && t.isUserTimeoutOver()) {
        t.end();
        break;
      }
      t.retransmits++;
      t.backoff++;
      t.step(what + " again, " + t.retransmits + " of " + limit);
      int doublings = Math.max(0, t.backoff - c.settings().synLinearTimeouts());
      t.rearm(RetransmitTimer.shifted(c.rtt.initialNanos(), doublings, t.rtoMax), c.active);
    }
    return t.timer("retransmit", limit, TimerParameters.syn(c));
  }

  /** Of data or FIN: a time limits it. */
  static ArmedTimer data(ControlBlock c, long nowNanos) {
    RetransmitTimetable t = new RetransmitTimetable(c, nowNanos);
    boolean outstanding = c.sent != null && !c.sent.isEmpty();
    if (!outstanding) {
      t.step("nothing: everything is acknowledged");
      return t.timer("retransmit", 0, TimerParameters.data(c));
    }
    if (t.retransmits == 0) {
      t.retryStart = c.sent.firstSentNanos();
    }
    long timeout = RetransmitTimer.timeoutNanos(c);
    t.afterLossProbe(timeout);
    boolean closedWindow = c.sndWnd == 0 && !c.orphan;
    for (int i = 0; i < MOST_EXPIRIES; i++) {
      long interval = RetransmitTimer.shifted(timeout, t.backoff, t.rtoMax);
      if (closedWindow) {
        if (t.isUserTimeoutOver() || t.isUnanswered()) {
          t.end();
          break;
        }
        t.noteProbe();
      } else if (t.isGivenUp(interval)) {
        t.end();
        break;
      }
      t.retransmits++;
      if (interval < t.rtoMax) {
        t.backoff++;
      }
      t.step("the first unacknowledged segment again, for the " + ordinal(t.retransmits) + " time");
      t.rearm(RetransmitTimer.shifted(timeout, t.backoff, t.rtoMax), true);
    }
    return t.timer("retransmit", 0, TimerParameters.data(c));
  }

  /** A loss probe that comes first arms the timer anew. */
  private void afterLossProbe(long timeout) {
    LossVariables l = c.loss;
    if (l != null && l.deadlineIsProbe && l.deadlineNanos < deadline && c.flight() > 0) {
      deadline = l.deadlineNanos;
      rearm(RetransmitTimer.shifted(timeout, backoff, rtoMax), true);
    }
  }

  private boolean isGivenUp(long interval) {
    if (isUserTimeoutOver()) {
      return true;
    }
    boolean atMaximum = interval >= rtoMax;
    long budget = RetransmitTimer.budgetNanos(c, atMaximum);
    if (c.orphan && budget == 0) {
      return true;
    }
    if (userTimeout > 0 && !c.orphan) {
      return false;
    }
    return retransmits > 0 && deadline - retryStart >= budget;
  }

  private boolean isAnswered() {
    return c.lastReceivedNanos >= armed;
  }

  private void noteProbe() {
    if (retransmits == 0 || isAnswered()) {
      unanswered = armed;
    }
  }

  private boolean isUnanswered() {
    return retransmits > 0
        && !isAnswered()
        && deadline - unanswered >= RetransmitTimer.budgetNanos(c, false);
  }

  /** Of a window that does not let us send. */
  static ArmedTimer persist(ControlBlock c, long nowNanos) {
    RetransmitTimetable t = new RetransmitTimetable(c, nowNanos);
    if (c.sndWnd > 0 && c.flight() == 0) {
      t.step("what was held back for a fuller segment goes out");
      return t.timer("persist", 0, TimerParameters.data(c));
    }
    long timeout = RetransmitTimer.timeoutNanos(c);
    for (int i = 0; i < MOST_EXPIRIES; i++) {
      boolean atMaximum = RetransmitTimer.shifted(timeout, t.backoff, t.rtoMax) >= t.rtoMax;
      if (t.isProbingOver(atMaximum)) {
        t.end();
        break;
      }
      t.noteProbe();
      t.retransmits++;
      if (!atMaximum) {
        t.backoff++;
      }
      t.step("the closed window is probed for the " + ordinal(t.retransmits) + " time");
      t.rearm(RetransmitTimer.shifted(timeout, t.backoff, t.rtoMax), true);
    }
    return t.timer("persist", 0, TimerParameters.data(c));
  }

  private boolean isProbingOver(boolean atMaximum) {
    if (isUserTimeoutOver()) {
      return true;
    }
    if (c.orphan) {
      return atMaximum
          || retransmits > 0 && deadline - retryStart >= RetransmitTimer.budgetNanos(c, false);
    }
    return isUnanswered();
  }

  private static String ordinal(int number) {
    String ending =
        number % 100 / 10 == 1
            ? "th"
            : switch (number % 10) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return number + ending;
  }
}
