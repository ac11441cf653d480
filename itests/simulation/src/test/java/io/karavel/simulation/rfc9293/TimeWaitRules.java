package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** TIME-WAIT: RFC 9293 §3.10.7.4 and §3.6.1, RFC 6191, RFC 1337. */
final class TimeWaitRules {
  /** Of a peer that does not scale it. */
  private static final int LARGEST_WINDOW = 65_535;

  private TimeWaitRules() {}

  static void enter(End e, String cause, long now) {
    long there = e.host.ends.values().stream().filter(o -> o.state == State.TIME_WAIT).count();
    e.oneTooMany = there >= e.host.settings.number("maxTimeWait");
    e.move(State.TIME_WAIT, now, cause);
    e.timeWaitNanos = now;
    e.ackBy = End.NEVER;
    e.lastAnswerNanos = Long.MIN_VALUE / 2;
    e.finWaitNanos = End.NEVER;
    e.headTimes.clear();
    e.flight.clear();
  }

  /** Whether a SYN may have the tuple (RFC 6191 §2, RFC 1122 §4.2.2.13). */
  static boolean mayReopen(End e, Seg syn) {
    if (syn.ack() || syn.rst()) {
      return false;
    }
    boolean higher = e.theirs(syn.rawSeq) > e.rcvNxt;
    if (e.timestamps && syn.timestamps) {
      int newer = syn.tsVal - e.tsRecent;
      return newer > 0 || newer == 0 && higher;
    }
    return higher;
  }

  /** A connection from here takes the tuple over: RFC 6191 §2, docs/configuration.md. */
  static void onReuse(End e, Seg syn, long now) {
    if (e.host.ethernet || e.host.isLenient(now)) {
      return; // it may have waited
    }
    if (!e.host.settings.word("timeWaitReuse").equals("on") || !e.timestamps) {
      e.fail("TIME-WAIT reused", "it is switched off, or the connection has no timestamps");
    }
    if (now - e.timeWaitNanos < e.host.settings.millis("timeWaitReuseDelayMillis")) {
      e.fail("TIME-WAIT reused", "after " + (now - e.timeWaitNanos) / 1_000_000 + " ms");
    }
    if (e.ours(syn.rawSeq) <= e.nxt + LARGEST_WINDOW) {
      e.fail("TIME-WAIT reused (RFC 6191 §2)", "ISS is not beyond the old connection's numbers");
    }
    if (syn.timestamps && syn.tsVal - e.lastTsVal < (now - e.lastTsNanos) / 1_000_000 - 1) {
      e.fail("TIME-WAIT reused (RFC 6191 §2)", "the timestamps do not go on");
    }
  }

  /** A segment in TIME-WAIT that does not reopen it. */
  static void on(End e, Seg s, long now) {
    long seq = e.theirs(s.rawSeq);
    boolean old = e.timestamps && s.timestamps && s.tsVal - e.tsRecent < 0;
    if (s.rst()) {
      onReset(e, seq, now);
    } else if (s.syn()) {
      if (mayReopen(e, s)) {
        e.oweAck("nobody is there to take the SYN"); // RFC 5961 §4
      } else {
        answer(e, false, now);
      }
    } else if (e.timestamps && !s.timestamps) {
      return; // RFC 7323 §3.2
    } else if (old) {
      answer(e, s.dataLength > 0 || s.fin(), now);
    } else if (s.ack() && s.fin() && seq + s.length() == e.rcvNxt) {
      onFinAgain(e, s, now);
    } else if (s.ack()) {
      boolean isOrdinary = s.length() == 0 && seq == e.rcvNxt && e.ours(s.rawAck) <= e.nxt;
      if (!isOrdinary) {
        answer(e, s.dataLength > 0 || s.fin(), now);
      }
    }
  }

  /** RFC 5961 §3.2; RFC 1337 lets no reset end it. */
  private static void onReset(End e, long seq, long now) {
    if (seq == e.rcvNxt) {
      if (!e.settings.flag("rfc1337")) {
        e.host.close(e, null, now, "RST");
      }
    } else if (seq > e.rcvNxt && seq < e.rcvNxt + e.offeredWindow()) {
      answer(e, false, now);
    }
  }

  private static void onFinAgain(End e, Seg s, long now) {
    if (e.timestamps && s.timestamps) {
      e.tsRecent = s.tsVal;
    }
    e.timeWaitNanos = now;
    if (e.sinceNanos == now) {
      e.unclear("FIN_AGAIN"); // both came in one burst
    } else {
      e.move(State.TIME_WAIT, now, "FIN_AGAIN");
    }
    e.oweAck("a repeated FIN in TIME-WAIT");
  }

  /** Answers with the last acknowledgement, but not too often if nothing obliges to. */
  private static void answer(End e, boolean always, long now) {
    boolean soon = now - e.lastAnswerNanos < e.settings.millis("invalidRateLimitMillis");
    if (always || !soon) {
      e.oweAck("TIME-WAIT answers what does not belong there");
      e.lastAnswerNanos = now;
    }
  }

  /** The end of 2 MSL, exactly. */
  static void onTime(End e, long now) {
    if (now >= e.timeWaitNanos + e.settings.seconds("timeWaitSeconds")) {
      String[] causes =
          e.changedNanos == now
              ? new String[] {"TIME_WAIT", "CONFIGURATION"}
              : new String[] {"TIME_WAIT"};
      e.host.close(e, null, now, causes);
    }
  }
}
