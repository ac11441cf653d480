package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.Map;

/**
 * The figures of a connection that an operator is shown, held against the wire: the variables of
 * RFC 9293 §3.3.1, what was agreed on, and the timers of RFC 6298.
 */
final class ShownRules {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** Figures are rounded to microseconds. */
  private static final long ROUNDING_NANOS = 1_000L;

  private ShownRules() {}

  /** Whether anybody can tell from outside what is to be shown. */
  static boolean canBeJudged(End e, long now) {
    return e.state.isSynchronized()
        && e.state != State.TIME_WAIT
        && e.host.ends.get(e.tuple) == e
        && !e.host.ethernet
        && !e.host.isAway()
        && !e.host.isLenient(now)
        && !e.isVague()
        && !e.pathStale
        && !e.host.paths.isVague(e.tuple.remote())
        && !TimerRules.mayBeGivenUp(e, now);
  }

  /**
   * Judges the figures.
   *
   * @param asked the moment that times count from
   */
  static void check(End e, Map<String, Object> shown, long asked) {
    sending(e, shown);
    receiving(e, shown);
    agreed(e, shown);
    timeout(e, shown, asked);
    otherTimers(e, shown, asked);
    MeasureRules.check(e, shown);
    ModelRules.shown(e, shown, asked);
    e.receiver.shown(shown, asked);
    e.keepalive.shown(shown, asked);
    e.shown = shown;
  }

  private static void same(End e, Map<String, Object> shown, String name, Object expected) {
    Object value = shown.get(name);
    boolean equal =
        value instanceof Number a && expected instanceof Number b
            ? a.longValue() == b.longValue()
            : expected.equals(value);
    if (!equal) {
      e.fail("shown", name + " is " + value + ", not " + expected);
    }
  }

  static long number(Map<String, Object> shown, String name) {
    return ((Number) shown.get(name)).longValue();
  }

  /** Nanoseconds of what is shown as milliseconds; {@link End#NEVER} for a timer that is off. */
  static long nanos(Map<String, Object> shown, String name) {
    String text = String.valueOf(shown.get(name));
    if (text.equals("off") || text.equals("null")) {
      return End.NEVER;
    }
    return Math.round(Double.parseDouble(text.substring(0, text.indexOf(' '))) * NANOS_PER_MILLI);
  }

  private static long unsigned(int number) {
    return Integer.toUnsignedLong(number);
  }

  private static void sending(End e, Map<String, Object> shown) {
    same(e, shown, "iss", unsigned(e.rawIss));
    same(e, shown, "sndUna", unsigned(e.rawOurs(e.una)));
    if (e.takenBack) {
      return;
    }
    same(e, shown, "sndNxt", unsigned(e.rawOurs(e.nxt)));
    same(e, shown, "sndWnd", e.window);
    same(e, shown, "unsent", Math.max(0, e.writtenEnd() - e.nxt));
    same(e, shown, "pathMtu", e.pathMtu);
    long most = Math.max(1, e.segmentLimit() - (e.timestamps ? 12 : 0));
    long mss = number(shown, "sndMss");
    boolean mayBeLess = !e.model.followed && (e.timeouts >= 2 || e.mayBeSearched);
    if (mss > most || mss < most && !mayBeLess) {
      e.fail("shown", "sndMss is " + mss + ", not " + most);
    }
    if (e.sack && !e.reneged && shown.containsKey("sacked")) {
      long sacked = number(shown, "sacked");
      // only segments that were acknowledged as a whole count (RFC 6675 §3)
      long due = e.model.followed ? e.model.board.sacked() : e.peerHas.bytes();
      if (sacked > due || sacked < due && (e.model.followed || !e.peerHasParts)) {
        e.fail("shown", "sacked is " + sacked + ", not " + due);
      }
      long left = e.outstanding() - sacked;
      long pipe = number(shown, "inFlight");
      if (pipe > left || pipe < left - number(shown, "lost")) {
        e.fail("shown (RFC 6675 pipe)", pipe + " in flight of " + left + ", " + shown.get("lost"));
      }
    }
  }

  private static void receiving(End e, Map<String, Object> shown) {
    same(e, shown, "irs", unsigned(e.rawIrs));
    same(e, shown, "rcvNxt", unsigned(e.rawTheirs(e.rcvNxt)));
    same(e, shown, "rcvWnd", e.offeredWindow());
    if (shown.containsKey("outOfOrderBytes")) {
      same(e, shown, "outOfOrderBytes", e.ahead.bytes());
      same(e, shown, "outOfOrderRanges", e.ahead.count());
    } else if (e.ahead.count() > 0) {
      e.fail("shown", "nothing of what waits out of order");
    }
  }

  private static void agreed(End e, Map<String, Object> shown) {
    same(e, shown, "sndWindShift", e.sendShift);
    same(e, shown, "rcvWindShift", e.receiveShift);
    same(e, shown, "timestamps", e.timestamps);
    same(e, shown, "sack", e.sack);
    same(e, shown, "ecn", e.ecn);
    same(e, shown, "orphan", e.orphan);
    same(e, shown, "congestionControl", e.model.congestionControl(shown.containsKey("cwnd")));
  }

  /** RFC 6298 §2.2 to §2.4 and §5.5, from the figures themselves. */
  private static void timeout(End e, Map<String, Object> shown, long asked) {
    long smoothed = nanos(shown, "srtt");
    long variation = nanos(shown, "rttvar");
    long least = e.settings.millis("rtoMinMillis");
    long most = e.settings.millis("rtoMaxMillis");
    long backoff = number(shown, "backoff");
    long told = nanos(shown, "rto");
    if (smoothed > 0) {
      // a quarter of rtoMin stands for the clock's granularity G (docs/bundles/tcp.md)
      long base = Math.max(least, smoothed + Math.max(least / 4, 4 * variation));
      long due = backedOff(Math.min(base, most), backoff, most);
      long slack = 5 * ROUNDING_NANOS << Math.min(backoff, 20);
      if (Math.abs(told - due) > slack) {
        e.fail("shown (RFC 6298 §2.3)", "rto " + told + " instead of " + due + ": " + shown);
      }
      if (smoothed + ROUNDING_NANOS < nanos(shown, "minRtt")) {
        e.fail("shown", "srtt is below minRtt");
      }
    }
    if (shown.containsKey("retransmitTimer")
        && e.outstanding() > 0
        && !e.takenBack
        && !e.isBlurred()
        && e.changedNanos < 0
        && e.settings.userTimeoutNanos() == 0) {
      long in = nanos(shown, "retransmitTimer");
      if (in == End.NEVER) {
        e.fail("shown (RFC 6298 §5.1)", "something is outstanding, and the timer is off");
      }
      long armed = asked + in - told;
      long slack = 5 * ROUNDING_NANOS << Math.min(backoff, 20);
      if (e.restarts.stream().noneMatch(at -> Math.abs(at - armed) <= slack)) {
        e.fail(
            "shown (RFC 6298 §5.1 to §5.3)",
            "the timer ran from " + armed + ", what starts it was at " + e.restarts);
      }
    }
  }

  private static long backedOff(long interval, long doublings, long most) {
    long value = interval;
    for (long i = 0; i < doublings && value < most; i++) {
      value = Math.min(most, 2 * value);
    }
    return value;
  }

  private static void otherTimers(End e, Map<String, Object> shown, long asked) {
    boolean off = nanos(shown, "delayedAckTimer") == End.NEVER;
    if (!e.isBlurred() && off != (e.ackBy == End.NEVER)) {
      e.fail("shown", "delayedAckTimer is " + shown.get("delayedAckTimer"));
    }
    if (!e.isBlurred()) {
      same(e, shown, "keepaliveProbes", e.keepaliveProbes);
    }
    boolean finOff = nanos(shown, "finWait2Timer") == End.NEVER;
    if (finOff != (e.finWaitNanos == End.NEVER || e.state != State.FIN_WAIT_2)) {
      e.fail("shown", "finWait2Timer is " + shown.get("finWait2Timer"));
    }
    long since = nanos(shown, "lastReceived");
    if (Math.abs(asked - since - e.lastArrivalNanos) > ROUNDING_NANOS) {
      e.fail("shown", "lastReceived " + since + " ns ago, it was " + (asked - e.lastArrivalNanos));
    }
  }
}
