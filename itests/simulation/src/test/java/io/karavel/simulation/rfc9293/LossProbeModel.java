package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.SenderModel.Phase;

/**
 * The tail loss probe of RFC 8985 §7, with what docs/bundles/tcp.md says of it; its timer is the
 * reordering timer's too (§6.2), of which only one runs.
 */
final class LossProbeModel {
  private static final long MILLI = 1_000_000L;

  /** What the peer may delay the acknowledgement of a lone segment. */
  private static final long WORST_DELAY_NANOS = 200 * MILLI;

  private static final long SLACK_NANOS = 2 * MILLI;

  private final SenderModel m;

  /** When a probe is due, or the next segment counts as lost. */
  long at = End.NEVER;

  boolean isProbe;

  /** A probe is due now. */
  boolean owed;

  private boolean sent;
  private boolean repeated;
  private long end;

  LossProbeModel(SenderModel m) {
    this.m = m;
  }

  /** More may turn out to be lost in a while; 0 if nothing is waited for. */
  void awaitReordering(long nanos, long now) {
    if (nanos > 0) {
      at = now + Math.max(nanos, MILLI);
      isProbe = false;
    } else if (!isProbe) {
      at = End.NEVER;
    }
  }

  /** No probe is under way or planned. */
  void forget() {
    sent = false;
    owed = false;
    if (isProbe) {
      at = End.NEVER;
    }
  }

  /** §7.2. */
  void plan(long now) {
    if (at != End.NEVER && !isProbe) {
      return;
    }
    at = End.NEVER;
    End e = m.e;
    long wait = m.board.all.size() == 1 ? WORST_DELAY_NANOS : SLACK_NANOS;
    long due = now + 2 * m.rtt.smoothed + wait;
    if (may(e) && due < m.timer.at) {
      at = due;
      isProbe = true;
    }
  }

  private boolean may(End e) {
    boolean loneFin = e.finSentAt >= 0 && e.outstanding() == 1;
    return e.settings.flag("tailLossProbe")
        && e.sack
        && m.phase == Phase.OPEN
        && !sent
        && !m.timer.persists
        && !loneFin
        && e.window > 0
        && m.timer.expiries == 0
        && m.timer.backoff == 0
        && m.rtt.isMeasured()
        && !m.board.isEmpty()
        && m.board.sacked() == 0
        && m.timer.at != End.NEVER;
  }

  void onExpiry() {
    at = End.NEVER;
    owed = m.e.outstanding() > 0 && m.phase == Phase.OPEN && m.e.settings.flag("tailLossProbe");
  }

  /** §7.3. */
  void onSent(boolean again, long now) {
    m.e.host.counts.model("TCPLossProbes");
    owed = false;
    sent = true;
    repeated = again;
    end = m.e.nxt;
    at = End.NEVER;
    m.timer.arm(now);
  }

  /** §7.4; whether a loss was repaired by it. */
  boolean hasRepaired(Seg s, long acknowledged) {
    long ack = m.e.una;
    if (!sent || ack < end) {
      return false;
    }
    boolean reported = m.undo.duplicateReported && m.undo.duplicateRight >= end;
    if (!repeated || reported) {
      sent = false;
    } else if (ack > end) {
      sent = false;
      m.e.host.counts.model("TCPLossProbeRecovery");
      return true;
    } else if (acknowledged == 0 && s.dataLength == 0 && s.sack.isEmpty()) {
      sent = false;
    }
    return false;
  }
}
