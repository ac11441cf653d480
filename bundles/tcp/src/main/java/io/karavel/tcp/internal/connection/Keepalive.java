package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;

/**
 * Probing an idle peer (RFC 9293 §3.8.4). The deadline is not moved by every segment: when it comes
 * and something was received meanwhile, it is set again.
 */
final class Keepalive {
  private Keepalive() {}

  /** Whether the state has an idle time at all. */
  private static boolean applies(ControlBlock c) {
    return c.keepalive.enabled()
        && c.state.isSynchronized()
        && c.state != TcpState.TIME_WAIT
        && !(c.state == TcpState.FIN_WAIT_2 && c.orphan);
  }

  /** Since when nothing was received and nothing was in flight, as far as is known. */
  static long idleSince(ControlBlock c) {
    return Math.max(c.lastReceivedNanos, c.keepaliveIdleNanos);
  }

  /** The state or the times have changed. */
  static void rearm(ControlBlock c) {
    if (!applies(c)) {
      c.keepaliveDeadline = ControlBlock.NEVER;
      c.keepaliveProbes = 0;
      return;
    }
    if (c.keepaliveProbes == 0) {
      c.keepaliveDeadline = idleSince(c) + c.keepalive.idleNanos();
    } else if (c.keepaliveProbes > c.keepalive.probes()) {
      c.keepaliveDeadline = c.keepaliveProbeNanos; // fewer are allowed than were sent: over
    } else {
      c.keepaliveDeadline = c.keepaliveProbeNanos + c.keepalive.intervalNanos();
    }
  }

  /** Other times are in force: under them the last probe may have waited for too long already. */
  static void onTimesChanged(ControlBlock c, long nowNanos) {
    boolean probed = c.keepaliveProbes > 0 && c.keepaliveProbes >= c.keepalive.probes();
    if (applies(c) && probed && c.flight() == 0 && c.keepaliveDeadline <= nowNanos) {
      giveUp(c, TcpCause.CONFIGURATION, nowNanos);
    }
  }

  private static void giveUp(ControlBlock c, TcpCause cause, long nowNanos) {
    c.counters().abortOnTimeout.increment();
    TcpError error = c.softError != null ? c.softError : TcpError.TIMED_OUT;
    Teardown.reset(c, error, cause, nowNanos);
  }

  /** The peer lives. */
  static void onReceived(ControlBlock c) {
    if (c.keepaliveProbes > 0) {
      c.keepaliveProbes = 0;
      rearm(c);
    }
  }

  /** The keepalive timer expired, perhaps early. */
  static void onExpiry(ControlBlock c, long nowNanos) {
    if (!applies(c)) {
      c.keepaliveDeadline = ControlBlock.NEVER;
      return;
    }
    if (c.flight() > 0 || c.persisting) {
      // The retransmission timer rules; idle time begins when everything is acknowledged.
      c.keepaliveProbes = 0;
      c.keepaliveIdleNanos = nowNanos;
      c.keepaliveDeadline = nowNanos + c.keepalive.idleNanos();
      return;
    }
    if (c.keepaliveProbes == 0) {
      long due = idleSince(c) + c.keepalive.idleNanos();
      if (nowNanos < due) {
        c.keepaliveDeadline = due;
        return;
      }
    } else if (c.keepaliveProbes >= c.keepalive.probes()) {
      giveUp(c, TcpCause.KEEPALIVE, nowNanos);
      return;
    }
    c.keepaliveProbes++;
    c.keepaliveProbeNanos = nowNanos;
    c.counters().keepAlive.increment();
    c.owe(ControlBlock.OWE_KEEPALIVE);
    c.keepaliveDeadline = nowNanos + c.keepalive.intervalNanos();
  }
}
