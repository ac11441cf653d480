package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpState;

/**
 * The deadlines of a connection; they live in the connection, any index over them is disposable.
 */
final class TcpTimers {
  private static final long TRIM_NANOS = 1_000_000_000L;

  private TcpTimers() {}

  /** The earliest deadline. */
  static long next(ControlBlock c) {
    long next = Math.min(c.retransmitDeadline, c.ackDeadline);
    next = Math.min(next, Math.min(c.keepaliveDeadline, c.finWaitDeadline));
    if (c.loss != null) {
      next = Math.min(next, c.loss.deadlineNanos);
    }
    return Math.min(next, Math.min(c.trimDeadline, c.pacingDeadline));
  }

  /** What is due first, for people. */
  static String name(ControlBlock c) {
    long next =
        Math.min(
            Math.min(c.retransmitDeadline, c.ackDeadline),
            Math.min(c.keepaliveDeadline, c.finWaitDeadline));
    if (next == ControlBlock.NEVER) {
      return "";
    }
    if (next == c.retransmitDeadline) {
      return c.persisting ? "persist" : "retransmit";
    }
    if (next == c.ackDeadline) {
      return "delayed-ack";
    }
    return next == c.finWaitDeadline ? "fin-wait-2" : "keepalive";
  }

  /** Everything due, in order of deadline; each at most once per call. */
  static void expire(ControlBlock c, long nowNanos) {
    for (int i = 0; i < 7 && c.state != TcpState.CLOSED; i++) {
      long next = next(c);
      if (next > nowNanos) {
        return;
      }
      if (next == c.pacingDeadline) {
        c.pacingDeadline = ControlBlock.NEVER;
      } else if (c.loss != null && next == c.loss.deadlineNanos) {
        if (c.loss.deadlineIsProbe) {
          LossProbe.onExpiry(c);
        } else {
          LossRecovery.onReorderingExpiry(c, nowNanos);
        }
      } else if (next == c.retransmitDeadline) {
        if (c.persisting) {
          Persist.onExpiry(c, nowNanos);
        } else {
          RetransmitTimer.onExpiry(c, nowNanos);
        }
      } else if (next == c.ackDeadline) {
        AckPolicy.onExpiry(c);
      } else if (next == c.keepaliveDeadline) {
        Keepalive.onExpiry(c, nowNanos);
      } else if (next == c.finWaitDeadline) {
        Teardown.over(c, TcpCause.FIN_WAIT_2, nowNanos);
      } else {
        trim(c, nowNanos);
      }
    }
  }

  /** Looks after idle memory in a while. */
  static void armTrim(ControlBlock c, long nowNanos) {
    c.trimDeadline = nowNanos + TRIM_NANOS;
  }

  /** Gives memory back that an idle connection does not need. */
  private static void trim(ControlBlock c, long nowNanos) {
    c.trimDeadline = ControlBlock.NEVER;
    long lastUsed = Math.max(c.lastReceivedNanos, c.lastDataSentNanos);
    if (nowNanos - lastUsed < TRIM_NANOS) {
      c.trimDeadline = lastUsed + TRIM_NANOS;
      return;
    }
    boolean ahead = c.reassembly != null && c.reassembly.ranges() > 0;
    c.receiveRing.trim(ahead);
    if (c.reassembly != null && c.reassembly.isEmpty()) {
      c.reassembly = null;
    }
    if (c.sendRing.trim(false) && c.sent != null && c.sent.isEmpty()) {
      c.sent = null;
      c.loss = null;
    }
  }

  /** Nothing is due any more. */
  static void stopAll(ControlBlock c) {
    c.retransmitDeadline = ControlBlock.NEVER;
    c.ackDeadline = ControlBlock.NEVER;
    c.keepaliveDeadline = ControlBlock.NEVER;
    c.finWaitDeadline = ControlBlock.NEVER;
    c.trimDeadline = ControlBlock.NEVER;
    c.pacingDeadline = ControlBlock.NEVER;
    if (c.loss != null) {
      c.loss.disarm();
    }
  }
}
