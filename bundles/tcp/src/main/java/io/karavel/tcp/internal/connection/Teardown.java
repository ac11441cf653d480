package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;

/** Closing in all its forms: RFC 9293 §3.6, orphans, FIN-WAIT-2, RST both ways. */
final class Teardown {
  private Teardown() {}

  /** FIN behind what is queued: the state changes now, whether or not it can be sent. */
  static void queueFin(ControlBlock c, TcpCause cause, long nowNanos) {
    if (c.finQueued || c.state == TcpState.CLOSED) {
      return;
    }
    c.finQueued = true;
    enterClosingState(c, cause, nowNanos);
  }

  /** The state that goes with a queued FIN; in SYN-RECEIVED it waits for ESTABLISHED. */
  static void enterClosingState(ControlBlock c, TcpCause cause, long nowNanos) {
    if (c.state == TcpState.ESTABLISHED) {
      Transitions.moveTo(c, TcpState.FIN_WAIT_1, cause, nowNanos);
    } else if (c.state == TcpState.CLOSE_WAIT) {
      Transitions.moveTo(c, TcpState.LAST_ACK, cause, nowNanos);
    }
  }

  /** The application lets go. */
  static void close(ControlBlock c, TcpCause cause, long nowNanos) {
    if (c.orphan) {
      return;
    }
    c.orphan = true;
    c.closedBy = cause;
    boolean byApplication = cause == TcpCause.CLOSE;
    if (c.state == TcpState.CLOSED || c.state == TcpState.TIME_WAIT) {
      return;
    }
    if (c.state == TcpState.SYN_SENT) {
      over(c, cause, nowNanos);
      return;
    }
    if (c.options.lingerSeconds() == 0) {
      abort(c, null, byApplication ? TcpCause.ABORT : cause, nowNanos);
      return;
    }
    if (c.receiveRing.available() > 0) {
      c.counters().abortOnClose.increment();
      reset(c, null, byApplication ? TcpCause.CLOSE_UNREAD : cause, nowNanos);
      return;
    }
    queueFin(c, cause, nowNanos);
    if (c.state == TcpState.FIN_WAIT_2) {
      startFinWait(c, nowNanos);
    }
    RetransmitTimer.onOrphaned(c, nowNanos);
  }

  /** RST, queues discarded, no TIME-WAIT. */
  static void abort(ControlBlock c, TcpError reason, TcpCause cause, long nowNanos) {
    switch (c.state) {
      case CLOSED -> {}
      case SYN_SENT, TIME_WAIT -> fail(c, reason, cause, nowNanos);
      case CLOSING, LAST_ACK -> {
        if (c.unsent() > 0 || !c.finSent) {
          reset(c, reason, cause, nowNanos);
        } else {
          fail(c, reason, cause, nowNanos);
        }
      }
      default -> reset(c, reason, cause, nowNanos);
    }
  }

  /** Ends the connection with a RST; a null reason is told to nobody. */
  static void reset(ControlBlock c, TcpError reason, TcpCause cause, long nowNanos) {
    fail(c, reason, cause, nowNanos);
    c.owe(ControlBlock.OWE_RESET);
  }

  /** Ends the connection, nothing is sent; a null reason is told to nobody. */
  static void fail(ControlBlock c, TcpError reason, TcpCause cause, long nowNanos) {
    if (reason != null) {
      c.failure = reason;
      c.event(ConnectionEvents.FAILED);
    }
    if (c.synUnacknowledged()) {
      c.counters().attemptFails.increment();
    }
    over(c, cause, nowNanos);
  }

  /** CLOSED; from an open state that is a reset, whatever the reason (RFC 4022). */
  static void over(ControlBlock c, TcpCause cause, long nowNanos) {
    if (c.state == TcpState.ESTABLISHED || c.state == TcpState.CLOSE_WAIT) {
      c.counters().estabResets.increment();
    }
    if (c.state != TcpState.CLOSED) {
      Transitions.moveTo(c, TcpState.CLOSED, cause, nowNanos);
    }
    c.owed &= ControlBlock.OWE_RESET_ANSWER;
    c.duplicateAcksOwed = 0;
    TcpTimers.stopAll(c);
    c.event(ConnectionEvents.OVER);
  }

  /** An acceptable RST. */
  static void onReset(ControlBlock c, long nowNanos) {
    switch (c.state) {
      case SYN_RECEIVED ->
          fail(
              c,
              c.active ? TcpError.CONNECTION_REFUSED : TcpError.CONNECTION_RESET,
              TcpCause.RST,
              nowNanos);
      case CLOSING, LAST_ACK, TIME_WAIT -> over(c, TcpCause.RST, nowNanos);
      case CLOSED -> {}
      default -> fail(c, TcpError.CONNECTION_RESET, TcpCause.RST, nowNanos);
    }
  }

  /** The peer's FIN was reached. */
  static void onFin(ControlBlock c, long nowNanos) {
    switch (c.state) {
      case ESTABLISHED -> {
        Transitions.moveTo(c, TcpState.CLOSE_WAIT, TcpCause.FIN, nowNanos);
        AckPolicy.onFin(c, nowNanos);
      }
      case FIN_WAIT_1 -> {
        Transitions.moveTo(c, TcpState.CLOSING, TcpCause.FIN, nowNanos);
        c.owe(ControlBlock.OWE_ACK);
      }
      case FIN_WAIT_2 -> {
        c.owe(ControlBlock.OWE_ACK);
        enterTimeWait(c, TcpCause.FIN, nowNanos);
      }
      default -> c.owe(ControlBlock.OWE_ACK);
    }
  }

  /** Our FIN is acknowledged. */
  static void onFinAcknowledged(ControlBlock c, long nowNanos) {
    c.event(ConnectionEvents.FINISHED);
    switch (c.state) {
      case FIN_WAIT_1 -> {
        Transitions.moveTo(c, TcpState.FIN_WAIT_2, TcpCause.ACK_OF_FIN, nowNanos);
        if (c.orphan) {
          startFinWait(c, nowNanos);
        }
      }
      case CLOSING -> enterTimeWait(c, TcpCause.ACK_OF_FIN, nowNanos);
      case LAST_ACK -> over(c, TcpCause.ACK_OF_FIN, nowNanos);
      default -> {}
    }
  }

  private static void enterTimeWait(ControlBlock c, TcpCause cause, long nowNanos) {
    Transitions.moveTo(c, TcpState.TIME_WAIT, cause, nowNanos);
    TcpTimers.stopAll(c);
    c.event(ConnectionEvents.ENTER_TIME_WAIT);
  }

  private static void startFinWait(ControlBlock c, long nowNanos) {
    c.keepaliveDeadline = ControlBlock.NEVER;
    c.finWaitBaseNanos = nowNanos;
    armFinWait(c, c.closedBy, nowNanos);
  }

  /** FIN-WAIT-2 of an orphan lasts max(finTimeout, 3.5 RTO); negative: it has none. */
  static void armFinWait(ControlBlock c, TcpCause cause, long nowNanos) {
    long limit = c.options.finTimeoutNanos(c.settings());
    if (limit < 0) {
      c.counters().abortOnLinger.increment();
      reset(c, null, cause, nowNanos);
      return;
    }
    long rto = RetransmitTimer.timeoutNanos(c);
    c.finWaitDeadline = c.finWaitBaseNanos + Math.max(limit, 4 * rto - rto / 2);
    if (cause == TcpCause.CONFIGURATION && nowNanos - c.finWaitDeadline >= 0) {
      over(c, cause, nowNanos);
    }
  }
}
