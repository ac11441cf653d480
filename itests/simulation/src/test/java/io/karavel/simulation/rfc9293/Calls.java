package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.ArrayList;
import java.util.List;

/** The calls of RFC 9293 §3.10 with docs/bundles/tcp.md's semantics, and what sockets show. */
final class Calls {
  private Calls() {}

  /** There is something to be sent: if nothing was, waiting for it begins now. */
  static void noteWork(End e, long now) {
    if (e.outstanding() == 0 && !e.hasUnsent()) {
      e.lastProgressNanos = now;
      e.waitsSinceNanos = now;
    }
  }

  static void shutdownOutput(End e, String cause, long now) {
    if (e.finQueuedAt >= 0 || e.state == State.CLOSED && !isWish(e)) {
      return;
    }
    noteWork(e, now);
    e.finQueuedAt = e.written;
    e.finCause = cause;
    if (e.state == State.ESTABLISHED) {
      e.move(State.FIN_WAIT_1, now, cause);
    } else if (e.state == State.CLOSE_WAIT) {
      e.move(State.LAST_ACK, now, cause);
    }
  }

  private static boolean isWish(End e) {
    return e.tuple.local() == 0;
  }

  static void closeListener(Host host, int port) {
    Listening listening = host.listeners.remove(port);
    for (End e : host.ends.values().toArray(End[]::new)) {
      boolean embryo = e.isEmbryo();
      if (e.tuple.localPort() == port && embryo && e.isBlurred()) {
        host.vague(e, End.NEVER); // its retries may be used up long since
        continue;
      }
      if (e.tuple.localPort() == port && (embryo || listening.waiting.contains(e))) {
        e.touches++;
        e.resetOwed = "its listener is closed";
        host.close(e, null, host.now(), "LISTENER_CLOSED");
      }
    }
  }

  static void close(Host host, Object token, End e, String cause, long now) {
    if (host.connecting.remove(token) != null || e.orphan) {
      return;
    }
    e.orphan = true;
    e.closedBy = cause;
    if (e.state == State.CLOSED || e.state == State.TIME_WAIT) {
      return;
    }
    if (e.state == State.SYN_SENT) {
      host.close(e, null, now, cause);
      return;
    }
    if (e.settings.option("lingerSeconds", -1) == 0) {
      abort(host, token, e, cause.equals("CLOSE") ? "ABORT" : cause, null, now);
      return;
    }
    if (e.unread() > 0) {
      host.counts.add("TcpExt.TCPAbortOnClose", 1);
      e.resetOwed = "closed with data unread (RFC 2525 §2.17)";
      host.close(e, null, now, cause.equals("CLOSE") ? "CLOSE_UNREAD" : cause);
      return;
    }
    shutdownOutput(e, cause, now);
    e.keepaliveProbes = 0;
    e.model.onLimits();
    if (e.state == State.FIN_WAIT_2) {
      TimerRules.startFinWait(e, now);
    }
    if (TimerRules.mayBeGivenUp(e, now)) {
      host.vague(e, End.NEVER); // under the limits of orphans its time may be over
      return;
    }
    if (host.orphans() > host.settings.number("maxOrphans")) {
      abort(host, token, e, "ORPHAN_LIMIT", null, now);
    }
  }

  static void abort(Host host, Object token, End e, String cause, String error, long now) {
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
      e.resetOwed = "it is aborted (RFC 9293 §3.10.5)";
    }
    host.close(e, e.state == State.TIME_WAIT ? null : error, now, cause);
  }

  /** The state that a socket shows is the one that RFC 9293's diagram leads to. */
  static void observe(Host host, End e, String state, String failure, long now) {
    if (e.orphan || host.isVague(e.tuple, now)) {
      return;
    }
    String expected = e.state.name();
    boolean timedOut =
        e.timeOutError().equals(failure) || host.ethernet && "HOST_UNREACHABLE".equals(failure);
    if (e.state != State.CLOSED && "CLOSED".equals(state) && timedOut) {
      judgeTimeOut(host, e, failure, now);
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
  private static void judgeTimeOut(Host host, End e, String failure, long now) {
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
    host.fastOpen.onUnclearTimeout(e);
    host.close(e, failure, now, causes(e, user > 0, now));
  }

  /** What of retries, probes and the user timeout was over cannot be told apart from outside. */
  private static String[] causes(End e, boolean userTimeout, long now) {
    List<String> causes = new ArrayList<>();
    causes.add(e.isHalfOpen() ? "SYN_RETRIES" : "RETRANSMISSION");
    if (userTimeout) {
      causes.add("USER_TIMEOUT");
    }
    if (!e.isHalfOpen() && (e.window == 0 || e.probing || e.outstanding() == 0)) {
      causes.add("PERSIST");
    }
    if (e.changedNanos == now) {
      causes.add("CONFIGURATION");
    }
    return causes.toArray(String[]::new);
  }
}
