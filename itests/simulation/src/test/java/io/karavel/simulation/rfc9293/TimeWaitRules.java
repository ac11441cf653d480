package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** TIME-WAIT: RFC 9293 §3.10.7.4 and §3.6.1, RFC 6191, RFC 1337. */
final class TimeWaitRules {
  private TimeWaitRules() {}

  static void enter(End e, String cause, long now) {
    long there = e.host.ends.values().stream().filter(o -> o.state == State.TIME_WAIT).count();
    e.oneTooMany = there >= e.host.settings.number("maxTimeWait");
    e.move(State.TIME_WAIT, now, cause);
    e.timeWaitNanos = now;
    e.ackBy = End.NEVER;
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

  /** A segment in TIME-WAIT that does not reopen it. */
  static void on(End e, Seg s, long now) {
    long seq = e.theirs(s.rawSeq);
    if (s.rst()) {
      if (seq == e.rcvNxt && !e.settings.flag("rfc1337")) {
        e.host.close(e, null, now, "RST");
      }
      return;
    }
    boolean old = e.timestamps && s.timestamps && s.tsVal - e.tsRecent < 0;
    if (!s.syn() && !s.ack() && !old) {
      return;
    }
    boolean repeatedFin = !s.syn() && s.fin() && seq + s.length() == e.rcvNxt && !old;
    if (repeatedFin) {
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
      return;
    }
    boolean always = !s.syn() && (s.dataLength > 0 || s.fin());
    boolean soon = now - e.lastAnswerNanos < e.settings.millis("invalidRateLimitMillis");
    boolean news = !old && s.length() == 0 && seq == e.rcvNxt && e.ours(s.rawAck) <= e.nxt;
    if (news) {
      return;
    }
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
