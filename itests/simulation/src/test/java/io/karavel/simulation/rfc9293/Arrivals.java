package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** What an arriving segment does to an end: RFC 9293 §3.10.7.3 and §3.10.7.4. */
final class Arrivals {
  private static final long PAWS_VALID_NANOS = 24L * 24 * 3600 * 1_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private Arrivals() {}

  static void on(End e, Seg s, long now) {
    e.model.expire(now);
    e.keepalive.expire(now);
    e.touches++;
    e.receiver.gapNanos = now - e.lastArrivalNanos;
    e.arriving = s;
    e.lastArrivalNanos = now;
    e.keepalive.onArrival();
    e.keepaliveProbes = 0;
    e.headTimes.clear();
    switch (e.state) {
      case SYN_SENT -> inSynSent(e, s, now);
      case TIME_WAIT -> TimeWaitRules.on(e, s, now);
      default -> inOtherState(e, s, now);
    }
  }

  // ---- SYN-SENT ----

  private static void inSynSent(End e, Seg s, long now) {
    long ack = e.ours(s.rawAck);
    boolean acceptable = s.ack() && ack >= 1 && ack <= 1 + e.synData;
    if (s.ack() && !acceptable) {
      if (!s.rst()) {
        e.host.expectReset(e.tuple, s);
        if (!e.synRepeatedAtOnce) {
          e.synRepeatedAtOnce = true;
          e.synAmbiguous = true;
          e.synOwed = "an answer to an old SYN was reset";
        }
      }
      return;
    }
    if (s.rst()) {
      if (acceptable) {
        e.host.close(e, "CONNECTION_REFUSED", now, "RST");
      }
      return;
    }
    if (!s.syn()) {
      return;
    }
    e.rawIrs = s.rawSeq;
    e.rcvNxt = 1;
    e.lastAckSent = 1;
    agree(e, s, now);
    EcnRules.agree(e, s);
    e.advertised = 1L + e.firstWindow();
    takeWindow(e, 0, acceptable ? ack : 0, s.window);
    if (!acceptable) {
      e.move(State.SYN_RECEIVED, now, "SYN");
      e.simultaneous = true;
      e.synOwed = "a simultaneous opening";
      e.largestRttNanos = e.synTimes.isEmpty() ? 0 : now - e.synTimes.get(0);
      e.synTimes.clear();
      return;
    }
    // what of the data on the SYN is not acknowledged is new again (RFC 7413 §4.2.1)
    e.una = ack;
    e.nxt = ack;
    e.host.fastOpen.onSynAck(e, s, ack);
    opened(e, "SYN_ACK", now);
    e.model.onOpened(s, now);
    e.oweAck("the SYN-ACK");
    if (s.dataLength > 0 || s.fin()) {
      text(e, 1, s, now);
    }
  }

  /** The options of the peer's SYN decide what is in use: RFC 7323 §1.3, §2.2, RFC 2018 §2. */
  static void agree(End e, Seg syn, long now) {
    e.timestamps = e.offeredTimestamps && syn.timestamps;
    e.sack = e.offeredSack && syn.sackPermitted;
    e.scaling = e.offeredScale >= 0 && syn.scale >= 0;
    e.sendShift = e.scaling ? Math.min(14, syn.scale) : 0;
    e.receiveShift = e.scaling ? e.offeredScale : 0;
    if (syn.mss > 0) {
      e.peerMss = syn.mss;
    }
    if (syn.timestamps) {
      e.tsRecent = syn.tsVal;
      e.tsRecentNanos = now;
    }
  }

  static void opened(End e, String cause, long now) {
    e.receiver.onOpened(now);
    if (e.simultaneous) {
      e.largestRttNanos += now - e.sinceNanos; // from the first SYN on
    }
    e.move(State.ESTABLISHED, now, cause);
    e.keepalive.onOpened();
    if (!e.active && !e.early) {
      e.host.counts.add("Tcp.PassiveOpens", 1);
    }
    e.openedNanos = now;
    e.mayBeSearched |= e.settings.word("mtuProbing").equals("always");
    e.lastProgressNanos = now;
    e.waitsSinceNanos = now;
    e.keepaliveBaseNanos = now;
    e.synOwed = null;
    e.softError = null;
    e.nxt = Math.max(e.nxt, 1);
    if (e.outstanding() > 0) {
      e.restarts.clear();
      e.restarts.add(now);
    }
    if (!e.synTimes.isEmpty()) {
      e.largestRttNanos = Math.max(e.largestRttNanos, now - e.synTimes.get(0));
    }
    if (e.finQueuedAt >= 0) {
      e.move(State.FIN_WAIT_1, now, e.orphan ? e.closedBy : e.finCause);
    }
  }

  // ---- the other states ----

  private static void inOtherState(End e, Seg s, long now) {
    long seq = e.theirs(s.rawSeq);
    boolean synAckOfSimultaneousOpen =
        e.state == State.SYN_RECEIVED
            && e.active
            && s.syn()
            && s.ack()
            && !s.rst()
            && seq == 0
            && e.ours(s.rawAck) == 1;
    if (synAckOfSimultaneousOpen) {
      checkAck(e, s, 1, now);
      return;
    }
    if (e.timestamps && !s.rst()) {
      if (!s.timestamps && !s.syn()) {
        return; // RFC 7323 §3.2
      }
      if (s.timestamps && isOld(e, s, now)) {
        if (!e.isEmbryo()) {
          e.host.counts.add("TcpExt.PAWSEstab", 1);
        }
        if (s.syn()) {
          challenge(e, now);
        } else {
          unacceptable(e, s, seq, false, now);
        }
        return;
      }
    }
    // a SYN with data is said again from its beginning too
    boolean synAgain = e.isEmbryo() && s.syn() && !s.ack() && !s.rst() && seq == 0;
    if (synAgain || !isAcceptable(e, seq, s)) {
      if (s.rst()) {
        return;
      }
      if (s.syn()) {
        boolean same = seq == 0 && !s.ack() && (!e.timestamps || s.timestamps || !e.isEmbryo());
        if (e.state == State.SYN_RECEIVED && same) {
          e.synOwed = "the peer repeats its SYN";
          e.synRetransmitted = true;
          e.synAmbiguous = true;
          if (e.timestamps && s.timestamps && e.isEmbryo()) {
            e.tsRecent = s.tsVal;
          }
        } else {
          challengeSyn(e, now);
        }
        return;
      }
      unacceptable(e, s, seq, true, now);
      return;
    }
    if (s.rst()) {
      if (seq == e.rcvNxt) {
        reset(e, now);
      } else {
        challenge(e, now);
      }
      return;
    }
    if (s.syn()) {
      challengeSyn(e, now);
      return;
    }
    if (s.ack()) {
      checkAck(e, s, seq, now);
    }
  }

  static boolean isOld(End e, Seg s, long now) {
    return s.tsVal - e.tsRecent < 0 && now - e.tsRecentNanos < PAWS_VALID_NANOS;
  }

  /** The table of RFC 9293 §3.10.7.4; at a closed window what stands at RCV.NXT is looked at. */
  private static boolean isAcceptable(End e, long seq, Seg s) {
    long window = e.offeredWindow();
    long length = s.length();
    long nxt = e.rcvNxt;
    if (length == 0) {
      return seq == nxt || nxt <= seq && seq < nxt + window;
    }
    if (window == 0) {
      return seq == nxt;
    }
    long last = seq + length - 1;
    return nxt <= seq && seq < nxt + window
        || nxt <= last && last < nxt + window
        || seq < nxt && last >= nxt + window;
  }

  private static void reset(End e, long now) {
    boolean quiet =
        e.state == State.CLOSING || e.state == State.LAST_ACK || e.state == State.TIME_WAIT;
    String error = e.active && e.isHalfOpen() ? "CONNECTION_REFUSED" : "CONNECTION_RESET";
    e.host.close(e, quiet ? null : error, now, "RST");
  }

  private static void challengeSyn(End e, long now) {
    if (!e.isEmbryo()) {
      e.host.counts.add("TcpExt.TCPSYNChallenge", 1);
    }
    challenge(e, now);
  }

  /** RFC 5961 §3, §4 and §7: a challenge ACK, of which there are only so many. */
  static void challenge(End e, long now) {
    if (!mayChallenge(e, now)) {
      e.host.counts.add("TcpExt.TCPACKSkippedSeq", 1);
      return;
    }
    e.host.counts.add("TcpExt.TCPChallengeACK", 1);
    e.acksAllowed++;
    e.ackOwed = e.ackOwed == null ? "a challenge ACK (RFC 5961)" : e.ackOwed;
  }

  /** How they are counted, docs/bundles/tcp.md says. */
  private static boolean mayChallenge(End e, long now) {
    long most = e.settings.number("challengeAckPerSecond");
    if (e.isEmbryo()) {
      boolean may = now - e.lastChallengeNanos >= SECOND / most;
      e.lastChallengeNanos = may ? now : e.lastChallengeNanos;
      return may;
    }
    if (e.challenges == 0 || now - e.challengeSecondNanos >= SECOND) {
      e.challengeSecondNanos = now;
      e.challenges = 0;
    }
    if (e.challenges >= most) {
      return false;
    }
    e.challenges++;
    return true;
  }

  private static void unacceptable(End e, Seg s, long seq, boolean timely, long now) {
    if (e.isEmbryo()) {
      challenge(e, now);
      return;
    }
    if (s.dataLength > 0) {
      noteDuplicate(e, seq, seq + s.dataLength);
      boolean old = seq < e.rcvNxt || e.timestamps && s.timestamps && isOld(e, s, now);
      e.receiver.onRefused(seq, seq + s.dataLength, old);
      e.oweAck("data that is not acceptable is answered");
      return;
    }
    boolean repeatedFin = timely && s.fin() && seq < e.rcvNxt && e.inputEnded;
    boolean soon = now - e.lastAnswerNanos < e.settings.millis("invalidRateLimitMillis");
    if (repeatedFin) {
      e.oweAck("a repeated FIN is answered");
    } else if (s.fin() || !soon) {
      e.oweAck("a segment that is not acceptable is answered");
      e.lastAnswerNanos = now;
    } else {
      e.host.counts.add("TcpExt.TCPACKSkippedSeq", 1);
    }
  }

  private static void noteDuplicate(End e, long from, long to) {
    if (to <= e.rcvNxt && from < to) {
      e.duplicate = new long[] {from, to};
    }
  }

  // ---- ACK ----

  private static void checkAck(End e, Seg s, long seq, long now) {
    boolean opens = e.isEmbryo() && e.ours(s.rawAck) == 1;
    if (opens && s.length() == 0 && !e.cookie && DeferRules.isKept(e, now)) {
      return;
    }
    if (opens && !e.host.takeOpened(e, now)) {
      // the accept queue is full: the segment might as well have been lost
      return;
    }
    long ack = e.ours(s.rawAck);
    boolean wrong = e.state == State.SYN_RECEIVED && (ack < 1 || ack > e.nxt);
    if (wrong && e.isEmbryo()) {
      e.host.expectReset(e.tuple, s);
      return; // and nothing of it is believed
    }
    if (e.timestamps && s.timestamps && seq <= e.lastAckSent && s.tsVal - e.tsRecent >= 0) {
      e.tsRecent = s.tsVal;
      e.tsRecentNanos = now;
    }
    if (e.state == State.SYN_RECEIVED) {
      if (wrong) {
        e.host.expectReset(e.tuple, s);
        return;
      }
      boolean syn = s.syn();
      e.una = 1;
      takeWindow(e, seq, ack, syn ? s.window : (long) s.window << e.sendShift);
      opened(e, "ACK_OF_SYN", now);
      e.model.onOpened(s, now);
      if (e.early && !e.active && ack > 1) {
        SenderRules.onAck(e, s, seq, ack, now);
      }
    } else {
      if (ack > e.nxt || ack < e.una - e.largestWindow) {
        challenge(e, now);
        return;
      }
      if (ack >= e.una) {
        SenderRules.onAck(e, s, seq, ack, now);
      }
      if (e.state == State.CLOSED) {
        return;
      }
    }
    text(e, seq, s, now);
  }

  static void takeWindow(End e, long seq, long ack, long window) {
    e.edge = Math.max(e.edge, ack + window);
    // what acknowledges something new tells the window that goes with it (docs/bundles/tcp.md)
    if (ack > e.una || e.wl1 < seq || e.wl1 == seq && e.wl2 <= ack) {
      e.window = window;
      e.wl1 = seq;
      e.wl2 = ack;
      e.largestWindow = Math.max(e.largestWindow, window);
    }
  }

  // ---- text and FIN ----

  private static void text(End e, long seq, Seg s, long now) {
    text(e, seq, s, s.fin(), now);
  }

  static void text(End e, long seq, Seg s, boolean fin, long now) {
    int length = s.dataLength;
    UrgentRules.onPointer(e, s, seq);
    if (length == 0 && !fin || e.inputEnded) {
      return;
    }
    if (e.orphan && length > 0 && seq + length > e.rcvNxt) {
      e.host.counts.add("TcpExt.TCPAbortOnData", 1);
      e.resetOwed = "data for a connection that nobody reads any more";
      e.host.close(e, null, now, "DATA_AFTER_CLOSE");
      return;
    }
    int size = s.segmentSize > 0 ? Math.min(length, s.segmentSize) : length;
    e.segmentVague |= e.pathStale;
    e.fullSegment = Math.max(e.fullSegment, Math.min(size, e.pathMtu - 40));
    e.receiver.onText(s);
    EcnRules.onText(e, s);
    ReceiverRules.onText(e, seq, length, fin, now);
  }

  /** The peer's FIN is reached: RFC 9293 §3.10.7.4, eighth. */
  static void onFin(End e, long now) {
    e.rcvNxt++;
    e.advertised = Math.max(e.advertised, e.rcvNxt);
    e.inputEnded = true;
    switch (e.state) {
      case ESTABLISHED -> {
        e.move(State.CLOSE_WAIT, now, "FIN");
        ReceiverRules.delayAck(e, now);
        e.receiver.delay.onFin(now);
      }
      case FIN_WAIT_1 -> {
        e.move(State.CLOSING, now, "FIN");
        e.oweAck("the peer's FIN");
      }
      case FIN_WAIT_2 -> {
        e.oweAck("the peer's FIN");
        TimeWaitRules.enter(e, "FIN", now);
      }
      default -> e.oweAck("the peer's FIN");
    }
  }
}
