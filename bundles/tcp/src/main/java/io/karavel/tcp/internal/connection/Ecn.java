package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;

/**
 * Explicit congestion notification, RFC 3168 §6.1: asked for by SYN with ECE and CWR, granted by
 * SYN-ACK with ECE alone. A mark on received data is echoed until the peer says CWR; an echo of a
 * mark reduces the window once per round trip and is answered by CWR on the next new data.
 */
final class Ecn {
  /** Codepoint: the sender knows no ECN. */
  static final int NOT_ECT = 0;

  /** Codepoint: congestion experienced. */
  static final int CE = 3;

  /** The flags of an ECN-setup SYN. */
  static final int SETUP = TcpHeader.ECE | TcpHeader.CWR;

  /** Acknowledgements that are not delayed after a mark, as in Linux. */
  private static final int QUICK_SEGMENTS = 2;

  private Ecn() {}

  /** Whether a SYN asks for ECN; one that is itself marked capable does not (as in Linux). */
  static boolean isAskedFor(TcpSettings settings, Segment syn) {
    return settings.ecn() != TcpSettings.Ecn.OFF
        && (syn.flags & SETUP) == SETUP
        && syn.ecn == NOT_ECT;
  }

  /** Flags of our SYN or SYN-ACK; a SYN that was lost is repeated without (§6.1.1.1). */
  static int setupFlags(ControlBlock c, boolean synAck) {
    if (!c.ecn) {
      return 0;
    }
    if (synAck) {
      return TcpHeader.ECE;
    }
    return c.synRetransmitted ? 0 : SETUP;
  }

  /** The peer's SYN or SYN-ACK has come while we were in SYN-SENT. */
  static void agree(ControlBlock c, Segment s) {
    c.ecn &= s.ack() ? (s.flags & SETUP) == TcpHeader.ECE : (s.flags & SETUP) == SETUP;
  }

  /** A segment with text that is of use has come. */
  static void onText(ControlBlock c, Segment s) {
    if (!c.ecn || s.payloadLength == 0) {
      return;
    }
    if ((s.flags & TcpHeader.CWR) != 0) {
      c.ecnEchoing = false;
      // The peer's window may be very small now: it is not to wait for us.
      c.owe(ControlBlock.OWE_ACK);
    }
    if (s.ecn == CE) {
      if (!c.ecnEchoing) {
        c.ecnEchoing = true;
        AckPolicy.enterQuickPhase(c, QUICK_SEGMENTS);
      }
      c.ecnSeen = true;
    } else if (s.ecn != NOT_ECT) {
      c.ecnSeen = true;
    } else if (c.ecnSeen) {
      // Not marked capable though others were: a retransmission.
      AckPolicy.enterQuickPhase(c, QUICK_SEGMENTS);
    }
  }

  /**
   * An acknowledgement has come while data was outstanding; the window is reduced if it says so.
   */
  static void onAck(ControlBlock c, Segment s, int flightBefore, long nowNanos) {
    if (c.congestionReducing && Seq.greaterThan(c.sndUna, c.reductionPoint)) {
      c.congestionReducing = false;
    }
    if (c.ecn
        && (s.flags & TcpHeader.ECE) != 0
        && flightBefore > 0
        && c.recovery == Recovery.OPEN
        && !c.congestionReducing) {
      c.congestionControl().onCongestionNotified(flightBefore, nowNanos);
      c.congestionReducing = true;
      c.reductionPoint = c.sndNxt;
      c.cwrDue = true;
      c.counters().ecnReductions.increment();
    }
  }

  /** The window was reduced for a loss: the peer's echo, if there is one, is answered (§6.1.2). */
  static void onWindowReduced(ControlBlock c) {
    c.cwrDue = c.ecn;
  }

  /** Marks a segment that acknowledges. */
  static void onSending(ControlBlock c, TransmitSegment out) {
    if (c.ecnEchoing) {
      out.flags |= TcpHeader.ECE;
    }
  }

  /**
   * Marks new data as capable; retransmissions, probes and bare FINs never are (§6.1.5, §6.1.6).
   */
  static void onSendingNewData(ControlBlock c, TransmitSegment out) {
    if (!c.ecn || out.payloadLength == 0) {
      return;
    }
    out.ecnCapable = true;
    if (c.cwrDue) {
      c.cwrDue = false;
      out.flags |= TcpHeader.CWR;
    }
  }
}
