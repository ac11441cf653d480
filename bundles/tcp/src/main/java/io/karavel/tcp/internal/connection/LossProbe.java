package io.karavel.tcp.internal.connection;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import io.karavel.wire.Seq;

/**
 * The tail loss probe, RFC 8985 §7: when acknowledgements stop, one segment goes out long before
 * the retransmission timer, so that a lost tail is repaired by selective acknowledgements.
 *
 * <p>Deviation: a probe that could not come before the retransmission timer is not sent, nor is one
 * for a lone FIN: the timetables of single messages stay those of RFC 6298.
 */
final class LossProbe {
  /** What the peer may delay the acknowledgement of a lone segment (Linux: TCP_RTO_MIN). */
  private static final long WORST_DELAYED_ACK_NANOS = 200_000_000L;

  private static final long SLACK_NANOS = 2_000_000L;

  private LossProbe() {}

  /** Data went out or was acknowledged: plans the probe anew, or none. */
  static void plan(ControlBlock c, long nowNanos) {
    LossVariables l = c.loss;
    if (l == null || !l.deadlineIsProbe && l.deadlineNanos != ControlBlock.NEVER) {
      return;
    }
    l.disarm();
    if (!mayProbe(c, l)) {
      return;
    }
    long wait = 2 * c.rtt.smoothedNanos();
    wait += c.sent.size() == 1 ? WORST_DELAYED_ACK_NANOS : SLACK_NANOS;
    long deadline = nowNanos + wait;
    if (deadline < c.retransmitDeadline) {
      l.arm(true, deadline);
    }
  }

  private static boolean mayProbe(ControlBlock c, LossVariables l) {
    boolean loneFin = c.finSent && c.flight() == 1;
    return c.settings().tailLossProbe()
        && c.sack
        && c.state.isSynchronized()
        && c.recovery == Recovery.OPEN
        && !l.probing
        && !c.persisting
        && !loneFin
        && c.sndWnd > 0
        && c.retransmits == 0
        && c.backoff == 0
        && c.rtt.isMeasured()
        && c.sent != null
        && !c.sent.isEmpty()
        && c.sent.sackedBytes() == 0
        && c.retransmitDeadline != ControlBlock.NEVER;
  }

  /** The probe timeout has come. */
  static void onExpiry(ControlBlock c) {
    c.loss.disarm();
    if (c.flight() > 0 && c.recovery == Recovery.OPEN && c.settings().tailLossProbe()) {
      c.owe(ControlBlock.OWE_LOSS_PROBE);
    }
  }

  /** The probe has gone out. */
  static void onSent(ControlBlock c, boolean retransmitted, long nowNanos) {
    LossVariables l = c.loss;
    l.probing = true;
    l.probeRetransmitted = retransmitted;
    l.probeEnd = c.sndNxt;
    l.disarm();
    c.counters().lossProbes.increment();
    RetransmitTimer.arm(c, nowNanos);
  }

  /** An acknowledgement tells what became of a probe (§7.4). */
  static void onAck(ControlBlock c, Segment s, int acknowledged, long nowNanos) {
    LossVariables l = c.loss;
    if (!l.probing || Seq.lessThan(s.acknowledgment, l.probeEnd)) {
      return;
    }
    if (!l.probeRetransmitted) {
      l.probing = false;
    } else if (l.duplicateReported && l.duplicateRight - l.probeEnd >= 0) {
      // both arrived
      l.probing = false;
    } else if (Seq.greaterThan(s.acknowledgment, l.probeEnd)) {
      l.probing = false;
      c.counters().lossProbeRecovery.increment();
      if (c.recovery == Recovery.OPEN && !c.congestionReducing) {
        c.congestionControl().onLoss(Math.max(c.flight(), c.sndMss), nowNanos);
        c.congestionControl().onRecovered(nowNanos);
        Ecn.onWindowReduced(c);
      }
    } else if (acknowledged == 0 && s.payloadLength == 0 && s.sackCount == 0) {
      l.probing = false;
    }
  }
}
