package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;

/**
 * The first checks of a segment in a state other than SYN-SENT, in the order of RFC 9293 §3.10.7.4:
 * sequence number (with PAWS of RFC 7323 §5 before it), RST, SYN (both as RFC 5961 says).
 */
final class SegmentAcceptance {
  private static final long PAWS_VALID_NANOS = 24L * 24 * 3600 * 1_000_000_000L;

  private SegmentAcceptance() {}

  /** Null if processing goes on with the ACK field, else why it ended. */
  static DropReason check(ControlBlock c, Segment s, long nowNanos) {
    if (c.state == TcpState.SYN_RECEIVED
        && s.syn()
        && s.ack()
        && !s.rst()
        && s.sequence == c.irs
        && s.acknowledgment == c.sndNxt) {
      // The SYN-ACK of a simultaneous opening: its SYN is known, the rest is news.
      s.flags &= ~io.karavel.wire.TcpHeader.SYN;
      s.sequence++;
      s.windowUnscaled = true;
    }
    if (c.timestamps && !s.rst()) {
      if (!s.timestampsPresent && !s.syn()) {
        return DropReason.TCP_PAWS;
      }
      if (s.timestampsPresent && isOld(c, s.timestampValue, nowNanos)) {
        c.counters().pawsEstab.increment();
        if (s.syn()) {
          Challenge.owe(c, nowNanos);
        } else {
          reportOldData(c, s);
          Challenge.answerUnacceptable(c, s, nowNanos);
        }
        return DropReason.TCP_PAWS;
      }
    }
    if (!isInWindow(c, s)) {
      return refuse(c, s, nowNanos);
    }
    if (s.rst()) {
      if (s.sequence != c.rcvNxt) {
        Challenge.owe(c, nowNanos);
        return DropReason.TCP_RST_CHALLENGED;
      }
      Teardown.onReset(c, nowNanos);
      return null;
    }
    if (s.syn()) {
      return challengeSyn(c, nowNanos);
    }
    return null;
  }

  private static DropReason challengeSyn(ControlBlock c, long nowNanos) {
    c.counters().synChallenge.increment();
    Challenge.owe(c, nowNanos);
    return DropReason.TCP_SYN_CHALLENGED;
  }

  private static DropReason refuse(ControlBlock c, Segment s, long nowNanos) {
    if (s.rst()) {
      return DropReason.TCP_SEQUENCE;
    }
    if (s.syn()) {
      if (c.state == TcpState.SYN_RECEIVED && s.sequence == c.irs && !s.ack()) {
        // The peer repeats its SYN: so may we repeat the answer.
        c.owe(ControlBlock.OWE_SYN);
        return DropReason.TCP_OLD_DATA;
      }
      return challengeSyn(c, nowNanos);
    }
    boolean old = Seq.lessThan(s.sequence, c.rcvNxt);
    if (old) {
      reportOldData(c, s);
    }
    if (old && s.fin() && c.inputEnded) {
      // A repeated FIN: our last ACK was lost, and it is answered every time.
      c.owe(ControlBlock.OWE_ACK);
    } else {
      Challenge.answerUnacceptable(c, s, nowNanos);
    }
    return old && s.length() > 0 ? DropReason.TCP_OLD_DATA : DropReason.TCP_SEQUENCE;
  }

  private static void reportOldData(ControlBlock c, Segment s) {
    if (s.payloadLength > 0 && c.sack && c.dsack) {
      int end = s.sequence + s.payloadLength;
      if (Seq.lessOrEqual(end, c.rcvNxt)) {
        Receiver.reassembly(c).reportDuplicate(s.sequence, end);
        c.counters().dsackOldSent.increment();
      }
      AckPolicy.enterQuickPhase(c);
    }
  }

  /** RFC 7323 §5.3 R1; TS.Recent older than 24 days is not compared. */
  static boolean isOld(ControlBlock c, int timestampValue, long nowNanos) {
    return timestampValue - c.tsRecent < 0 && nowNanos - c.tsRecentNanos < PAWS_VALID_NANOS;
  }

  /**
   * The four cases of RFC 9293 §3.10.7.4; at a zero window what stands at RCV.NXT may be looked at.
   */
  static boolean isInWindow(ControlBlock c, Segment s) {
    int window = c.rcvWnd();
    int length = s.length();
    if (length == 0) {
      return s.sequence == c.rcvNxt || Seq.inWindow(s.sequence, c.rcvNxt, c.rcvNxt + window);
    }
    if (window == 0) {
      return s.sequence == c.rcvNxt;
    }
    return Seq.inWindow(s.sequence, c.rcvNxt, c.rcvNxt + window)
        || Seq.inWindow(s.sequence + length - 1, c.rcvNxt, c.rcvNxt + window)
        || Seq.lessThan(s.sequence, c.rcvNxt) && Seq.greaterThan(s.end(), c.rcvNxt + window);
  }

  /** RFC 7323 §4.3: takes over the timestamp to be echoed. */
  static void takeTimestamp(ControlBlock c, Segment s, long nowNanos) {
    if (c.timestamps
        && s.timestampsPresent
        && Seq.lessOrEqual(s.sequence, c.lastAckSent)
        && !(s.timestampValue - c.tsRecent < 0 && nowNanos - c.tsRecentNanos < PAWS_VALID_NANOS)) {
      c.tsRecent = s.timestampValue;
      c.tsRecentNanos = nowNanos;
    }
  }
}
