package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.SenderModel.Phase;

/**
 * What acknowledgements tell a {@link SenderModel}: RFC 6298 §3 and §4, RFC 6675, RFC 6582, RFC
 * 8985, RFC 3168 §6.1.2.
 */
final class AckModel {
  private static final int DUPLICATE_THRESHOLD = 3;
  private static final long MILLI = 1_000_000L;

  private final SenderModel m;

  /** A round trip is measured again once this is acknowledged. */
  private long measureFrom = 1;

  /** The window was reduced for a mark, and not all that was out then is acknowledged. */
  boolean marked;

  private long markPoint;

  AckModel(SenderModel m) {
    this.m = m;
  }

  /** An acknowledgement that is not old: SND.UNA and window have moved already. */
  void onAck(Seg s, long unaBefore, long windowBefore, long now) {
    if (!m.followed) {
      return;
    }
    if (m.segment() != m.segmentWas) {
      m.lose("segments have another size");
      return;
    }
    long acknowledged = m.e.una - unaBefore;
    if (m.closed.takenBack && acknowledged > 0) {
      m.lose("what it takes for not sent is acknowledged");
      return;
    }
    long flightBefore = m.closed.takenBack ? 0 : m.e.nxt - unaBefore;
    m.undo.duplicateReported = false;
    m.rack.begin(m.e, s, m.rtt.least, now);
    long fresh = 0;
    long sample = 0;
    if (acknowledged > 0) {
      fresh = acknowledged - m.board.acknowledge(m.e.una, m.rack);
      if (m.windowKnown) {
        m.buffer.onAdvance(m.window);
      }
      m.suspectsRoute = false;
      m.search.onAcknowledged(m.board.longest, now);
      if (m.board.sampleNanos >= 0 && !m.board.sampleRepeated) {
        sample = Math.max(1, now - m.board.sampleNanos);
      }
      m.timer.onProgress(measure(s, unaBefore, now), now);
      m.smallEnd = Math.max(m.smallEnd, m.e.una);
    }
    long news = 0;
    boolean late = false;
    if (m.e.sack && !s.sack.isEmpty()) {
      if (m.outstanding() > 0) {
        news = takeBlocks(s);
      } else if (m.hasLossState && takeDuplicate(s)) {
        late = flightBefore == 0;
      }
    }
    if (late) {
      if (m.undo.isSpurious(m, s, 0)) {
        takeBack();
      }
    }
    if (m.e.state == End.State.LAST_ACK && m.e.finSentAt >= 0 && m.e.una > m.e.finSentAt) {
      m.lose(SenderModel.OVER);
      return;
    }
    // answers to window probes look like duplicates and tell nothing about losses
    if (flightBefore > 0 && !m.timer.persists && m.e.state.isSynchronized()) {
      onMark(s, flightBefore);
      boolean same = m.e.window == windowBefore;
      boolean duplicate =
          acknowledged == 0
              && s.length() == 0
              && m.e.outstanding() > 0
              && (news > 0 || same && !m.e.sack);
      recover(s, acknowledged, sample, news, fresh + news, duplicate, now);
    }
    if (windowBefore == 0 && m.e.window > 0) {
      m.closed.onOpened(now);
    } else if (m.timer.persists
        && m.e.window > 0
        && m.e.window != windowBefore
        && m.outstanding() == 0) {
      m.timer.stop(); // it looks anew what may go
    }
  }

  /** RFC 6298 §3 and §4 with Karn's rule; whether the round trip is known. */
  private boolean measure(Seg s, long unaBefore, long now) {
    if (m.board.sampleNanos < 0) {
      return false;
    }
    long nanos = now - m.board.sampleNanos;
    if (m.board.sampleRepeated) {
      boolean echoed =
          m.e.timestamps && s.timestamps && s.tsEcr != 0 && s.tsEcr - m.board.sampleTimestamp >= 0;
      boolean cameTwice =
          m.e.sack
              && !s.sack.isEmpty()
              && m.e.ours(s.sack.get(0)[0]) < m.e.una
              && m.e.ours(s.sack.get(0)[1]) > unaBefore
              && nanos >= m.rtt.least;
      if (!echoed && !cameTwice) {
        return false;
      }
    }
    if (m.e.una >= measureFrom) {
      m.rtt.measure(nanos);
      measureFrom = m.e.nxt;
    }
    return true;
  }

  private long takeBlocks(Seg s) {
    long news = 0;
    int first = takeDuplicate(s) ? 1 : 0;
    for (int i = first; i < s.sack.size(); i++) {
      long left = m.e.ours(s.sack.get(i)[0]);
      long right = m.e.ours(s.sack.get(i)[1]);
      if (left >= m.e.una && left < right && right <= m.e.nxt) {
        news += m.board.sack(left, right, m.rack);
      } else if (right > m.e.una) {
        count("TCPSACKDiscard");
      }
    }
    return news;
  }

  /** RFC 2883 §4: the first block lies below the ACK, or within the second. */
  private boolean takeDuplicate(Seg s) {
    long left = m.e.ours(s.sack.get(0)[0]);
    long right = m.e.ours(s.sack.get(0)[1]);
    boolean within =
        s.sack.size() > 1
            && left >= m.e.ours(s.sack.get(1)[0])
            && right <= m.e.ours(s.sack.get(1)[1]);
    if (left >= m.e.una && !within) {
      return false;
    }
    count("TCPDSACKRecv");
    m.undo.onDuplicateReport(m, left, right);
    return true;
  }

  private void onMark(Seg s, long flightBefore) {
    if (marked && m.e.una > markPoint) {
      marked = false;
    }
    if (m.e.ecn && s.has(Seg.ECE) && m.phase == Phase.OPEN && !marked) {
      m.window().onLoss(flightBefore, m.segment());
      marked = true;
      markPoint = m.e.nxt;
      count("TCPEcnReductions");
    }
  }

  // ---- recovery ----

  private void recover(
      Seg s, long acknowledged, long sample, long news, long freshly, boolean duplicate, long now) {
    m.hasLossState = true;
    if (duplicate) {
      m.duplicateAcks++;
      if (!m.e.sack) {
        m.renoSacked = Math.min(m.renoSacked + 1, Math.max(0, m.board.all.size() - 1));
      }
    }
    if (m.probe.hasRepaired(s, acknowledged) && m.phase == Phase.OPEN && !marked) {
      m.window().onLoss(Math.max(m.e.outstanding(), m.segment()), m.segment());
      m.window().onRecovered(m.segment());
      m.e.reducedAllowed = true;
    }
    if (m.undo.isSpurious(m, s, acknowledged)) {
      takeBack();
    }
    if (m.phase == Phase.LOSS) {
      m.undo.afterTimeout(m, acknowledged, news > 0);
    }
    if (acknowledged > 0) {
      advance(acknowledged, sample, now);
    }
    if (m.e.outstanding() == 0) {
      m.probe.at = End.NEVER;
      return;
    }
    long lostBefore = m.board.lost();
    if (m.e.sack) {
      detect(freshly, now);
    } else if (m.phase == Phase.OPEN
        && m.duplicateAcks >= duplicateThreshold()
        && m.e.una >= m.recoveryPoint) {
      m.board.loseFirst();
      enter(freshly, now);
    }
    if (m.isReducing()) {
      boolean safe = acknowledged > 0 && m.board.lost() <= lostBefore;
      m.reduction.onAck(freshly, m.pipe(), safe, m.segment());
    }
    if (m.phase == Phase.OPEN) {
      m.probe.plan(now);
    }
  }

  private long duplicateThreshold() {
    long most = Math.max(DUPLICATE_THRESHOLD, m.board.all.size() - 1);
    return Math.min(m.rack.duplicateThreshold(m.e), most);
  }

  void detect(long freshly, long now) {
    long reordering = m.rack.window(m.rtt, m.phase != Phase.OPEN, m.board.sackedSegments());
    m.probe.awaitReordering(m.board.detect(m.rack, reordering, now), now);
    for (int lost = m.board.takeLostAgain(); lost > 0; lost--) {
      count("TCPLostRetransmit");
    }
    if (m.phase == Phase.OPEN && m.board.nextLost() != null) {
      enter(freshly, now);
    }
  }

  private void enter(long freshly, long now) {
    if (m.search.onLoss(now)) {
      return;
    }
    if (!marked) {
      m.window().onLoss(m.e.outstanding(), m.segment());
    }
    count(m.e.sack ? "TCPSackRecovery" : "TCPRenoRecovery");
    m.phase = Phase.RECOVERY;
    m.recoveryPoint = m.e.nxt;
    m.force = true;
    m.probe.forget();
    m.undo.begin(m.board.isAgainOnItsWay());
    long flight = m.e.outstanding() - m.board.sacked() + freshly;
    m.reduction.begin(m.e.sack, flight, m.window().threshold, m.segment());
  }

  private void advance(long acknowledged, long sample, long now) {
    m.duplicateAcks = 0;
    if (m.phase == Phase.OPEN) {
      m.renoSacked = 0;
      if (m.window != null && !marked) {
        grow(acknowledged, sample, now);
      }
      return;
    }
    if (m.e.una >= m.recoveryPoint) {
      boolean recovered = m.phase == Phase.RECOVERY;
      m.phase = Phase.OPEN;
      m.renoSacked = 0;
      m.force = false;
      m.reduction.rules = false;
      m.undo.forwardRto = false;
      m.undo.newDataFirst = false;
      m.rack.onRecovered();
      if (recovered) {
        m.window().onRecovered(m.segment());
      } else {
        grow(acknowledged, sample, now);
      }
    } else if (m.phase == Phase.LOSS) {
      grow(acknowledged, sample, now);
    } else if (!m.e.sack) {
      // a partial acknowledgement: RFC 6582 §3.2 step 5
      m.renoSacked = Math.max(0, m.renoSacked - Math.max(0, acknowledged / m.segment() - 1));
      m.force |= !m.board.isEmpty() && m.board.loseFirst();
    }
  }

  private void grow(long acknowledged, long sample, long now) {
    m.window().onAcknowledged(acknowledged, sample, m.limited, m.pipe(), m.segment(), m.rtt, now);
  }

  private void count(String name) {
    m.e.host.counts.model(name);
  }

  private void takeBack() {
    m.window().onSpurious();
    m.rack.noteReordering(m.e.sack ? 0 : (int) m.duplicateAcks);
    m.undo.forget();
    m.reduction.rules = false;
    if (m.phase != Phase.OPEN) {
      m.phase = Phase.OPEN;
      m.force = false;
      m.renoSacked = 0;
      m.board.loseNone();
    }
  }
}
