package io.karavel.tcp.internal.connection;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;

/**
 * When a recovery begins and ends: RFC 8985 and 6675 with SACK, RFC 6582 without. Which segments
 * are lost is the judgement of RACK; how much goes out meanwhile that of {@link RateReduction};
 * whether it was all for nothing that of {@link SpuriousLoss}.
 */
final class LossRecovery {
  private static final int DUPLICATE_THRESHOLD = 3;

  /** The reordering timer waits at least so long, as a tick of Linux's clock does. */
  private static final long LEAST_WAIT_NANOS = 1_000_000L;

  private LossRecovery() {}

  /**
   * An acknowledgement came while data was outstanding.
   *
   * @param delivered bytes it acknowledges newly, cumulatively or selectively
   */
  static void onAck(
      ControlBlock c,
      Segment s,
      int acknowledged,
      int newlySacked,
      int delivered,
      boolean duplicate,
      long nowNanos) {
    c.loss();
    if (acknowledged == 0 && duplicate) {
      c.duplicateAcks++;
      if (!c.sack) {
        int most = c.sent == null ? 0 : Math.max(0, c.sent.size() - 1);
        c.renoSacked = Math.min(c.renoSacked + 1, most);
      }
    }
    LossProbe.onAck(c, s, acknowledged, nowNanos);
    SpuriousLoss.onAck(c, s, acknowledged, nowNanos);
    if (c.recovery == Recovery.LOSS) {
      SpuriousLoss.afterTimeout(c, acknowledged, newlySacked > 0);
    }
    if (acknowledged > 0) {
      onAdvance(c, acknowledged, nowNanos);
    }
    if (c.flight() == 0 || c.sent == null || c.sent.isEmpty()) {
      c.loss.disarm();
      return;
    }
    int lostBefore = c.sent.lostBytes();
    if (c.sack) {
      detect(c, delivered, nowNanos);
    } else if (c.recovery == Recovery.OPEN
        && c.duplicateAcks >= duplicateThreshold(c)
        // RFC 6582 §3.2 step 2: duplicates of the recovery before do not count.
        && Seq.greaterOrEqual(c.sndUna, c.recoveryPoint)) {
      c.sent.markFirstLost();
      enter(c, delivered, nowNanos);
    }
    if (RateReduction.rules(c)) {
      RateReduction.onAck(c, delivered, acknowledged > 0 && c.sent.lostBytes() <= lostBefore);
    }
    if (c.recovery == Recovery.OPEN) {
      LossProbe.plan(c, nowNanos);
    }
  }

  /** Without SACK, duplicates that mean a loss: more once some were for nothing. */
  private static int duplicateThreshold(ControlBlock c) {
    int most = Math.max(DUPLICATE_THRESHOLD, c.sent.size() - 1);
    return Math.min(c.loss.rack.reorderingSegments(), most);
  }

  /** RACK looks for losses (RFC 8985 §6.2): after an acknowledgement, or when its timer expires. */
  private static void detect(ControlBlock c, int delivered, long nowNanos) {
    LossVariables l = c.loss;
    long window =
        l.rack.windowNanos(
            c.rtt.minimumNanos(),
            c.rtt.smoothedNanos(),
            c.recovery != Recovery.OPEN,
            c.sent.sackedEntries());
    long wait = c.sent.detectLosses(nowNanos, window);
    c.counters().lostRetransmit.add(c.sent.takeLostAgain());
    if (wait > 0) {
      l.arm(false, nowNanos + Math.max(wait, LEAST_WAIT_NANOS));
    } else if (!l.deadlineIsProbe) {
      l.disarm();
    }
    if (c.recovery == Recovery.OPEN && c.sent.hasRetransmission()) {
      enter(c, delivered, nowNanos);
    }
  }

  /** The reordering timer has expired. */
  static void onReorderingExpiry(ControlBlock c, long nowNanos) {
    c.loss.disarm();
    if (c.sent != null && !c.sent.isEmpty() && c.sack) {
      detect(c, 0, nowNanos);
    }
  }

  private static void enter(ControlBlock c, int delivered, long nowNanos) {
    if (MtuProbing.onLoss(c, nowNanos)) {
      return;
    }
    int flight = c.flight();
    if (!c.congestionReducing) {
      c.congestionControl().onLoss(flight, nowNanos);
    }
    Ecn.onWindowReduced(c);
    c.recovery = Recovery.RECOVERY;
    c.recoveryPoint = c.sndNxt;
    c.forceRetransmit = true;
    c.loss().forgetProbe();
    SpuriousLoss.begin(c);
    RateReduction.begin(c, delivered);
    if (c.sack) {
      c.counters().sackRecovery.increment();
    } else {
      c.counters().renoRecovery.increment();
    }
  }

  private static void onAdvance(ControlBlock c, int acknowledged, long nowNanos) {
    c.duplicateAcks = 0;
    if (c.recovery == Recovery.OPEN) {
      c.renoSacked = 0;
      if (c.congestion != null && !c.congestionReducing) {
        c.congestion.onAcknowledged(acknowledged, c.ackRttNanos, nowNanos);
      }
      return;
    }
    if (Seq.greaterOrEqual(c.sndUna, c.recoveryPoint)) {
      boolean recovered = c.recovery == Recovery.RECOVERY;
      c.recovery = Recovery.OPEN;
      c.renoSacked = 0;
      c.forceRetransmit = false;
      RateReduction.end(c);
      c.loss.forwardRto = false;
      c.loss.newDataFirst = false;
      c.loss.rack.onRecovered();
      if (recovered) {
        c.congestionControl().onRecovered(nowNanos);
      } else {
        c.congestionControl().onAcknowledged(acknowledged, c.ackRttNanos, nowNanos);
      }
      return;
    }
    if (c.recovery == Recovery.LOSS) {
      c.congestionControl().onAcknowledged(acknowledged, c.ackRttNanos, nowNanos);
      return;
    }
    if (!c.sack) {
      // A partial acknowledgement: the next hole is lost too (RFC 6582 §3.2 step 5).
      c.renoSacked = Math.max(0, c.renoSacked - Math.max(0, acknowledged / c.sndMss - 1));
      if (c.sent != null && c.sent.markFirstLost()) {
        c.forceRetransmit = true;
      }
    }
  }
}
