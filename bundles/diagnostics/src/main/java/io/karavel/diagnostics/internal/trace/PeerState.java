package io.karavel.diagnostics.internal.trace;

import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;

/**
 * The state that the peer must be in, as far as its own segments tell (RFC 9293 §3.3.2). A guess:
 * it says nothing of what the peer's application did and has not sent yet. One thread.
 */
final class PeerState {
  private TcpState state;
  private boolean ourSyn;
  private boolean ourFin;
  private boolean theirFin;
  private int ourSynEnd;
  private int ourFinEnd;
  private int theirSynEnd;
  private int theirFinEnd;

  /** Begins in a state that is known, CLOSED for a connection that is yet to be opened. */
  PeerState(TcpState begin) {
    state = begin;
  }

  TcpState state() {
    return state;
  }

  /** A segment passed; one that was lost says only what its sender has done. */
  TcpState on(Watched segment) {
    if (segment.ours()) {
      onOurs(segment);
    } else {
      onTheirs(segment);
    }
    return state;
  }

  private void onTheirs(Watched s) {
    if (s.has(TcpHeader.RST)) {
      state = TcpState.CLOSED;
      return;
    }
    boolean ack = s.has(TcpHeader.ACK);
    if (s.has(TcpHeader.SYN)) {
      theirSynEnd = s.sequence() + 1;
      if (state == TcpState.CLOSED || state == TcpState.TIME_WAIT || state == TcpState.SYN_SENT) {
        state = ack || ourSyn ? TcpState.SYN_RECEIVED : TcpState.SYN_SENT;
      }
      return;
    }
    if (ack && state == TcpState.SYN_SENT && ourSyn && s.acknowledgment() - ourSynEnd >= 0) {
      state = TcpState.ESTABLISHED;
    }
    if (ack && ourFin && s.acknowledgment() - ourFinEnd >= 0) {
      if (state == TcpState.ESTABLISHED) {
        state = TcpState.CLOSE_WAIT;
      } else if (state == TcpState.FIN_WAIT_1) {
        state = TcpState.CLOSING;
      } else if (state == TcpState.FIN_WAIT_2) {
        state = TcpState.TIME_WAIT;
      }
    }
    if (s.has(TcpHeader.FIN)) {
      theirFin = true;
      theirFinEnd = s.endSequence();
      if (state == TcpState.ESTABLISHED || state == TcpState.SYN_RECEIVED) {
        state = TcpState.FIN_WAIT_1;
      } else if (state == TcpState.CLOSE_WAIT) {
        state = TcpState.LAST_ACK;
      }
    }
  }

  private void onOurs(Watched s) {
    if (s.has(TcpHeader.SYN)) {
      ourSyn = true;
      ourSynEnd = s.sequence() + 1;
    }
    if (s.has(TcpHeader.FIN)) {
      ourFin = true;
      ourFinEnd = s.endSequence();
    }
    if (s.lost() != null) {
      return;
    }
    if (s.has(TcpHeader.RST)) {
      state = TcpState.CLOSED;
      return;
    }
    if (!s.has(TcpHeader.ACK)) {
      return;
    }
    if (state == TcpState.SYN_RECEIVED && s.acknowledgment() - theirSynEnd >= 0) {
      state = TcpState.ESTABLISHED;
    }
    if (theirFin && s.acknowledgment() - theirFinEnd >= 0) {
      if (state == TcpState.FIN_WAIT_1) {
        state = TcpState.FIN_WAIT_2;
      } else if (state == TcpState.CLOSING) {
        state = TcpState.TIME_WAIT;
      } else if (state == TcpState.LAST_ACK) {
        state = TcpState.CLOSED;
      }
    }
  }
}
