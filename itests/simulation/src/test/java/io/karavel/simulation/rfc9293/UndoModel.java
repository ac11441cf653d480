package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.SenderModel.Phase;

/**
 * Whether a recovery was for nothing: by the echo of the first transmission (Eifel, RFC 3522), by
 * reports of what came twice (RFC 3708), by F-RTO (RFC 5682).
 */
final class UndoModel {
  /** What the recovery has sent again. */
  final Ranges again = new Ranges();

  boolean duplicateReported;
  long duplicateRight;
  boolean forwardRto;

  /** Until the next acknowledgement new data goes before what is lost (RFC 5682 step 2b). */
  boolean newDataFirst;

  private boolean possible;
  private boolean counted;
  private long unreported;
  private boolean firstKnown;
  private int firstTimestamp;

  /** A recovery begins; what an earlier one has sent again may be on its way still. */
  void begin(boolean againOnItsWay) {
    boolean earlier = againOnItsWay && firstKnown;
    forget();
    firstKnown = earlier;
    again.clear();
    possible = true;
  }

  void forget() {
    possible = false;
    counted = false;
    unreported = 0;
    firstKnown = false;
    forwardRto = false;
    newDataFirst = false;
  }

  void onRepeated(SenderModel m, long from, long end, int timestamp) {
    if (!possible) {
      return;
    }
    if (!firstKnown) {
      firstKnown = true;
      firstTimestamp = timestamp;
    }
    again.add(from, end);
    counted = true;
    unreported += Math.max(1, (end - from + m.segment() - 1) / m.segment());
  }

  /** The peer has got a stretch twice: it tells something where it was sent twice. */
  void onDuplicateReport(SenderModel m, long left, long right) {
    duplicateReported = true;
    duplicateRight = right;
    long twice = again.overlap(left, right);
    if (twice == 0) {
      return;
    }
    m.rack.onDuplicateReport(m.e);
    if (possible) {
      unreported -= Math.max(1, twice / m.segment());
    }
  }

  /** Whether the acknowledgement in hand shows that nothing was lost. */
  boolean isSpurious(SenderModel m, Seg s, long acknowledged) {
    if (!possible) {
      return false;
    }
    if (counted && unreported <= 0) {
      m.e.host.counts.model("TCPDSACKUndo");
      return true;
    }
    if (acknowledged == 0 || m.phase == Phase.OPEN) {
      return false;
    }
    boolean original = m.rack.originalEnd >= 0 && m.rack.originalEnd <= m.recoveryPoint;
    if (m.phase == Phase.LOSS && forwardRto && original) {
      if (m.e.sack || !m.board.sampleRepeated) {
        m.e.host.counts.model("TCPSpuriousRTOs");
        return true;
      }
    }
    boolean earlier =
        m.e.timestamps
            && again.overlap(m.e.una - acknowledged, m.e.una) > 0
            && s.timestamps
            && s.tsEcr != 0
            && firstKnown
            && s.tsEcr - firstTimestamp < 0;
    if (earlier) {
      boolean whole = m.e.una >= m.recoveryPoint;
      String course = whole ? "TCPFullUndo" : "TCPPartialUndo";
      m.e.host.counts.model(m.phase == Phase.LOSS ? "TCPLossUndo" : course);
    }
    return earlier;
  }

  /** RFC 5682 §3.1 steps 2 and 3. */
  void afterTimeout(SenderModel m, long acknowledged, boolean moreSacked) {
    newDataFirst = false;
    if (!forwardRto) {
      return;
    }
    if (m.e.nxt > m.recoveryPoint) {
      forwardRto = !moreSacked && acknowledged > 0;
    } else if (acknowledged > 0 && m.e.una < m.recoveryPoint) {
      m.recoveryPoint = m.e.nxt;
      newDataFirst = m.e.writtenEnd() > m.e.nxt && m.e.una + m.e.window > m.e.nxt;
      forwardRto = newDataFirst;
    } else if (acknowledged == 0) {
      forwardRto = false;
    }
  }
}
