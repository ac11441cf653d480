package io.karavel.tcp.internal.connection;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.tcp.internal.connection.recovery.SentSegments;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;

/** What goes out next: RSTs, the SYN, probes, what is lost, what is new, FIN, bare ACKs. */
final class Sender {
  private Sender() {}

  /** Describes the next segment owed; false if there is none. */
  static boolean poll(ControlBlock c, TransmitSegment out, int segmentation, long nowNanos) {
    out.clear();
    // Whoever cuts a super-segment copies the urgent pointer without moving it.
    int segmentationBytes = Urgent.isUrgent(c, c.sendRing.readPosition()) ? 0 : segmentation;
    if ((c.owed & (ControlBlock.OWE_RESET | ControlBlock.OWE_RESET_ANSWER)) != 0) {
      reset(c, out, nowNanos);
      return true;
    }
    if (c.state == TcpState.CLOSED) {
      return false;
    }
    if ((c.owed & ControlBlock.OWE_SYN) != 0) {
      Handshake.syn(c, out, nowNanos);
      return true;
    }
    if (FastOpen.maySendEarly(c)) {
      if (fresh(c, out, segmentationBytes, nowNanos)) {
        return true;
      }
    } else if (!c.synUnacknowledged()) {
      if ((c.owed & ControlBlock.OWE_PROBE) != 0) {
        c.owed &= ~ControlBlock.OWE_PROBE;
        if (probe(c, out, nowNanos)) {
          return true;
        }
      }
      if ((c.owed & ControlBlock.OWE_LOSS_PROBE) != 0) {
        c.owed &= ~ControlBlock.OWE_LOSS_PROBE;
        if (lossProbe(c, out, nowNanos)) {
          return true;
        }
      }
      boolean newDataFirst = c.loss != null && c.loss.newDataFirst;
      if (newDataFirst && fresh(c, out, segmentationBytes, nowNanos)) {
        return true;
      }
      // when nothing new went out after the acknowledgement, F-RTO has nothing to look at
      boolean nothingNew = newDataFirst && !Seq.greaterThan(c.sndNxt, c.recoveryPoint);
      if (c.flight() > 0
          && (!newDataFirst || nothingNew)
          && retransmit(c, out, segmentationBytes, nowNanos)) {
        return true;
      }
      if (!newDataFirst && fresh(c, out, segmentationBytes, nowNanos)) {
        return true;
      }
      if (c.pacingDeadline == ControlBlock.NEVER) {
        Persist.onHeld(c, nowNanos);
      }
      c.pushHeld = false;
      if ((c.owed & ControlBlock.OWE_KEEPALIVE) != 0) {
        c.owed &= ~ControlBlock.OWE_KEEPALIVE;
        bare(c, out, c.sndNxt - 1, nowNanos);
        return true;
      }
      if (ReceiveWindow.isUpdateDue(c)) {
        c.owe(ControlBlock.OWE_ACK);
      }
    }
    if (c.duplicateAcksOwed > 0) {
      c.duplicateAcksOwed--;
      int owed = c.owed;
      bare(c, out, Outgoing.sequence(c), nowNanos);
      c.owed = owed;
      return true;
    }
    if ((c.owed & ControlBlock.OWE_ACK) != 0) {
      bare(c, out, Outgoing.sequence(c), nowNanos);
      return true;
    }
    return false;
  }

  private static void reset(ControlBlock c, TransmitSegment out, long nowNanos) {
    if ((c.owed & ControlBlock.OWE_RESET_ANSWER) != 0) {
      c.owed &= ~ControlBlock.OWE_RESET_ANSWER;
      out.sequence = c.resetSequence;
      out.flags = TcpHeader.RST;
    } else {
      c.owed &= ~ControlBlock.OWE_RESET;
      out.sequence = Outgoing.sequence(c);
      out.acknowledgment = c.rcvNxt;
      out.flags = TcpHeader.RST | TcpHeader.ACK;
      Outgoing.timestamps(c, out, nowNanos);
    }
    c.counters().outRsts.increment();
  }

  private static void bare(ControlBlock c, TransmitSegment out, int sequence, long nowNanos) {
    out.sequence = sequence;
    Outgoing.acknowledge(c, out, Outgoing.sackBlocks(c), false, nowNanos);
  }

  /** One byte, or the FIN, beyond a window that lets nothing through. */
  private static boolean probe(ControlBlock c, TransmitSegment out, long nowNanos) {
    boolean again = c.flight() > 0;
    if (!again) {
      boolean fin = c.unsent() == 0;
      if (fin && (!c.finQueued || c.finSent)) {
        return false;
      }
      c.sentSegments().add(c.sndNxt, 1, nowNanos, true);
      c.finSent = fin;
      c.sndNxt++;
      c.karnSequence = c.sndNxt;
    } else {
      c.counters().retransSegs.increment();
    }
    describe(c, out, c.sndUna, 1, 0, nowNanos);
    out.retransmission = again;
    return true;
  }

  /** One segment to learn whether the tail was lost: a new one if there is one, else the last. */
  private static boolean lossProbe(ControlBlock c, TransmitSegment out, long nowNanos) {
    if (c.flight() == 0 || c.recovery != Recovery.OPEN) {
      return false;
    }
    int window = c.sndUna + c.sndWnd - c.sndNxt;
    int length = Math.min(Math.min(c.unsent(), c.sndMss), window);
    boolean small = length < c.sndMss;
    boolean mayGo =
        length > 0
            && (!small
                || SendPolicy.maySendPartial(c, length, length == c.unsent(), length == window));
    if (mayGo && c.sentSegments().hasRoom(2)) {
      boolean fin = c.finQueued && !c.finSent && length == c.unsent() && length < window;
      noteTransmit(c, nowNanos);
      send(c, out, length, c.sndMss, fin, 0, nowNanos);
      LossProbe.onSent(c, false, nowNanos);
      return true;
    }
    if (!c.sent.isLastInFlight()) {
      return false;
    }
    noteTransmit(c, nowNanos);
    int sequence = c.sent.lastSequence();
    int bytes = c.sent.lastLength();
    c.sent.retransmitLast(nowNanos);
    c.counters().retransSegs.increment();
    describe(c, out, sequence, bytes, 0, nowNanos);
    out.retransmission = true;
    LossProbe.onSent(c, true, nowNanos);
    return true;
  }

  private static boolean retransmit(
      ControlBlock c, TransmitSegment out, int segmentationBytes, long nowNanos) {
    if (c.recovery == Recovery.OPEN || !c.sent.hasRetransmission()) {
      return false;
    }
    if (!c.forceRetransmit && Pacing.holds(c, nowNanos)) {
      return false;
    }
    if (isBeyondWindow(c, c.sent.retransmitSequence())) {
      return false;
    }
    int room = RateReduction.room(c);
    int first = c.sent.retransmitLength();
    if (!c.forceRetransmit && room < first && c.inFlight() > 0) {
      c.congestionWindowLimited = true;
      return false;
    }
    int most = first;
    if (segmentationBytes > 0 && !c.forceRetransmit) {
      most = Math.max(first, Math.min(room, Pacing.segmentation(c, segmentationBytes)));
    }
    if (c.recovery == Recovery.LOSS) {
      c.counters().slowStartRetrans.increment();
    } else {
      c.counters().fastRetrans.increment();
    }
    noteTransmit(c, nowNanos);
    int sequence = c.sent.retransmitSequence();
    int length = c.sent.retransmit(most, nowNanos);
    c.forceRetransmit = false;
    c.counters().retransSegs.add((length + c.sndMss - 1) / c.sndMss);
    describe(c, out, sequence, length, 0, nowNanos);
    out.retransmission = true;
    SpuriousLoss.onRetransmit(c, sequence, length, nowNanos);
    RateReduction.onSent(c, length);
    RetransmitTimer.onSent(c, nowNanos);
    Pacing.onSent(c, length, nowNanos);
    return true;
  }

  /** What a window that shrank no longer takes waits; the first segment goes, as a probe. */
  private static boolean isBeyondWindow(ControlBlock c, int sequence) {
    return sequence != c.sndUna && Seq.greaterOrEqual(sequence, c.sndUna + c.sndWnd);
  }

  private static void noteTransmit(ControlBlock c, long nowNanos) {
    if (c.delivery != null) {
      c.congestion.onTransmit(c.inFlight(), c.delivery.isLimitedNow(), nowNanos);
    }
  }

  private static boolean fresh(
      ControlBlock c, TransmitSegment out, int segmentationBytes, long nowNanos) {
    int unsent = c.unsent();
    boolean finDue = c.finQueued && !c.finSent && !c.synUnacknowledged();
    if (unsent == 0) {
      noteApplicationLimited(c);
      if (!finDue) {
        return false;
      }
      if (c.sndUna + c.sndWnd - c.sndNxt <= 0 || !c.sentSegments().hasRoom(1)) {
        return false;
      }
      send(c, out, 0, mss(c, 0), true, 0, nowNanos);
      return true;
    }
    restartAfterIdle(c, nowNanos);
    int window = c.sndUna + c.sndWnd - c.sndNxt;
    int congestion = RateReduction.room(c);
    int blocks = Outgoing.sackBlocks(c);
    int mss = mss(c, blocks);
    int allowed = unsent <= mss ? segmentationBytes : Pacing.segmentation(c, segmentationBytes);
    // CWR belongs to one segment of a super-segment; devices differ in keeping to that.
    int most = allowed < mss || c.cwrDue ? mss : allowed / mss * mss;
    int length = Math.min(Math.min(unsent, most), window);
    if (length <= 0) {
      c.congestionWindowLimited = false;
      return false;
    }
    if (congestion < Math.min(length, mss)) {
      c.congestionWindowLimited = true;
      return false;
    }
    if (Pacing.holds(c, nowNanos)) {
      c.congestionWindowLimited = false;
      return false;
    }
    int probe = MtuProbing.due(c, unsent, window, congestion, nowNanos);
    if (probe > 0 && c.sentSegments().hasRoom(2)) {
      MtuProbing.onSent(c, c.sndNxt, probe);
      noteTransmit(c, nowNanos);
      send(c, out, probe, probe, false, 0, nowNanos);
      return true;
    }
    length = Math.min(length, Math.max(congestion, mss));
    int partial = length % mss;
    if (partial != 0) {
      boolean isLast = length == unsent;
      boolean byWindow = length == window;
      if (!isLast && !byWindow && length > mss) {
        length -= partial;
      } else if (!SendPolicy.maySendPartial(c, partial, isLast, byWindow)) {
        if (length < mss) {
          c.congestionWindowLimited = false;
          return false;
        }
        length -= partial;
      }
    }
    int entries = length / mss + 2;
    if (!c.sentSegments().hasRoom(entries)) {
      return false;
    }
    boolean fin = finDue && length == unsent && length < window;
    noteTransmit(c, nowNanos);
    send(c, out, length, mss, fin, blocks, nowNanos);
    return true;
  }

  private static int mss(ControlBlock c, int blocks) {
    return Math.max(1, c.sndMss - Outgoing.sackBytes(blocks));
  }

  /** In slow start half a window in use still makes it grow (RFC 7661 in spirit). */
  private static void noteApplicationLimited(ControlBlock c) {
    CongestionControl congestion = c.congestion;
    if (c.delivery != null
        && c.inFlight() < congestion.congestionWindowBytes()
        && (c.recovery == Recovery.OPEN || !c.sent.hasRetransmission())) {
      c.delivery.onApplicationLimited(c.inFlight());
    }
    c.congestionWindowLimited =
        congestion != null
            && congestion.congestionWindowBytes() < congestion.slowStartThresholdBytes()
            && c.inFlight() >= congestion.congestionWindowBytes() / 2;
  }

  private static void restartAfterIdle(ControlBlock c, long nowNanos) {
    if (c.flight() == 0
        && c.congestion != null
        && c.lastDataSentNanos != 0
        && c.settings().slowStartAfterIdle()) {
      long idle = nowNanos - c.lastDataSentNanos;
      if (idle > RetransmitTimer.timeoutNanos(c)) {
        c.congestion.onIdle(idle, c.initialWindowSegments * c.sndMss, nowNanos);
      }
    }
  }

  private static void send(
      ControlBlock c,
      TransmitSegment out,
      int length,
      int mss,
      boolean fin,
      int blocks,
      long nowNanos) {
    SentSegments sent = c.sentSegments();
    int sequence = c.sndNxt;
    int low = c.options.notSentLowWaterBytes(c.settings());
    boolean held = low > 0 && c.unsent() >= low;
    int left = length;
    int from = sequence;
    boolean again = from - c.karnSequence < 0;
    while (left > 0) {
      int part = Math.min(left, mss);
      sent.add(from, part, nowNanos, again);
      from += part;
      left -= part;
    }
    if (fin) {
      sent.add(from, 1, nowNanos, again);
      from++;
      c.finSent = true;
    }
    c.sndNxt = from;
    if (held && c.unsent() < low) {
      c.event(ConnectionEvents.WRITABLE);
    }
    if (length % mss != 0) {
      c.sndSml = from;
    }
    c.lastDataSentNanos = nowNanos;
    if (c.trimDeadline == ControlBlock.NEVER) {
      TcpTimers.armTrim(c, nowNanos);
    }
    describe(c, out, sequence, from - sequence, blocks, nowNanos);
    if (!again) {
      Ecn.onSendingNewData(c, out);
    }
    if (mss != c.sndMss) {
      out.segmentBytes = mss;
    }
    RateReduction.onSent(c, length);
    RetransmitTimer.onSent(c, nowNanos);
    LossProbe.plan(c, nowNanos);
    Pacing.onSent(c, length, nowNanos);
  }

  /** Describes a stretch of sequence space that was sent; the FIN is its last if it reaches it. */
  private static void describe(
      ControlBlock c, TransmitSegment out, int sequence, int length, int blocks, long nowNanos) {
    boolean fin = c.finSent && sequence + length == c.sndNxt;
    out.sequence = sequence;
    out.payloadLength = fin ? length - 1 : length;
    out.payloadPosition = c.sendPosition(sequence);
    out.segmentBytes = c.sndMss;
    if (fin) {
      out.flags |= TcpHeader.FIN;
    }
    if (out.payloadLength > 0
        && out.payloadPosition + out.payloadLength >= c.sendRing.writePosition()) {
      out.flags |= TcpHeader.PSH;
    }
    Urgent.mark(c, out, out.payloadPosition);
    Outgoing.acknowledge(c, out, blocks, true, nowNanos);
  }
}
