package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.Iterator;

/** Sending data and FIN: RFC 9293 §3.7, §3.8, RFC 6691, RFC 896; and the ACKs that come for it. */
final class SenderRules {
  /** No cut for the path's sake makes segments smaller: 512 with options. */
  private static final int SMALLEST_CUT = 500;

  private SenderRules() {}

  // ---- acknowledgements received ----

  /** An acceptable ACK that is not old. */
  static void onAck(End e, Seg s, long seq, long ack, long now) {
    boolean closed = e.window == 0;
    long windowBefore = e.window;
    long unaBefore = e.una;
    long flightBefore = e.outstanding();
    Arrivals.takeWindow(e, seq, ack, (long) s.window << e.sendShift);
    if (ack > e.una) {
      noteEcho(e, s, now);
      advance(e, ack, now);
    }
    if (e.sack) {
      takeSacks(e, s, ack);
      RecoveryRules.onAck(e, now);
    }
    e.model.acks.onAck(s, unaBefore, windowBefore, now);
    RecoveryRules.onAck(e, s, unaBefore, windowBefore);
    EcnRules.onAck(e, s, unaBefore, flightBefore);
    if (e.window > 0) {
      if (closed) {
        e.takenBack = e.outstanding() == 1;
        e.probing = false;
        e.backedOffNanos = 0;
        e.probeTimes.clear();
        e.lastProgressNanos = now;
        e.waitsSinceNanos = now;
        e.timerRetransmissions = 0;
      }
      e.windowClosedNanos = End.NEVER;
    } else {
      e.hasProbed = true; // or is going to
      e.windowClosedNanos = Math.min(e.windowClosedNanos, now);
    }
    if (e.finSentAt >= 0 && ack > e.finSentAt) {
      finAcknowledged(e, now);
    }
  }

  /** What is echoed may be older than what is acknowledged, and makes a longer round trip. */
  private static void noteEcho(End e, Seg s, long now) {
    if (e.timestamps && s.timestamps && s.tsEcr != 0 && e.lastTsNanos >= 0) {
      int ticks = e.lastTsVal + (int) ((now - e.lastTsNanos) / 1_000_000) - s.tsEcr;
      if (ticks >= 0) {
        e.largestRttNanos = Math.max(e.largestRttNanos, (ticks + 1) * 1_000_000L);
      }
    }
  }

  private static void advance(End e, long ack, long now) {
    MeasureRules.onAdvance(e, ack, now);
    Iterator<Sent> all = e.flight.iterator();
    while (all.hasNext()) {
      Sent sent = all.next();
      if (sent.from >= ack) {
        break;
      }
      e.largestRttNanos = Math.max(e.largestRttNanos, now - sent.firstNanos);
      if (sent.to <= ack) {
        IcmpRules.onAcknowledged(e, sent, ack);
        all.remove();
      }
    }
    e.restarts.clear();
    e.restarts.add(now);
    e.waitsSinceNanos = now;
    e.una = ack;
    e.peerHas.removeBelow(ack);
    if (e.peerHas.contains(ack, ack + 1)) {
      e.reneged = true;
      e.peerHas = new Ranges(); // the peer has let go of what it had told (RFC 2018 §8)
    }
    e.lastProgressNanos = now;
    e.timerRetransmissions = 0;
    e.backedOffNanos = 0;
    e.lastTimerNanos = now;
    e.softError = null;
    e.probing = false;
    e.probeTimes.clear();
  }

  private static void takeSacks(End e, Seg s, long ack) {
    for (int[] block : s.sack) {
      long left = e.ours(block[0]);
      long right = e.ours(block[1]);
      if (left >= ack && left < right && right <= e.nxt) {
        e.peerHas.add(left, right);
        e.peerHasParts |= !e.isEdge(left) || !e.isEdge(right);
      }
    }
  }

  private static void finAcknowledged(End e, long now) {
    switch (e.state) {
      case FIN_WAIT_1 -> {
        e.move(State.FIN_WAIT_2, now, "ACK_OF_FIN");
        if (e.orphan) {
          TimerRules.startFinWait(e, now);
        }
      }
      case CLOSING -> TimeWaitRules.enter(e, "ACK_OF_FIN", now);
      case LAST_ACK -> e.host.close(e, null, now, "ACK_OF_FIN");
      default -> {}
    }
  }

  // ---- segments sent ----

  /** A segment without SYN and RST that an open end sends. */
  static void onSent(End e, Seg s, int segmentSize, long now) {
    long seq = e.ours(s.rawSeq);
    int length = s.dataLength + (s.fin() ? 1 : 0);
    if (length == 0) {
      bare(e, seq, now);
      return;
    }
    if (seq < e.una && e.host.isLenient(now)) {
      // it waited for a driver that was away, and was acknowledged meanwhile
      return;
    }
    if (e.state == State.TIME_WAIT
        || e.state == State.FIN_WAIT_2
        || e.isHalfOpen() && !isEarly(e)) {
      e.fail("data or FIN", "this state sends neither");
    }
    long end = seq + length;
    if (seq < e.una) {
      e.fail("SEG.SEQ", seq + " is acknowledged already, up to " + e.una);
    }
    if (seq > e.nxt) {
      e.fail("SEG.SEQ", "between " + e.nxt + " and " + seq + " nothing was ever sent");
    }
    if (seq < e.nxt) {
      IcmpRules.onRepeated(e);
    }
    checkContent(e, s, seq);
    checkFin(e, s, seq, end);
    checkWindow(e, seq, end, length);
    checkSize(e, s, segmentSize);
    checkPush(e, s, seq);
    noteCut(e, seq, end, segmentSize);
    checkNagle(e, s, seq, segmentSize);
    boolean anew = e.model.followed && e.model.closed.takenBack;
    ModelRules.onSent(e, s, seq, segmentSize, now);
    countRepeated(e, seq, segmentSize);
    e.takenBack = false;
    e.pathStale = false;
    boolean isNew = end > e.nxt;
    boolean wasIdle = e.flight.isEmpty();
    if (isNew) {
      cut(e, Math.max(seq, e.nxt), end, s, segmentSize, now);
    }
    if (seq < e.nxt) {
      EcnRules.onRepeated(e);
      TimerRules.onRetransmission(e, seq, Math.min(end, e.nxt), now);
    } else {
      TimerRules.onNew(e, wasIdle, now);
    }
    if (e.outstanding() == 0) {
      e.restarts.clear();
    }
    e.restarts.add(now);
    e.nxt = Math.max(e.nxt, end);
    if (s.fin()) {
      e.finSentAt = end - 1;
    }
    if (isNew || anew) {
      e.model.afterFresh(now);
    }
  }

  /** RFC 7413 §4.2.2: what data on a SYN has opened may send before the SYN-ACK is answered. */
  private static boolean isEarly(End e) {
    return e.state == State.SYN_RECEIVED && e.early && !e.active;
  }

  private static void countRepeated(End e, long seq, int segmentSize) {
    if (segmentSize > 0) {
      e.host.counts.blur(); // how it was made up of segments is not told
    } else if (seq < e.nxt && e.takenBack) {
      e.host.counts.ignore("Tcp.RetransSegs"); // a probe may count as sent again or as taken back
    } else if (seq < e.nxt) {
      e.host.counts.add("Tcp.RetransSegs", 1);
    }
  }

  /** A super-segment is as many segments as the device makes of it. */
  private static void cut(End e, long from, long end, Seg s, int segmentSize, long now) {
    long step = segmentSize > 0 ? segmentSize : end - from;
    for (long at = from; at < end; at += step) {
      e.flight.add(new Sent(at, Math.min(end, at + step), now));
    }
  }

  private static void bare(End e, long seq, long now) {
    if (seq == e.nxt) {
      return;
    }
    if (seq == e.nxt - 1 && e.outstanding() == 0 && seq >= 0 && e.state.isSynchronized()) {
      TimerRules.onKeepaliveProbe(e, now);
      return;
    }
    boolean keptInWindow = seq >= e.una && seq < e.nxt && seq >= Math.min(e.nxt, e.una + e.window);
    boolean probedBefore = (e.probing || e.takenBack) && seq >= e.una;
    if (!keptInWindow && !probedBefore) {
      e.fail("SEG.SEQ", "an empty segment at " + seq + ", SND.NXT is " + e.nxt);
    }
  }

  private static void checkContent(End e, Seg s, long seq) {
    long last = seq + s.dataLength;
    if (last > e.writtenEnd()) {
      e.fail("payload", "the application has written " + e.written + " bytes only");
    }
    for (int i = 0; i < s.dataLength; i++) {
      int wanted = e.content.applyAsInt(seq - 1 + i);
      if (wanted >= 0 && wanted != s.u8(s.dataAt + i)) {
        e.fail("payload", "byte " + (seq - 1 + i) + " is not what the application wrote");
      }
    }
  }

  private static void checkFin(End e, Seg s, long seq, long end) {
    if (e.finSentAt >= 0 && end > e.finSentAt + 1) {
      e.fail("FIN", "something is sent behind it");
    }
    if (e.finSentAt >= 0 && seq + s.dataLength > e.finSentAt) {
      e.fail("FIN", "data is sent in its place");
    }
    if (s.fin()) {
      if (e.finQueuedAt < 0) {
        e.fail("FIN", "the application has not closed");
      }
      if (seq + s.dataLength != 1 + e.finQueuedAt) {
        e.fail("FIN", "it does not stand behind the last byte written");
      }
    }
  }

  private static void checkWindow(End e, long seq, long end, int length) {
    if (end <= e.edge) {
      return;
    }
    boolean probe = length == 1 && seq <= e.edge;
    if (!probe) {
      e.fail("window", "sent up to " + end + ", the highest right edge offered is " + e.edge);
    }
    e.probing = true;
    e.hasProbed = true;
    if (end > e.edge + 1) {
      e.fail("window", "more than one octet beyond it");
    }
  }

  private static void checkSize(End e, Seg s, int segmentSize) {
    // a probe of the path's MTU may be larger than the rest
    int most = e.segmentLimit(Integer.MAX_VALUE) - s.optionBytes;
    int size = segmentSize > 0 ? Math.min(segmentSize, s.dataLength) : s.dataLength;
    if (size > Math.max(1, most)) {
      e.fail(
          "segment size",
          size + " bytes of payload, " + most + " is the most (RFC 6691: options count)");
    }
    int ip = segmentSize > 0 ? s.ipLength - s.dataLength + size : s.ipLength;
    if (ip > e.pathMtu && size > 1) {
      e.fail("segment size", "a packet of " + ip + " bytes, the MTU is " + e.pathMtu);
    }
  }

  private static void checkPush(End e, Seg s, long seq) {
    if (s.dataLength > 0 && seq + s.dataLength == e.writtenEnd() && !s.has(Seg.PSH)) {
      e.fail("PSH", "nothing is queued behind, and it is not set (RFC 9293 MUST-60)");
    }
  }

  /** A segment repeated in smaller parts: packets of its size seem to be swallowed (RFC 4821). */
  private static void noteCut(End e, long seq, long end, int segmentSize) {
    long length = segmentSize > 0 ? Math.min(segmentSize, end - seq) : end - seq;
    if (length > e.cutBytes) {
      e.cutBytes = Integer.MAX_VALUE;
    }
    // after a silence the search for the MTU may have begun: what nothing else cuts shows its size
    boolean cut = end < Math.min(e.writtenEnd(), Math.min(e.edge, e.una + e.window));
    if (e.timeouts > 0 && cut && length >= SMALLEST_CUT && length < e.segmentLimit()) {
      e.cutBytes = (int) length;
    }
    for (Sent sent : e.flight) {
      if (sent.from == seq && end < sent.to && length >= SMALLEST_CUT) {
        e.cutBytes = (int) length;
      }
    }
  }

  /** RFC 896 as Minshall has it: no small segment while a small one is unacknowledged. */
  private static void checkNagle(End e, Seg s, long seq, int segmentSize) {
    long end = seq + s.dataLength;
    boolean nagle = !e.settings.option("noDelay", !e.settings.flag("nagle"));
    boolean fresh = s.dataLength > 0 && seq == e.nxt && end == e.writtenEnd();
    int full = Math.min(e.segmentLimit() - s.optionBytes, e.cutBytes);
    if (e.host.paths.isVague(e.tuple.remote())
        || e.mayBeSearched && (!e.model.followed || e.model.search.runs)
        || !nagle
        || !fresh
        || s.fin()
        || e.finQueuedAt >= 0
        || e.probing
        || segmentSize > 0) {
      return;
    }
    if (s.dataLength >= full) {
      return;
    }
    for (Sent sent : e.flight) {
      boolean wasLast = sent.to == e.nxt;
      // what SACK blocks took away is no sign of a small write
      if (wasLast && sent.to - sent.from < full - 36) {
        e.fail("Nagle (RFC 896)", "a small segment behind one that is not acknowledged");
      }
    }
  }

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    if (!e.state.isSynchronized() || e.state == State.TIME_WAIT || !e.hasUnsent()) {
      return;
    }
    long room = Math.min(e.edge, e.una + e.window) - e.nxt;
    boolean held = e.settings.option("cork", false);
    if (held
        || e.pathStale
        || e.host.paths.isVague(e.tuple.remote())
        || e.host.isPacing(now)
        || e.lacksAddress()) {
      return;
    }
    if (e.outstanding() != 0) {
      return;
    }
    long unsent = e.writtenEnd() - e.nxt;
    int full = e.segmentLimit() - (e.timestamps ? 12 : 0);
    boolean allGoes = unsent <= room;
    if (room >= Math.max(1, full) || allGoes && room > 0 && (unsent > 0 || e.finQueuedAt >= 0)) {
      e.fail(
          "liveness",
          "nothing is outstanding, the window has room for "
              + room
              + " bytes, and "
              + unsent
              + " wait to be sent");
    }
  }
}
