package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** The calls of RFC 9293 §3.10 with docs/bundles/tcp.md's semantics, and what sockets show. */
final class Calls {
  private Calls() {}

  /** There is something to be sent: if nothing was, waiting for it begins now. */
  static void noteWork(End e, long now) {
    if (e.outstanding() == 0 && !e.hasUnsent()) {
      e.lastProgressNanos = now;
    }
  }

  static void shutdownOutput(End e, long now) {
    if (e.finQueuedAt >= 0 || e.state == State.CLOSED && !isWish(e)) {
      return;
    }
    noteWork(e, now);
    e.finQueuedAt = e.written;
    if (e.state == State.ESTABLISHED) {
      e.state = State.FIN_WAIT_1;
    } else if (e.state == State.CLOSE_WAIT) {
      e.state = State.LAST_ACK;
    }
  }

  private static boolean isWish(End e) {
    return e.tuple.local() == 0;
  }

  static void close(Host host, Object token, End e, long now) {
    if (host.connecting.remove(token) != null || e.orphan) {
      return;
    }
    e.orphan = true;
    if (e.state == State.CLOSED || e.state == State.TIME_WAIT) {
      return;
    }
    if (e.state == State.SYN_SENT) {
      host.close(e, null);
      return;
    }
    if (e.settings.option("lingerSeconds", -1) == 0) {
      abort(host, token, e);
      return;
    }
    if (e.unread() > 0) {
      e.resetOwed = "closed with data unread (RFC 2525 §2.17)";
      host.close(e, null);
      return;
    }
    shutdownOutput(e, now);
    e.keepaliveProbes = 0;
    if (e.state == State.FIN_WAIT_2) {
      TimerRules.startFinWait(e, now);
    }
  }

  static void abort(Host host, Object token, End e) {
    host.connecting.remove(token);
    boolean silent =
        switch (e.state) {
          case CLOSED, SYN_SENT, TIME_WAIT -> true;
          case CLOSING, LAST_ACK -> !e.hasUnsent();
          default -> false;
        };
    if (e.state == State.CLOSED) {
      return;
    }
    if (!silent) {
      e.resetOwed = "the application aborts (RFC 9293 §3.10.5)";
    }
    host.close(e, null);
  }

  /** The state that a socket shows is the one that RFC 9293's diagram leads to. */
  static void observe(Host host, End e, String state, String failure, long now) {
    if (e.orphan || host.isVague(e.tuple, now)) {
      return;
    }
    String expected = e.state.name();
    if (e.state != State.CLOSED && "CLOSED".equals(state) && "TIMED_OUT".equals(failure)) {
      judgeTimeOut(host, e, now);
      return;
    }
    if (!expected.equals(state)) {
      e.fail("state", "the socket shows " + state + " (failure " + failure + ")");
    }
    String error = e.error;
    if (error != null && !error.equals(failure)) {
      e.fail("failure", "the application is told " + failure + " instead of " + error);
    }
    if (error == null && failure != null && !failure.equals("CONNECTION_ABORTED")) {
      e.fail("failure", "the application is told " + failure + " for no reason");
    }
  }

  /** The connection was given up: were its retries used up? */
  private static void judgeTimeOut(Host host, End e, long now) {
    long user = e.settings.userTimeoutNanos();
    long budget = e.settings.budgetNanos(e.settings.number("retries2"));
    long least = user > 0 ? Math.min(user, budget) : budget;
    long since = e.head() == null ? e.lastProgressNanos : e.head().firstNanos;
    if (e.window == 0) {
      since = Math.min(since, e.windowClosedNanos);
    }
    if (now - since < least && !e.blurred) {
      e.fail(
          "giving up",
          "after " + (now - since) / 1_000_000 + " ms, the budget is " + least / 1_000_000 + " ms");
    }
    host.close(e, "TIMED_OUT");
  }
}
