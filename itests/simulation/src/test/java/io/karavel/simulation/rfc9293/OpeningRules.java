package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** SYN and SYN-ACK: RFC 9293 §3.5, §3.10.7.2, RFC 6298 §2.1 and §5.7. */
final class OpeningRules {
  private OpeningRules() {}

  /** A segment with SYN that an end sends. */
  static void onSent(End e, Seg s, long now) {
    if (!e.isHalfOpen()) {
      e.fail("SYN", "this state sends none");
    }
    if (s.fin() || s.dataLength > 0 && (s.ack() || e.synsSent > 0)) {
      e.fail("SYN", "it carries data or a FIN");
    }
    boolean answers = e.state == State.SYN_RECEIVED;
    if (s.ack() != answers) {
      e.fail("SYN", answers ? "it acknowledges nothing" : "it acknowledges something");
    }
    if (e.synsSent == 0 && !(answers && e.active)) {
      e.rawIss = s.rawSeq;
    } else if (s.rawSeq != e.rawIss) {
      e.fail("ISS", "a repeated SYN keeps its sequence number");
    }
    if (answers && !e.active) {
      e.host.fastOpen.onSynAckSent(e, s, now);
    } else if (!answers && e.synsSent == 0) {
      e.host.fastOpen.onFirstSyn(e, s, now);
    } else if (s.cookie != null) {
      e.fail("Fast Open (RFC 7413 §4.2.1)", "a SYN that is repeated has no cookie");
    }
    if (answers && e.theirs(s.rawAck) != e.rcvNxt) {
      e.fail("SYN-ACK", "it must acknowledge " + e.rcvNxt);
    }
    OptionRules.check(e, s, now);
    e.nxt = Math.max(e.nxt, 1);
    // what an earlier SYN offered is not taken back (RFC 9293 SHLD-14)
    e.synWindow = Math.max(e.synWindow, s.window);
    if (!answers) {
      e.offeredTimestamps = s.timestamps;
      e.offeredSack = s.sackPermitted;
      e.offeredScale = s.scale;
    } else {
      if (!e.active) {
        e.offeredScale = s.scale;
        e.receiveShift = Math.max(0, s.scale);
      }
      e.advertised = Math.max(e.advertised, e.rcvNxt + s.window);
      e.receiver.delay.onSent(false, now);
      e.lastAckSent = Math.max(e.lastAckSent, e.rcvNxt);
      e.ackOwed = null;
      e.ackBy = End.NEVER;
    }
    judgeTime(e, now);
    EcnRules.onSyn(e, s, answers);
    e.synsSent++;
    e.ownMss = s.mss;
  }

  /** A listener answers a SYN. */
  static void embryo(Host host, Listening listening, Tuple tuple, Seg syn, long now) {
    End e = make(host, listening, tuple, syn, now);
    e.synOwed = "a SYN to a listener";
    host.ends.put(tuple, e);
    host.fastOpen.onSyn(listening, e, syn, now);
  }

  /** What a SYN and its listener make. */
  static End make(Host host, Listening listening, Tuple tuple, Seg syn, long now) {
    End e = new End(host, tuple);
    e.settings.inherit(listening.settings);
    e.move(State.SYN_RECEIVED, now, "SYN");
    e.from = "LISTEN";
    e.pathMtu = host.mtuTo(tuple.remote());
    e.rawIrs = syn.rawSeq;
    e.rcvNxt = 1;
    e.lastAckSent = 1;
    e.offeredTimestamps = host.settings.flag("timestamps");
    e.offeredSack = host.settings.flag("sack");
    e.offeredScale = host.settings.flag("windowScaling") ? 0 : -1;
    Arrivals.agree(e, syn, now);
    e.ecn = EcnRules.isGranted(host.settings, syn);
    e.synInitialNanos = host.settings.millis("rtoInitialMillis");
    e.initialWindow = host.settings.number("initialWindow");
    e.blurred = host.ethernet;
    e.lastArrivalNanos = now;
    return e;
  }

  private static void judgeTime(End e, long now) {
    // two that waited for a module may be answered at one moment
    boolean twice = e.host.isLenient(now) && e.synTimes.contains(now);
    boolean byTimer = e.synOwed == null && !twice;
    e.synOwed = null;
    if (!byTimer && !e.synTimes.isEmpty()) {
      if (e.isEmbryo() || e.state == State.SYN_SENT) {
        // the interval runs anew, the count does not
        e.synTimes.set(e.synTimes.size() - 1, now);
      }
      return;
    }
    if (byTimer && e.synsSent > 0) {
      e.host.counts.add("TcpExt.TCPSynRetrans", 1);
      e.host.counts.add("Tcp.RetransSegs", 1);
      e.host.counts.model("TCPTimeouts");
      e.synRetransmitted = true;
      e.synTimedOut = true;
    }
    if (byTimer) {
      DeferRules.expire(e, now);
    }
    e.synTimes.add(now);
    int repeated = e.synTimes.size() - 1;
    if (byTimer && repeated > 0) {
      e.host.fastOpen.onTimeout(e, repeated, false, now);
    }
    if (!byTimer || repeated < 1 || e.isBlurred()) {
      return;
    }
    long due = interval(e, repeated - 1);
    long interval = now - e.synTimes.get(repeated - 1);
    if (interval != due) {
      e.fail(
          "SYN interval (RFC 6298)",
          interval / 1_000_000 + " ms instead of " + due / 1_000_000 + " ms");
    }
    if (repeated > Math.max(limit(e), e.deferred ? DeferRules.intervals(e) : 0)) {
      e.fail("SYN retries", "repetition " + repeated + " of " + limit(e));
    }
  }

  /** The time from the repetition of this number, 0 being the first, to the next. */
  static long interval(End e, int repeated) {
    long linear = e.active ? e.settings.number("synLinearTimeouts") : 0;
    long doublings = Math.max(0, repeated - linear);
    return Math.min(
        e.settings.millis("rtoMaxMillis"), e.synInitialNanos << Math.min(30, doublings));
  }

  static long limit(End e) {
    return e.active
        ? e.settings.option("synRetries", (int) e.settings.number("synRetries"))
        : e.settings.number("synAckRetries");
  }

  /** Whether its retries are used up, and nobody can tell when that was. */
  static boolean mayBeOver(End e) {
    return e.isHalfOpen() && e.isBlurred() && e.synTimes.size() > limit(e);
  }

  /** The limit has changed: what is beyond the new one ends at once. */
  static void onLimit(End e, long now) {
    if (e.isHalfOpen() && e.synTimes.size() - 1 > limit(e) && !e.deferred) {
      e.host.fastOpen.onUnclearTimeout(e);
      e.host.close(e, e.isEmbryo() ? null : e.timeOutError(), now, "CONFIGURATION");
    }
  }

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    // on Ethernet it may wait for a MAC address
    if (e.synOwed != null && !e.host.ethernet) {
      e.fail("SYN", e.synOwed + ": it must be sent at once");
    }
    if (!e.isHalfOpen() || e.host.isAway() || e.synTimes.isEmpty() || e.cookie || e.isBlurred()) {
      return;
    }
    DeferRules.expire(e, now);
    int repeated = e.synTimes.size() - 1;
    if (now < e.synTimes.get(repeated) + interval(e, repeated)) {
      return;
    }
    if (repeated >= limit(e) && !DeferRules.isWaiting(e)) {
      e.host.fastOpen.onTimeout(e, repeated + 1, true, now);
      e.host.close(e, e.isEmbryo() ? null : e.timeOutError(), now, "SYN_RETRIES");
      return;
    }
    e.fail("SYN interval (RFC 6298)", "it was to be repeated by now");
  }
}
