package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;

/** Opening: RFC 9293 §3.5 and §3.10.7.3, and the options that are agreed on then. */
final class Handshake {
  private Handshake() {}

  /** Goes to SYN-SENT. */
  static void connect(ControlBlock c, long nowNanos) {
    c.active = true;
    c.sndUna = c.iss;
    c.sndNxt = c.iss + 1;
    c.sndSml = c.iss;
    c.rttSequence = c.sndNxt;
    c.recoveryPoint = c.iss;
    c.karnSequence = c.iss;
    c.timestamps = c.settings().timestamps();
    c.sndMss = Outgoing.sendMss(c); // with the options that are asked for
    c.sack = c.settings().sack();
    c.windowScaling = c.settings().windowScaling();
    c.ecn = c.settings().ecn() == TcpSettings.Ecn.ACTIVE;
    c.rcvWindShift =
        c.windowScaling
            ? (byte) ReceiveWindow.scaleFor(c.options.receiveBufferMaxBytes(c.settings()))
            : 0;
    Transitions.moveTo(c, TcpState.SYN_SENT, TcpCause.CONNECT, nowNanos);
    c.counters().activeOpens.increment();
    c.owe(ControlBlock.OWE_SYN);
    c.retryStartNanos = nowNanos;
    RetransmitTimer.arm(c, nowNanos);
  }

  private static int initialField(ControlBlock c) {
    return ReceiveWindow.initialField(
        c.receiveRing.capacityBytes(), c.rcvWindShift, c.options.windowClampBytes());
  }

  /** Describes the SYN or SYN-ACK. */
  static void syn(ControlBlock c, TransmitSegment out, long nowNanos) {
    c.owed &= ~ControlBlock.OWE_SYN;
    out.sequence = c.iss;
    boolean synAck = c.state == TcpState.SYN_RECEIVED;
    out.flags = TcpHeader.SYN | Ecn.setupFlags(c, synAck);
    int field = initialField(c);
    out.windowField = field;
    out.maximumSegmentSize = Math.min(c.mtuSegmentBytes, c.options.maxSegmentBytes());
    out.windowScale = c.windowScaling ? c.rcvWindShift : -1;
    out.sackPermitted = c.sack;
    Outgoing.timestamps(c, out, nowNanos);
    out.retransmission = c.synRetransmitted;
    FastOpen.onSyn(c, out);
    if (synAck) {
      out.flags |= TcpHeader.ACK;
      out.acknowledgment = c.rcvNxt;
      c.rcvAdv = Seq.max(c.rcvAdv, c.rcvNxt + field);
      AckPolicy.onSent(c, false, nowNanos);
    } else {
      // As long as nothing of the peer is known, this is how much the SYN offered.
      c.rcvAdv = Math.max(c.rcvAdv, field);
      out.timestampEcho = 0;
    }
  }

  /** A segment in SYN-SENT; null if it was of use. */
  static DropReason onSynSent(ControlBlock c, Segment s, long nowNanos) {
    int beyond = s.acknowledgment - c.sndNxt;
    boolean acceptable = s.ack() && (beyond == 0 || FastOpen.mayAcknowledge(c, beyond));
    if (s.ack() && !acceptable) {
      if (!s.rst()) {
        answerReset(c, s, nowNanos);
      }
      return DropReason.TCP_ACK;
    }
    if (s.rst()) {
      if (!acceptable) {
        return DropReason.TCP_SEQUENCE;
      }
      Teardown.fail(c, TcpError.CONNECTION_REFUSED, TcpCause.RST, nowNanos);
      return null;
    }
    if (!s.syn()) {
      return DropReason.TCP_FLAGS;
    }
    c.irs = s.sequence;
    c.rcvNxt = s.sequence + 1;
    c.lastAckSent = c.rcvNxt;
    c.rcvAdv += c.rcvNxt;
    agree(c, s, nowNanos);
    c.sndWnd = s.windowField;
    c.maxSndWnd = s.windowField;
    c.sndWl1 = s.sequence;
    c.sndWl2 = acceptable ? s.acknowledgment : c.iss;
    AckPolicy.enterQuickPhase(c);
    if (!acceptable) {
      // Simultaneous opening. Data on the SYN is not acknowledged: the peer sends it again.
      Transitions.moveTo(c, TcpState.SYN_RECEIVED, TcpCause.SYN, nowNanos);
      c.retransmits = 0;
      c.backoff = 0;
      c.owe(ControlBlock.OWE_SYN);
      RetransmitTimer.arm(c, nowNanos);
      return null;
    }
    c.owe(ControlBlock.OWE_ACK);
    FastOpen.onSynAck(c, s);
    established(c, s, nowNanos);
    if (s.payloadLength > 0 || s.fin()) {
      s.sequence++;
      s.flags &= ~TcpHeader.SYN;
      return Receiver.onText(c, s, nowNanos);
    }
    return null;
  }

  /** RST for an acknowledgement of what was never sent; in SYN-SENT the SYN follows it at once. */
  static void answerReset(ControlBlock c, Segment s, long nowNanos) {
    c.resetSequence = s.acknowledgment;
    c.owe(ControlBlock.OWE_RESET_ANSWER);
    if (c.state == TcpState.SYN_SENT && !c.synAmbiguous) {
      // Only once: a peer that answers each SYN so would make a storm, and the opening endless.
      c.synAmbiguous = true;
      c.owe(ControlBlock.OWE_SYN);
      RetransmitTimer.arm(c, nowNanos);
    }
  }

  private static void agree(ControlBlock c, Segment s, long nowNanos) {
    c.timestamps &= s.timestampsPresent;
    Ecn.agree(c, s);
    c.sack &= s.sackPermitted;
    c.windowScaling &= s.windowScale >= 0;
    if (c.windowScaling) {
      c.sndWindShift = (byte) s.windowScale;
    } else {
      c.rcvWindShift = 0;
    }
    if (c.timestamps) {
      c.tsRecent = s.timestampValue;
      c.tsRecentNanos = nowNanos;
    }
    if (s.maximumSegmentSize > 0) {
      c.peerSegmentBytes = s.maximumSegmentSize;
    }
    c.sndMss = Outgoing.sendMss(c);
  }

  /** The ACK field in SYN-RECEIVED; null if the connection is ESTABLISHED now. */
  static DropReason onSynReceivedAck(ControlBlock c, Segment s, long nowNanos) {
    if (Seq.lessOrEqual(s.acknowledgment, c.iss) || Seq.greaterThan(s.acknowledgment, c.sndNxt)) {
      answerReset(c, s, nowNanos);
      return DropReason.TCP_ACK;
    }
    c.sndWnd = s.window(c.sndWindShift);
    c.maxSndWnd = Math.max(c.maxSndWnd, c.sndWnd);
    c.sndWl1 = s.sequence;
    c.sndWl2 = s.acknowledgment;
    boolean early = c.sent != null && !c.sent.isEmpty();
    established(c, s, nowNanos);
    if (early) {
      // Data went out behind the SYN-ACK (RFC 7413 section 4.2.2): some of it may be acknowledged.
      c.sndUna = c.iss + 1;
      RetransmitTimer.arm(c, nowNanos);
      return AckProcessing.onAck(c, s, nowNanos);
    }
    return null;
  }

  private static void established(ControlBlock c, Segment s, long nowNanos) {
    if (!c.synRetransmitted && !c.synAmbiguous) {
      c.measured(nowNanos - c.retryStartNanos);
    } else if (c.timestamps && s.timestampsPresent && s.timestampEcho != 0) {
      int millis = c.tsNow(nowNanos) - s.timestampEcho;
      if (millis >= 0) {
        c.measured(Math.max(1, millis) * 1_000_000L);
      }
    }
    if (!c.synAmbiguous) {
      c.counters().handshakeNanos.record(nowNanos - c.retryStartNanos);
    }
    c.sndUna = c.sndNxt;
    c.sndSml = Seq.max(c.sndSml, c.sndUna);
    c.owed &= ~ControlBlock.OWE_SYN;
    TcpCause cause = c.state == TcpState.SYN_SENT ? TcpCause.SYN_ACK : TcpCause.ACK_OF_SYN;
    Transitions.moveTo(c, TcpState.ESTABLISHED, cause, nowNanos);
    RetransmitTimer.onSynAcknowledged(c);
    c.event(ConnectionEvents.OPENED | ConnectionEvents.WRITABLE);
    Keepalive.rearm(c);
    MtuProbing.onSettings(c, nowNanos);
    if (c.finQueued) {
      // the call came before the opening was over
      TcpCause call = c.orphan ? c.closedBy : TcpCause.SHUTDOWN_OUTPUT;
      Teardown.enterClosingState(c, call, nowNanos);
    }
  }
}
