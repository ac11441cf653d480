package io.karavel.tcp.internal.connection;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.CLOSING;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_1;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.LAST_ACK;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.SYN_SENT;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpState;

/**
 * The only place where the state of a connection changes.
 *
 * <pre>
 *   CLOSED ── connect ──► SYN-SENT ── SYN, ACK of SYN ─────────────► ESTABLISHED
 *     │                      │ SYN                                      ▲   │
 *     │ embryo               ▼                                          │   │
 *     └────────────────► SYN-RECEIVED ── ACK of SYN ────────────────────┘   │
 *                                                                           │
 *   ESTABLISHED ── FIN queued ──► FIN-WAIT-1 ── ACK of FIN ──► FIN-WAIT-2   │
 *        │                          │     │                        │        │
 *        │                      FIN │     │ FIN and ACK of FIN     │ FIN    │
 *        │                          ▼     ▼                        ▼        │
 *        │                       CLOSING ── ACK of FIN ──────► TIME-WAIT    │
 *        │ FIN                                                              │
 *        ▼                                                                  │
 *   CLOSE-WAIT ── FIN queued ──► LAST-ACK ── ACK of FIN ──► CLOSED          │
 *
 *   any state ── RST, abort, retries used up ──► CLOSED
 * </pre>
 *
 * FIN-WAIT-1 and LAST-ACK begin when the FIN is queued, perhaps behind data. LISTEN is no state of
 * a connection: a listener stays what it is.
 */
final class Transitions {
  private static final int[] ALLOWED = new int[TcpState.values().length];

  static {
    allow(CLOSED, SYN_SENT, SYN_RECEIVED);
    allow(SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSED);
    allow(SYN_RECEIVED, ESTABLISHED, CLOSED);
    allow(ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSED);
    allow(FIN_WAIT_1, FIN_WAIT_2, CLOSING, TIME_WAIT, CLOSED);
    allow(FIN_WAIT_2, TIME_WAIT, CLOSED);
    allow(CLOSE_WAIT, LAST_ACK, CLOSED);
    allow(CLOSING, TIME_WAIT, CLOSED);
    allow(LAST_ACK, CLOSED);
    allow(TIME_WAIT, CLOSED);
  }

  private Transitions() {}

  private static void allow(TcpState from, TcpState... to) {
    for (TcpState state : to) {
      ALLOWED[from.ordinal()] |= 1 << state.ordinal();
    }
  }

  /** Whether the diagram has an arrow. */
  static boolean isAllowed(TcpState from, TcpState to) {
    return (ALLOWED[from.ordinal()] & 1 << to.ordinal()) != 0;
  }

  /** Goes to a state; a way the diagram does not show is a fault of the core. */
  static void moveTo(ControlBlock c, TcpState to, TcpCause cause, long nowNanos) {
    TcpState from = c.state;
    if (!isAllowed(from, to)) {
      throw new IllegalStateException("no way from " + from + " to " + to);
    }
    c.state = to;
    c.stateBefore = from;
    c.cause = cause;
    c.stateNanos = nowNanos;
    c.event(ConnectionEvents.STATE);
    boolean wasOpen = from == ESTABLISHED || from == CLOSE_WAIT;
    boolean isOpen = to == ESTABLISHED || to == CLOSE_WAIT;
    if (wasOpen != isOpen) {
      c.counters().currEstab.add(isOpen ? 1 : -1);
    }
  }
}
