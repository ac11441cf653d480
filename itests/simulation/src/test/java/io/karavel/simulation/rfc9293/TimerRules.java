package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.List;

/**
 * Timers: RFC 6298 §5, RFC 9293 §3.8.3, §3.8.4, §3.8.6.1, and the budgets of docs/bundles/tcp.md.
 */
final class TimerRules {
  private static final long MILLI = 1_000_000L;

  /** The timer that finds it out may be as coarse as the largest tick of a run. */
  private static final long USER_TIMEOUT_SLACK_NANOS = 300 * MILLI;

  private TimerRules() {}

  // ---- what is sent ----

  static void onNew(End e, boolean wasIdle, long now) {
    if (wasIdle) {
      e.lastTimerNanos = now;
      e.headTimes.clear();
      e.lastProgressNanos = now;
      e.timerRetransmissions = 0;
    }
    if (e.probing) {
      onProbe(e, now);
    } else if (e.headTimes.isEmpty() && e.outstanding() == 0) {
      e.headTimes.add(now);
    }
    if (!wasIdle && mayBeLossProbe(e, now)) {
      e.lossProbeAt = e.nxt;
      e.lastProgressNanos = now;
    }
  }

  /** New data that goes as a loss probe starts the timer anew: RFC 8985 §7.3. */
  private static boolean mayBeLossProbe(End e, long now) {
    if (e.model.followed) {
      return e.model.probe.owed;
    }
    boolean unprovoked = e.lastArrivalNanos < now;
    return e.sack && e.settings.flag("tailLossProbe") && unprovoked && e.una > e.lossProbeAt;
  }

  static void onRetransmission(End e, long from, long to, long now) {
    boolean isHead = from <= e.una;
    for (Sent sent : e.flight) {
      if (sent.from < to && sent.to > from) {
        sent.lastNanos = now;
        sent.times++;
      }
    }
    if (!isHead
        && e.peerHas.contains(from, to)
        && e.timerRetransmissions == 0
        && e.headTimes.isEmpty()) {
      e.fail("SACK", "[" + from + "," + to + ") is sent again, but the peer has it (RFC 2018 §5)");
    }
    if (!isHead) {
      return;
    }
    if (e.window == 0 && e.probing) {
      onProbe(e, now);
      return;
    }
    e.backedOffNanos = now - Math.max(e.openedNanos, e.lastTimerNanos);
    e.lastTimerNanos = now;
    e.headTimes.add(now);
    e.lastProgressNanos = now;
    e.timerRetransmissions++;
    e.timeouts++;
    if (!e.model.followed) {
      e.host.fastOpen.onUnclearTimeout(e);
    }
    forgetWaited(e, e.headTimes, now);
    checkBackOff(e, e.headTimes, 3, "RTO back-off (RFC 6298 §5.5)");
    checkBudget(e, now);
  }

  /**
   * What waited for a module or for a MAC address tells nothing of intervals, nor what may have
   * been too large.
   */
  private static void forgetWaited(End e, List<Long> times, long now) {
    int last = times.size() - 1;
    boolean resolved = last > 0 ? e.resolvedNanos >= times.get(last - 1) : e.resolvedNanos == now;
    if (resolved || e.host.isLenient(now) || e.host.paths.isVague(e.tuple.remote())) {
      times.clear();
    }
  }

  /** Intervals in which nothing was heard double, up to rtoMax. */
  private static void checkBackOff(End e, List<Long> times, int from, String rule) {
    int last = times.size() - 1;
    if (last < from) {
      return;
    }
    long interval = times.get(last) - times.get(last - 1);
    long before = times.get(last - 1) - times.get(last - 2);
    long most = e.settings.millis("rtoMaxMillis");
    if (interval != Math.min(2 * before, most) && interval != most) {
      e.fail(
          rule,
          "after an interval of "
              + before / MILLI
              + " ms comes one of "
              + interval / MILLI
              + " ms");
    }
    if (interval < Math.min(most, e.settings.millis("rtoMinMillis"))) {
      e.fail(rule, "an interval of " + interval / MILLI + " ms is below rtoMin");
    }
  }

  private static long budget(End e) {
    if (!e.orphan) {
      long user = e.settings.userTimeoutNanos();
      long budget = e.settings.budgetNanos(e.settings.number("retries2"));
      return user > 0 ? user : budget;
    }
    long retries = e.settings.number("orphanRetries");
    long budget = e.settings.budgetNanos(retries == 0 ? 8 : retries);
    long user = e.settings.userTimeoutNanos();
    return user > 0 ? Math.min(user, budget) : budget;
  }

  private static void checkBudget(End e, long now) {
    Sent head = e.head();
    if (head == null || e.window == 0 || e.headTimes.size() < 3) {
      return;
    }
    long elapsed = now - head.firstNanos;
    if (elapsed >= budget(e) && e.headTimes.get(0) <= head.firstNanos) {
      e.fail(
          "giving up",
          "sent again after "
              + elapsed / MILLI
              + " ms, the budget is "
              + budget(e) / MILLI
              + " ms");
    }
  }

  private static void onProbe(End e, long now) {
    e.backedOffNanos = now - Math.max(e.openedNanos, e.lastTimerNanos);
    e.lastTimerNanos = now;
    e.probeTimes.add(now);
    e.lastProgressNanos = now;
    forgetWaited(e, e.probeTimes, now);
    checkBackOff(e, e.probeTimes, 2, "window probes (RFC 9293 MUST-35, MUST-37)");
  }

  static void onKeepaliveProbe(End e, long now) {
    boolean wanted = e.settings.option("keepalive", e.settings.flag("enabledByDefault"));
    if (!wanted) {
      e.fail("keepalive", "nobody asked for it (RFC 9293 MUST-24)");
    }
    long idle = keepaliveNanos(e, "keepaliveTimeSeconds", "timeSeconds");
    long interval = keepaliveNanos(e, "keepaliveIntervalSeconds", "intervalSeconds");
    if (e.keepaliveProbes == 0 && now - e.lastArrivalNanos < idle) {
      e.fail("keepalive", "idle for " + (now - e.lastArrivalNanos) / MILLI + " ms only");
    }
    // a shorter interval may be over already
    boolean exact = now != e.changedNanos || now - e.lastKeepaliveNanos < interval;
    if (e.keepaliveProbes > 0 && now - e.lastKeepaliveNanos != interval && exact) {
      e.fail("keepalive", (now - e.lastKeepaliveNanos) / MILLI + " ms between two probes");
    }
    e.keepalive.onSent(now);
    e.host.counts.add("TcpExt.TCPKeepAlive", 1);
    e.keepaliveProbes++;
    int most = e.settings.option("keepaliveProbes", (int) e.settings.number("probes"));
    if (e.keepaliveProbes > most) {
      e.fail("keepalive", "probe " + e.keepaliveProbes + ", there are " + most);
    }
    e.lastKeepaliveNanos = now;
    e.acksAllowed++;
  }

  static long keepaliveNanos(End e, String option, String key) {
    return e.settings.option(option, (int) e.settings.number(key)) * 1_000_000_000L;
  }

  // ---- what does not happen ----

  /** The longest that the retransmission timer may take now. */
  static long longestTimeout(End e) {
    long most = e.settings.millis("rtoMaxMillis");
    long first = Math.max(3_000 * MILLI, e.settings.millis("rtoInitialMillis"));
    long measured = 8 * e.largestRttNanos + 2 * e.settings.millis("rtoMinMillis");
    long base = e.largestRttNanos == 0 ? first : Math.max(first, measured);
    int doublings = Math.min(20, e.timerRetransmissions);
    return Math.min(most, Math.max(2 * e.backedOffNanos, base << doublings));
  }

  static void settled(End e, long now) {
    switch (e.state) {
      case TIME_WAIT -> {
        if (e.oneTooMany) {
          e.host.close(e, null, now, "TIME_WAIT_LIMIT");
        } else {
          TimeWaitRules.onTime(e, now);
        }
      }
      case FIN_WAIT_2 -> {
        if (e.finWaitNanos != End.NEVER && now >= e.finWaitNanos) {
          // its exact end depends on the RTO when that is long
          e.host.vague(e, now + 14 * longestTimeout(e) / 4);
          return;
        }
      }
      default -> {}
    }
    if (e.state == State.CLOSED || e.host.isAway()) {
      return;
    }
    keepaliveDue(e, now);
    userTimeoutDue(e, now);
    if (e.state.isSynchronized() && (e.outstanding() > 0 || e.hasUnsent())) {
      retransmissionDue(e, now);
    }
  }

  /** When the head is sent again, or given up, if nothing is heard. */
  static long due(End e) {
    long user = e.settings.userTimeoutNanos();
    long again = sentAgain(e);
    boolean counts = user > 0 && e.head() != null && e.window > 0;
    return counts ? Math.min(again, e.head().firstNanos + user) : again;
  }

  /** Known once an interval has doubled. */
  private static long sentAgain(End e) {
    int probe = e.probeTimes.size() - 1;
    if (probe >= 1 && e.window == 0) {
      long interval = e.probeTimes.get(probe) - e.probeTimes.get(probe - 1);
      return e.probeTimes.get(probe) + Math.min(2 * interval, e.settings.millis("rtoMaxMillis"));
    }
    int last = e.headTimes.size() - 1;
    if (last < 3 || e.window == 0) {
      return e.lastProgressNanos + longestTimeout(e) + 1;
    }
    long interval = e.headTimes.get(last) - e.headTimes.get(last - 1);
    return e.headTimes.get(last) + Math.min(2 * interval, e.settings.millis("rtoMaxMillis"));
  }

  /** Whether it may have been given up, and nobody is there to be told. */
  static boolean mayBeGivenUp(End e, long now) {
    if (!e.orphan || e.outstanding() == 0 && !e.hasUnsent()) {
      return false;
    }
    long since = e.head() == null ? e.lastProgressNanos : e.head().firstNanos;
    if (e.window == 0) {
      since = Math.min(since, e.windowClosedNanos);
    }
    return isHastened(e) || now - since >= Math.min(budget(e), e.settings.budgetNanos(8));
  }

  /** An orphan of which the way is said to be broken is given up at once, unless told otherwise. */
  private static boolean isHastened(End e) {
    return e.orphan && e.softError != null && e.settings.number("orphanRetries") == 0;
  }

  private static void retransmissionDue(End e, long now) {
    if (now < due(e)) {
      return;
    }
    Sent head = e.head();
    long since = head == null ? e.lastProgressNanos : head.firstNanos;
    if (e.window == 0) {
      since = Math.min(since, e.windowClosedNanos);
    }
    boolean mayHaveEnded = now - since >= Math.min(budget(e), e.settings.budgetNanos(8));
    if (e.host.ethernet) {
      if (now - since >= budget(e) + 2 * e.settings.millis("rtoMaxMillis")) {
        e.host.vague(e, End.NEVER);
      }
      return; // what is sent may wait for a MAC address in vain
    }
    boolean isLongest = now - e.lastTimerNanos >= e.settings.millis("rtoMaxMillis");
    if (mayHaveEnded && (e.orphan || e.window == 0)
        || isHastened(e)
        || isLongest && e.orphan
        || e.orphan && e.window == 0) {
      // given up in silence: nobody is there to be told
      e.host.vague(e, End.NEVER);
      return;
    }
    if (now - since >= budget(e)) {
      return; // its application is told: see Host.observe
    }
    e.fail(
        "stall",
        "data waits, and for "
            + (now - e.lastProgressNanos) / MILLI
            + " ms nothing was sent; the timeout can be "
            + longestTimeout(e) / MILLI
            + " ms at most");
  }

  /** RFC 5482 §2, RFC 9293 §3.9.1.1 and §3.10.8: the user timeout ends the connection. */
  private static void userTimeoutDue(End e, long now) {
    long user = e.settings.userTimeoutNanos();
    boolean waits = e.state.isSynchronized() && (e.outstanding() > 0 || e.window == 0);
    if (user == 0 || !waits || e.orphan || e.host.ethernet || !e.hasUnsent() && e.head() == null) {
      return;
    }
    long since = Math.max(e.waitsSinceNanos, e.changedNanos);
    if (e.head() != null) {
      since = Math.max(since, e.head().firstNanos);
    }
    if (now - since > user + USER_TIMEOUT_SLACK_NANOS) {
      e.fail("user timeout (RFC 5482)", (now - since) / MILLI + " ms, it is " + user / MILLI);
    }
  }

  static boolean isKeptAlive(End e) {
    return e.settings.option("keepalive", e.settings.flag("enabledByDefault"))
        && e.state.isSynchronized()
        && e.state != State.TIME_WAIT
        && e.outstanding() == 0
        && !e.hasUnsent()
        && !(e.state == State.FIN_WAIT_2 && e.orphan);
  }

  /** Ends it with a reset when its last keepalive probe has had no answer for an interval. */
  static void keepaliveMayGiveUp(End e, long now) {
    int most = e.settings.option("keepaliveProbes", (int) e.settings.number("probes"));
    long interval = keepaliveNanos(e, "keepaliveIntervalSeconds", "intervalSeconds");
    boolean over =
        e.keepaliveProbes > most
            || e.keepaliveProbes == most && now - e.lastKeepaliveNanos >= interval;
    if (over && isKeptAlive(e)) {
      e.resetOwed = "keepalive has had no answer";
      String[] causes =
          e.changedNanos == now
              ? new String[] {"KEEPALIVE", "CONFIGURATION"}
              : new String[] {"KEEPALIVE"};
      e.host.close(e, e.timeOutError(), now, causes);
    }
  }

  private static void keepaliveDue(End e, long now) {
    if (!isKeptAlive(e)) {
      return;
    }
    keepaliveMayGiveUp(e, now);
    if (e.state == State.CLOSED) {
      return;
    }
    long idle = keepaliveNanos(e, "keepaliveTimeSeconds", "timeSeconds");
    long quiet = now - Math.max(e.lastArrivalNanos, e.lastProgressNanos);
    if (e.keepaliveProbes == 0 && quiet > 2 * idle) {
      e.fail("keepalive", "idle for " + quiet / MILLI + " ms without a probe");
    }
  }

  static void startFinWait(End e, long now) {
    int option = e.settings.option("lingerFinWaitSeconds", 0);
    if (option < 0) {
      e.host.counts.add("TcpExt.TCPAbortOnLinger", 1);
      e.resetOwed = "no FIN-WAIT-2 for an orphan (TCP_LINGER2)";
      e.host.close(e, null, now, e.closedBy);
      return;
    }
    long limit = option > 0 ? option * 1_000_000_000L : e.settings.seconds("finTimeoutSeconds");
    e.finWaitBaseNanos = now;
    e.finWaitNanos = now + limit;
  }
}
