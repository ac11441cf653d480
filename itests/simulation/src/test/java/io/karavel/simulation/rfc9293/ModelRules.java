package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import io.karavel.simulation.rfc9293.SenderModel.Phase;
import java.util.Locale;
import java.util.Map;

/**
 * An end is held against its {@link SenderModel}: what it sends is what may be sent next, what may
 * go has gone when a moment is over, and an operator is shown the model's figures.
 */
final class ModelRules {
  /** Figures are rounded to microseconds. */
  private static final long ROUNDING_NANOS = 1_000L;

  private ModelRules() {}

  // ---- what is sent ----

  /** Data or a FIN is sent; SND.NXT is still before it if it is new. */
  static void onSent(End e, Seg s, long seq, int segmentSize, long now) {
    SenderModel m = e.model;
    m.expire(now);
    if (!m.followed) {
      return;
    }
    if (m.segment() != m.segmentWas || isVague(e)) {
      m.lose("segments have another size");
    } else if (m.timer.probeOwed) {
      m.closed.judgeProbe(s, seq, now);
    } else if (seq < m.nxt()) {
      repeated(m, s, seq, now);
    } else {
      fresh(m, s, segmentSize, now);
    }
  }

  private static boolean isVague(End e) {
    return e.host.paths.isVague(e.tuple.remote());
  }

  private static void repeated(SenderModel m, Seg s, long seq, long now) {
    End e = m.e;
    long end = seq + s.length();
    if (m.probe.owed) {
      Flying last = m.board.last();
      if (freshProbe(m) > 0) {
        e.fail("loss probe (RFC 8985 §7.3)", "new data goes before what was sent");
      }
      if (!last.isFlying() || last.from != seq || last.to != end) {
        e.fail("loss probe (RFC 8985 §7.3)", "the last segment is " + last);
      }
      m.onProbeRepeated(s.tsVal, now);
      return;
    }
    Flying first = m.board.nextLost();
    if (first == null || m.phase == Phase.OPEN) {
      e.fail("loss recovery (RFC 8985, RFC 6298)", "nothing is lost: " + m.board.all);
    }
    if (first.from != seq) {
      e.fail("loss recovery (RFC 6675 §5)", "what is lost first is " + first);
    }
    Flying last = first;
    while (last != null && last.to < end) {
      last = m.board.after(last);
      if (last != null && (!last.lost || last.again || last.sacked)) {
        e.fail("loss recovery (RFC 6675 §5)", "not all of it is lost: " + last);
      }
    }
    if (last == null || last.to != end) {
      e.fail("loss recovery", "segments are not cut anew: " + first);
    }
    if (isBeyondWindow(e, first)) {
      e.fail("loss recovery", "the window has shrunk: " + first + " is beyond it");
    }
    if (!mayRepeat(m, first)) {
      e.fail("loss recovery (RFC 9937, RFC 5681)", "there is room for " + m.room() + " bytes");
    }
    m.onRepeated(first, end, s.tsVal, now);
  }

  private static boolean isBeyondWindow(End e, Flying f) {
    return f.from != e.una && f.from >= e.una + e.window;
  }

  private static boolean mayRepeat(SenderModel m, Flying first) {
    return m.force || !m.windowKnown || m.room() >= first.length() || m.pipe() == 0;
  }

  private static void fresh(SenderModel m, Seg s, int segmentSize, long now) {
    End e = m.e;
    int extra = s.optionBytes - (e.timestamps ? 12 : 0);
    long full = Math.max(1, m.segment() - extra);
    long unsent = m.unsent();
    long window = m.offered();
    if (m.probe.owed) {
      if (s.dataLength != freshProbe(m)) {
        e.fail("loss probe (RFC 8985 §7.3)", freshProbe(m) + " bytes are to go");
      }
    } else if (unsent > 0) {
      m.restart(now);
      boolean longer = !m.windowKnown && s.dataLength > full && segmentSize == 0;
      long probe =
          longer
              ? m.search.due(unsent, window, Long.MAX_VALUE, now)
              : mtuProbe(m, full, unsent, window, now);
      if (probe > 0) {
        if (s.dataLength != probe || segmentSize > 0) {
          e.fail("MTU probe (RFC 4821 §7)", "one of " + probe + " bytes is due");
        }
        m.search.onProbe(m.nxt(), probe);
        m.onFresh(m.nxt(), m.nxt() + probe, probe, false, s.tsVal, now);
        return;
      }
      judgeFresh(m, s, full, unsent, window, segmentSize);
    } else if (window <= 0) {
      e.fail("FIN", "the window does not let it go");
    }
    boolean fin = e.finQueuedAt >= 0 && s.dataLength == unsent && s.dataLength < window;
    if (fin != s.fin()) {
      e.fail("FIN", fin ? "it could go with the last data" : "it may not go yet");
    }
    long cut = segmentSize > 0 ? segmentSize : full;
    m.onFresh(m.nxt(), m.nxt() + s.length(), cut, s.fin(), s.tsVal, now);
  }

  /** How large the probe of the path's MTU is that goes now; 0 if none does. */
  private static long mtuProbe(SenderModel m, long full, long unsent, long window, long now) {
    long next = Math.min(Math.min(unsent, full), window);
    boolean looks = next > 0 && m.room() >= next && m.windowKnown;
    return looks ? m.search.due(unsent, window, m.room(), now) : 0;
  }

  private static void judgeFresh(
      SenderModel m, Seg s, long full, long unsent, long window, int segmentSize) {
    End e = m.e;
    long next = Math.min(Math.min(unsent, full), window);
    if (m.windowKnown && m.room() < next) {
      e.fail(
          "congestion window (RFC 5681 §3.1, RFC 9438)",
          "it lets " + m.room() + " bytes go, with " + m.pipe() + " on their way");
    }
    if (next < full && !mayBeSmall(m, next, unsent, window)) {
      e.fail("small segment (RFC 896, RFC 9293 §3.8.6.2.1)", "one of " + next + " bytes waits");
    }
    boolean many = segmentSize > 0 && s.dataLength > next;
    if (!many && s.dataLength != next) {
      e.fail("segment size", next + " bytes are to go");
    }
    if (many && m.windowKnown && s.dataLength > Math.max(m.room(), full)) {
      e.fail("congestion window (RFC 5681 §3.1)", "it lets " + m.room() + " bytes go");
    }
  }

  /** RFC 896 as Minshall has it, RFC 9293 §3.8.6.2.1, cork. */
  private static boolean mayBeSmall(SenderModel m, long bytes, long unsent, long window) {
    End e = m.e;
    if (m.closed.held) {
      return true;
    }
    if (bytes < unsent) {
      return bytes == window && bytes >= Math.max(1, e.largestWindow / 2);
    }
    if (e.finQueuedAt >= 0) {
      return true;
    }
    if (e.settings.option("cork", false)) {
      return false;
    }
    return e.settings.option("noDelay", !e.settings.flag("nagle"))
        || m.outstanding() == 0
        || m.smallEnd <= e.una;
  }

  /** How many new bytes a loss probe has; 0 if the last segment is to go again. */
  private static long freshProbe(SenderModel m) {
    End e = m.e;
    long unsent = m.unsent();
    long window = m.offered();
    long bytes = Math.min(Math.min(unsent, m.segment()), window);
    boolean may = bytes > 0 && (bytes == m.segment() || mayBeSmall(m, bytes, unsent, window));
    return may ? bytes : 0;
  }

  // ---- what is not sent ----

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    SenderModel m = e.model;
    m.expire(now);
    if (!m.followed) {
      return;
    }
    if (!e.state.isSynchronized() || e.state == State.TIME_WAIT) {
      m.lose(SenderModel.OVER);
      return;
    }
    if (m.segment() != m.segmentWas || isVague(e)) {
      m.lose("segments have another size");
      return;
    }
    if (m.probe.owed) {
      if (freshProbe(m) > 0 || m.board.last().isFlying()) {
        e.fail("loss probe (RFC 8985 §7.2)", "it is due, and was not sent: " + m.board.all);
      }
      m.probe.owed = false;
    }
    Flying first = m.board.nextLost();
    boolean newWent = e.nxt > m.recoveryPoint;
    boolean repeats = first != null && m.phase != Phase.OPEN && !(m.undo.newDataFirst && newWent);
    if (repeats && m.windowKnown && mayRepeat(m, first) && !isBeyondWindow(e, first)) {
      e.fail("loss recovery (RFC 6675 §5, RFC 6298 §5.4)", first + " may go, and has not");
    }
    freshSettled(m, now);
    m.closed.settled(now);
  }

  private static void freshSettled(SenderModel m, long now) {
    End e = m.e;
    long unsent = m.unsent();
    long window = m.offered();
    boolean finDue = m.isFinDue();
    m.mayWaitForPacing = false;
    if (unsent == 0) {
      WindowModel w = m.window;
      m.limited = w != null && w.window < w.threshold && m.pipe() >= w.window / 2;
      if (finDue && window > 0) {
        e.fail("liveness", "the FIN may go, and has not");
      }
      return;
    }
    if (e.written != m.looked || e.lastArrivalNanos == now) {
      m.looked = e.written;
      m.restart(now); // it has looked what may go, even where the window lets nothing
    }
    int blocks = Math.min((40 - (e.timestamps ? 12 : 0) - 4) / 8, e.ahead.count());
    long full = Math.max(1, m.segment() - (e.sack && blocks > 0 ? 4 + 8 * blocks : 0));
    long next = Math.min(Math.min(unsent, full), window);
    long room = m.room();
    mtuProbe(m, full, unsent, window, now);
    m.limited = next > 0 && room < next;
    boolean policy = next == full || mayBeSmall(m, next, unsent, window);
    m.mayWaitForPacing = next > 0 && policy && !m.windowKnown;
    if (next > 0 && room >= next && policy && m.windowKnown) {
      e.fail(
          "liveness",
          next + " bytes may go, and have not: the windows have " + room + " and " + window);
    }
    if (m.undo.newDataFirst && m.phase != Phase.OPEN && e.nxt <= m.recoveryPoint) {
      Flying first = m.board.nextLost();
      m.limited |= first != null && !mayRepeat(m, first);
    }
  }

  // ---- what is shown ----

  /** An operator is shown figures. */
  static void shown(End e, Map<String, Object> shown, long asked) {
    SenderModel m = e.model;
    if (!m.followed || m.outstanding() > 0 && m.board.isEmpty()) {
      return;
    }
    same(e, shown, "recovery", m.phase.name().toLowerCase(Locale.ROOT));
    same(e, shown, "backoff", m.timer.backoff);
    same(e, shown, "retransmits", m.timer.expiries);
    if (shown.containsKey("lost")) {
      same(e, shown, "lost", m.board.lost());
      same(e, shown, "inFlight", m.pipe());
    }
    near(e, shown, "srtt", m.rtt.smoothed);
    near(e, shown, "rttvar", m.rtt.variation);
    near(e, shown, "minRtt", m.rtt.least);
    near(e, shown, "rto", m.timer.interval());
    String timer = m.timer.persists ? "persistTimer" : "retransmitTimer";
    if (!shown.containsKey(timer)) {
      e.fail("shown", "no " + timer + ": " + shown);
    }
    near(e, shown, timer, m.timer.at == End.NEVER ? End.NEVER : m.timer.at - asked);
    same(e, shown, "routeSuspected", m.suspectsRoute);
    if (m.windowKnown) {
      same(e, shown, "sendBuffer", m.buffer.capacity());
    }
    if (shown.containsKey("cwnd") && m.window != null && m.windowKnown) {
      if (m.outstanding() == 0 && ShownRules.number(shown, "cwnd") != m.window.window) {
        m.restart(asked); // when it looks what may go cannot always be seen
      }
      same(e, shown, "cwnd", m.window.window);
      long threshold = m.window.threshold;
      same(e, shown, "ssthresh", threshold == WindowModel.INFINITE ? "infinite" : threshold);
    }
  }

  private static void same(End e, Map<String, Object> shown, String name, Object expected) {
    Object value = shown.get(name);
    if (!String.valueOf(value).equals(String.valueOf(expected))) {
      e.fail("shown", name + " is " + value + ", not " + expected + ": " + shown);
    }
  }

  private static void near(End e, Map<String, Object> shown, String name, long expected) {
    long value = ShownRules.nanos(shown, name);
    if (value != expected && Math.abs(value - expected) > ROUNDING_NANOS) {
      e.fail("shown", name + " is " + shown.get(name) + ", not " + expected + " ns: " + shown);
    }
  }
}
