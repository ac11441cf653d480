package io.karavel.simulation.rfc9293;

/**
 * What a sender does at a window that lets nothing go: it probes it (RFC 9293 §3.8.6.1), and when
 * the window opens, what went as a probe is sent anew with what follows it.
 */
final class ClosedWindowModel {
  static final String AT_AN_END = "its probes may come to an end";

  private final SenderModel m;

  /** The timer that overrides cork and small windows has expired: what is small may go now. */
  boolean held;

  /** What went as a probe is sent anew. */
  boolean takenBack;

  /** What is before this was sent before: it gives no round trip by itself (Karn). */
  long freshFrom;

  ClosedWindowModel(SenderModel m) {
    this.m = m;
  }

  /** The timer has expired: §3.8.6.1, §3.8.6.2.1. */
  void expire(long now) {
    if (m.e.window > 0 && m.outstanding() == 0) {
      held = true;
      m.timer.stop();
    } else if (m.timer.persistsTooLong(now)) {
      m.lose(AT_AN_END);
    } else {
      m.timer.noteProbe();
      m.timer.backOff(now);
      m.timer.probeOwed = true;
      m.e.host.counts.model("TCPWinProbe");
    }
  }

  /** The window was closed, and is not any more. */
  void onOpened(long now) {
    if (m.timer.persists) {
      m.timer.stop();
      m.timer.onWindowOpened();
      if (m.e.outstanding() > 0) {
        freshFrom = m.e.nxt;
        takenBack = true;
        m.board.all.clear();
      }
    } else if (m.e.outstanding() > 0 && m.timer.expiries > 0) {
      m.board.loseAll(); // what was repeated as a probe was not taken
      m.force = true;
      m.timer.onWindowOpened();
      m.timer.arm(now);
    }
  }

  /** A probe goes; SND.NXT is not moved yet. */
  void onProbe(int timestamp, long now) {
    m.timer.probeOwed = false;
    if (m.outstanding() == 0) {
      m.hasLossState = true;
      Flying probe = new Flying(m.e.una, m.e.una + 1, now, timestamp);
      probe.repeated = true;
      m.board.all.add(probe);
      freshFrom = m.e.una + 1;
      takenBack = false; // the one before went back behind a window that was too small
    }
  }

  // ---- rules ----

  /** What is sent as a probe: one octet, or the FIN, at SND.UNA. */
  void judgeProbe(Seg s, long seq, long now) {
    End e = m.e;
    boolean finOnly = m.outstanding() == 0 ? m.unsent() == 0 : e.finSentAt == e.una;
    if (seq != e.una || s.length() != 1 || s.fin() != finOnly) {
      e.fail("window probe (RFC 9293 §3.8.6.1)", "one octet is due at " + e.una);
    }
    onProbe(s.tsVal, now);
  }

  /** Everything that may go has gone, and the moment is over. */
  void settled(long now) {
    held = false;
    if (m.timer.probeOwed) {
      m.e.fail("window probe (RFC 9293 §3.8.6.1, MUST-35)", "it is due, and was not sent");
    }
    boolean waits = m.unsent() > 0 || m.isFinDue();
    if (m.outstanding() == 0 && waits && !m.mayWaitForPacing) {
      m.timer.hold(now);
    }
  }
}
