package io.karavel.tcp.internal.connection;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;

/**
 * When a recovery begins and ends: RFC 6675 with SACK, RFC 6582 without. Which segments are lost is
 * the map's judgement; that judgement can be replaced (RACK) without touching this.
 */
final class LossRecovery {
  private static final int DUPLICATE_THRESHOLD = 3;

  private LossRecovery() {}

  /** An acknowledgement came while data was outstanding. */
  static void onAck(
      ControlBlock c, int acknowledged, int newlySacked, boolean duplicate, long nowNanos) {
    if (acknowledged > 0) {
      onAdvance(c, acknowledged, nowNanos);
    } else if (duplicate) {
      c.duplicateAcks++;
      if (!c.sack) {
        int most = c.sent == null ? 0 : Math.max(0, c.sent.size() - 1);
        c.renoSacked = Math.min(c.renoSacked + 1, most);
      }
    }
    if (c.flight() == 0 || c.sent == null || c.sent.isEmpty()) {
      return;
    }
    if (c.sack && newlySacked > 0) {
      c.sent.detectLosses();
    }
    if (c.recovery != Recovery.OPEN) {
      return;
    }
    boolean lost = c.sent.hasRetransmission();
    boolean threshold = c.duplicateAcks >= DUPLICATE_THRESHOLD;
    if (threshold && !c.sack && Seq.lessThan(c.sndUna, c.recoveryPoint)) {
      // RFC 6582 §3.2 step 2: these duplicates belong to the recovery before.
      return;
    }
    if (lost || threshold) {
      enter(c, nowNanos);
    }
  }

  private static void enter(ControlBlock c, long nowNanos) {
    c.sent.markFirstLost();
    if (!c.congestionReducing) {
      c.congestionControl().onLoss(c.flight(), nowNanos);
    }
    Ecn.onWindowReduced(c);
    c.recovery = Recovery.RECOVERY;
    c.recoveryPoint = c.sndNxt;
    c.forceRetransmit = true;
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
    // A partial acknowledgement: the next hole is lost too (RFC 6582 §3.2 step 5).
    c.renoSacked = Math.max(0, c.renoSacked - Math.max(0, acknowledged / c.sndMss - 1));
    boolean isHole = !c.sack || c.sent != null && c.sent.sackedBytes() > 0;
    if (isHole && c.sent != null && c.sent.markFirstLost()) {
      c.forceRetransmit = true;
    }
  }
}
