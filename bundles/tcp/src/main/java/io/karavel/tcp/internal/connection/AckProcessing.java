package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;

/** The ACK field: RFC 9293 §3.10.7.4, fifth, with RFC 5961 §5; window update; what is lost. */
final class AckProcessing {
  private AckProcessing() {}

  /** Takes ACK, window and SACK of an acceptable segment; null if processing goes on. */
  static DropReason onAck(ControlBlock c, Segment s, long nowNanos) {
    int ack = s.acknowledgment;
    if (Seq.greaterThan(ack, c.sndNxt) || Seq.lessThan(ack, c.sndUna - c.maxSndWnd)) {
      Challenge.owe(c, nowNanos);
      return DropReason.TCP_ACK;
    }
    if (Seq.lessThan(ack, c.sndUna)) {
      return null;
    }
    boolean windowWasZero = c.sndWnd == 0;
    boolean windowChanged = updateWindow(c, s);
    int acknowledged = ack - c.sndUna;
    int flightBefore = c.flight();
    int newlySacked = 0;
    int delivered = 0;
    c.ackRttNanos = 0;
    if (c.loss != null) {
      beginRack(c, s, nowNanos);
    }
    if (acknowledged > 0) {
      delivered = acknowledged - advance(c, s, ack, nowNanos);
    }
    if (c.sack && s.sackCount > 0) {
      if (c.flight() > 0) {
        newlySacked = takeSacks(c, s, ack);
      } else if (c.loss != null && takeDuplicateReport(c, s, ack) && flightBefore == 0) {
        // of the last recovery, after everything was acknowledged
        SpuriousLoss.onAck(c, s, 0, nowNanos);
      }
    }
    if (c.state == TcpState.CLOSED) {
      return null;
    }
    // Answers to window probes look like duplicates and tell nothing about losses.
    if (flightBefore > 0 && !c.persisting) {
      Ecn.onAck(c, s, flightBefore, nowNanos);
      boolean duplicate =
          acknowledged == 0
              && s.payloadLength == 0
              && !s.fin()
              && c.flight() > 0
              && (newlySacked > 0 || !windowChanged && !c.sack);
      LossRecovery.onAck(
          c, s, acknowledged, newlySacked, delivered + newlySacked, duplicate, nowNanos);
    }
    if (windowWasZero && c.sndWnd > 0) {
      onWindowOpened(c, nowNanos);
    } else if (c.persisting && windowChanged && c.sndWnd > 0) {
      Persist.onWindowGrown(c);
    }
    return null;
  }

  private static void onWindowOpened(ControlBlock c, long nowNanos) {
    if (c.persisting) {
      Persist.onWindowOpened(c);
    } else if (c.flight() > 0 && c.retransmits > 0) {
      // The window had been shrunk to nothing; what was repeated as a probe was not taken.
      c.sent.markAllLost(false);
      c.forceRetransmit = true;
      c.backoff = 0;
      c.retransmits = 0;
      RetransmitTimer.arm(c, nowNanos);
    }
  }

  /**
   * What acknowledges something new also tells the window that goes with it, however old its
   * sequence number: else the old window, counted from the new SND.UNA, would reach beyond what was
   * ever offered.
   */
  private static boolean updateWindow(ControlBlock c, Segment s) {
    boolean newer =
        Seq.greaterThan(s.acknowledgment, c.sndUna)
            || Seq.lessThan(c.sndWl1, s.sequence)
            || c.sndWl1 == s.sequence && Seq.lessOrEqual(c.sndWl2, s.acknowledgment);
    if (!newer) {
      return false;
    }
    int window = s.window(c.sndWindShift);
    boolean changed = window != c.sndWnd;
    c.sndWnd = window;
    c.sndWl1 = s.sequence;
    c.sndWl2 = s.acknowledgment;
    c.maxSndWnd = Math.max(c.maxSndWnd, window);
    return changed;
  }

  private static void beginRack(ControlBlock c, Segment s, long nowNanos) {
    LossVariables l = c.loss;
    l.duplicateReported = false;
    boolean echoes = c.timestamps && s.timestampsPresent && s.timestampEcho != 0;
    l.rack.begin(
        nowNanos,
        c.rtt.minimumNanos(),
        echoes,
        s.timestampEcho - c.tsOffset,
        c.sndMss,
        c.settings().maxReorderingSegments());
  }

  /** Takes the cumulative acknowledgement; answers how much of it had been SACKed before. */
  private static int advance(ControlBlock c, Segment s, int ack, long nowNanos) {
    int sackedBefore = 0;
    boolean measured = false;
    int bytes = ack - c.sndUna;
    boolean finAcknowledged = c.finSent && ack == c.sndNxt;
    int data = finAcknowledged ? bytes - 1 : bytes;
    if (data > 0) {
      c.sendRing.consume(c.sendRing.readPosition() + data);
      c.event(ConnectionEvents.WRITABLE);
    }
    int before = c.sndUna;
    c.sndUna = ack;
    if (c.sent != null) {
      sackedBefore = c.sent.acknowledge(ack);
      if (c.sent.hasSample() && !c.sent.sampleIsAmbiguous()) {
        c.ackRttNanos = Math.max(1, nowNanos - c.sent.sampleSentNanos());
      }
      measured = measure(c, s, before, ack, nowNanos);
    }
    if (Seq.lessThan(c.sndSml, ack)) {
      c.sndSml = ack;
    }
    Buffers.tuneSend(c);
    PathMtu.onAdvance(c);
    MtuProbing.onAdvance(c, nowNanos);
    RetransmitTimer.onProgress(c, measured, nowNanos);
    if (finAcknowledged) {
      Teardown.onFinAcknowledged(c, nowNanos);
    }
    return sackedBefore;
  }

  /**
   * One measurement per round trip, by our own clock (RFC 6298 §3, §4). What was sent more than
   * once counts only if its last transmission is answered: the echoed timestamp says so (RFC 7323
   * §4.1), or the report that it came as a duplicate (RFC 2883).
   *
   * @return whether the round trip is known now, so that a back-off can end (Karn)
   */
  private static boolean measure(ControlBlock c, Segment s, int before, int ack, long nowNanos) {
    if (!c.sent.hasSample()) {
      return false;
    }
    long sentNanos = c.sent.sampleSentNanos();
    if (c.sent.sampleIsAmbiguous()) {
      boolean echoed =
          c.timestamps
              && s.timestampsPresent
              && s.timestampEcho != 0
              && s.timestampEcho - c.tsNow(sentNanos) >= 0;
      boolean cameTwice =
          c.sack
              && s.sackCount > 0
              && Seq.lessThan(s.sackLeft[0], ack)
              && Seq.greaterThan(s.sackRight[0], before)
              && nowNanos - sentNanos >= c.rtt.minimumNanos();
      if (!echoed && !cameTwice) {
        return false;
      }
    }
    if (Seq.greaterOrEqual(ack, c.rttSequence)) {
      c.measured(nowNanos - sentNanos);
      c.rttSequence = c.sndNxt;
    }
    return true;
  }

  private static int takeSacks(ControlBlock c, Segment s, int ack) {
    int sum = 0;
    int first = takeDuplicateReport(c, s, ack) ? 1 : 0;
    for (int i = first; i < s.sackCount; i++) {
      int left = s.sackLeft[i];
      int right = s.sackRight[i];
      if (Seq.greaterOrEqual(left, right)
          || Seq.lessThan(left, c.sndUna)
          || Seq.greaterThan(right, c.sndNxt)) {
        if (Seq.greaterThan(right, c.sndUna)) {
          c.counters().sackDiscard.increment();
        }
        continue;
      }
      sum += c.sent.sack(left, right);
    }
    return sum;
  }

  private static boolean takeDuplicateReport(ControlBlock c, Segment s, int ack) {
    if (!isDuplicateReport(s, ack)) {
      return false;
    }
    c.counters().dsackRecv.increment();
    SpuriousLoss.onDuplicateReport(c, s.sackLeft[0], s.sackRight[0]);
    return true;
  }

  /** RFC 2883 §4: the first block lies below the ACK, or within the second. */
  private static boolean isDuplicateReport(Segment s, int ack) {
    int left = s.sackLeft[0];
    int right = s.sackRight[0];
    if (Seq.lessThan(left, ack)) {
      return true;
    }
    return s.sackCount > 1
        && Seq.greaterOrEqual(left, s.sackLeft[1])
        && Seq.lessOrEqual(right, s.sackRight[1]);
  }
}
