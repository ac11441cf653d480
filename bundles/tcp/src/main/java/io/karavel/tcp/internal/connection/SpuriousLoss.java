package io.karavel.tcp.internal.connection;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;

/**
 * Finds that a recovery or timeout was for nothing and takes it back: by the echoed timestamp (RFC
 * 3522), by reports of duplicates (RFC 3708), by what F-RTO sees after a timeout (RFC 5682).
 */
final class SpuriousLoss {
  private SpuriousLoss() {}

  /** A recovery begins. */
  static void begin(ControlBlock c) {
    LossVariables l = c.loss();
    // What the recovery before has sent again and is on its way would pass for an original.
    long earlier = c.sent.isAgainInFlight() ? l.firstRetransmitNanos : 0;
    l.forgetUndo();
    l.firstRetransmitNanos = earlier;
    l.retransmitted.clear();
    l.undoable = true;
    l.undoPoint = c.sndUna;
  }

  /** Segments went out again. */
  static void onRetransmit(ControlBlock c, int sequence, int bytes, long nowNanos) {
    LossVariables l = c.loss;
    if (l == null || !l.undoable) {
      return;
    }
    if (l.firstRetransmitNanos == 0) {
      l.firstRetransmitNanos = nowNanos;
    }
    l.retransmitted.add(sequence, sequence + bytes);
    l.undoCounts = true;
    l.undoRetransmits += Math.max(1, (bytes + c.sndMss - 1) / c.sndMss);
  }

  /**
   * The peer got a stretch twice. That tells something only where it was sent twice: else the
   * network has repeated a packet, which says nothing about the recovery.
   */
  static void onDuplicateReport(ControlBlock c, int left, int right) {
    LossVariables l = c.loss;
    l.duplicateReported = true;
    l.duplicateRight = right;
    int again = l.retransmitted.overlapBytes(left, right);
    if (again == 0) {
      return;
    }
    l.rack.onDuplicateReport(c.sndUna, c.sndNxt);
    if (l.undoable) {
      l.undoRetransmits -= Math.max(1, again / c.sndMss);
    }
  }

  /**
   * Whether the acknowledgement in hand was caused by the first transmission of what was sent again
   * (Eifel).
   */
  private static boolean isEarlier(ControlBlock c, Segment s, int acknowledged) {
    LossVariables l = c.loss;
    return c.timestamps
        && l.retransmitted.overlapBytes(c.sndUna - acknowledged, c.sndUna) > 0
        && s.timestampsPresent
        && s.timestampEcho != 0
        && l.firstRetransmitNanos != 0
        && s.timestampEcho - c.tsNow(l.firstRetransmitNanos) < 0;
  }

  /** Looks whether every retransmission was a duplicate. */
  private static boolean isAllDuplicate(LossVariables l) {
    return l.undoCounts && l.undoRetransmits <= 0;
  }

  /**
   * An acknowledgement came during or after a recovery.
   *
   * @param acknowledged bytes it acknowledges newly and cumulatively
   */
  static void onAck(ControlBlock c, Segment s, int acknowledged, long nowNanos) {
    LossVariables l = c.loss;
    if (!l.undoable) {
      return;
    }
    if (isAllDuplicate(l)) {
      c.counters().dsackUndo.increment();
      undo(c, nowNanos);
      return;
    }
    if (acknowledged == 0 || c.recovery == Recovery.OPEN) {
      return;
    }
    if (c.recovery == Recovery.LOSS && l.forwardRto && isOriginalDelivered(c)) {
      c.counters().spuriousRtos.increment();
      undo(c, nowNanos);
      return;
    }
    if (isEarlier(c, s, acknowledged)) {
      boolean whole = Seq.greaterOrEqual(c.sndUna, c.recoveryPoint);
      if (c.recovery == Recovery.LOSS) {
        c.counters().lossUndo.increment();
      } else if (whole) {
        c.counters().fullUndo.increment();
      } else {
        c.counters().partialUndo.increment();
      }
      undo(c, nowNanos);
    }
  }

  /** Without SACK data that had arrived out of order looks the same. */
  private static boolean isOriginalDelivered(ControlBlock c) {
    return c.loss.rack.isOriginalDelivered(c.recoveryPoint)
        && (c.sack || !c.sent.sampleIsAmbiguous());
  }

  private static void undo(ControlBlock c, long nowNanos) {
    c.congestionControl().onSpurious(nowNanos);
    // without SACK the duplicates tell by how many a segment was overtaken
    c.loss.rack.noteReordering(c.sack ? 0 : c.duplicateAcks);
    c.loss.forgetUndo();
    RateReduction.end(c);
    if (c.recovery != Recovery.OPEN) {
      c.recovery = Recovery.OPEN;
      c.forceRetransmit = false;
      c.renoSacked = 0;
      if (c.sent != null && !c.sent.isEmpty()) {
        c.sent.markNoneLost();
      }
    }
  }

  /**
   * F-RTO after a timeout: the first acknowledgement that makes progress lets new data go before
   * anything is sent again; the second one tells (RFC 5682 §3.1).
   */
  static void afterTimeout(ControlBlock c, int acknowledged, boolean moreSacked) {
    LossVariables l = c.loss;
    l.newDataFirst = false;
    if (!l.forwardRto) {
      return;
    }
    if (Seq.greaterThan(c.sndNxt, c.recoveryPoint)) {
      if (moreSacked || acknowledged == 0) {
        l.forwardRto = false;
      }
      return;
    }
    if (acknowledged > 0 && Seq.lessThan(c.sndUna, c.recoveryPoint)) {
      c.recoveryPoint = c.sndNxt;
      boolean canSend = c.unsent() > 0 && c.sndUna + c.sndWnd - c.sndNxt > 0;
      l.newDataFirst = canSend;
      l.forwardRto = canSend;
    } else if (acknowledged == 0) {
      l.forwardRto = false;
    }
  }
}
