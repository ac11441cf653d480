package io.karavel.simulation.rfc9293;

import java.util.List;

/**
 * Receiving: what an arriving text obliges to, and what an acknowledgement may say. RFC 9293
 * §3.8.6, RFC 5681 §4.2, RFC 2018 §4, RFC 2883, RFC 7323 §4.3.
 */
final class ReceiverRules {
  /** RFC 9293 MUST-40: an acknowledgement is never held back for longer. */
  private static final long LONGEST_DELAY_NANOS = 500_000_000L;

  /** Ranges that are kept out of order (docs/bundles/tcp.md). */
  private static final int MOST_RANGES = 1024;

  private ReceiverRules() {}

  // ---- arrivals ----

  /** Text and FIN of an acceptable segment. */
  static void onText(End e, long seq, int length, boolean fin, long now) {
    long from = seq;
    long to = seq + length;
    boolean withFin = fin;
    if (from < e.rcvNxt) {
      if (length > 0) {
        e.duplicate = new long[] {from, Math.min(to, e.rcvNxt)};
        e.receiver.onOld(from, Math.min(to, e.rcvNxt));
        e.oweAck("data that was received before is acknowledged again");
      }
      from = Math.min(to, e.rcvNxt);
      from = Math.max(from, e.rcvNxt);
      to = Math.max(to, from);
    }
    if (to > e.advertised) {
      to = Math.max(from, e.advertised);
      withFin = false;
      e.oweAck("data beyond the window is answered");
    }
    if (withFin && to + 1 > e.advertised && e.advertised <= from && from != e.rcvNxt) {
      withFin = false;
    }
    if (from == e.rcvNxt) {
      inOrder(e, from, to, withFin, seq + length, now);
    } else {
      ahead(e, from, to, withFin);
    }
  }

  private static void inOrder(End e, long from, long to, boolean fin, long finAt, long now) {
    if (to > from) {
      e.model.onUse(now);
      e.host.fastOpen.onData(e);
      if (e.ahead.count() > 0) {
        e.oweAck("what fills a gap is acknowledged at once (RFC 5681)");
      }
      long before = e.rcvNxt;
      e.rcvNxt = e.ahead.contiguousFrom(to);
      e.ahead.removeBelow(e.rcvNxt);
      e.lastArrivedFrom = -1;
      e.advertised = Math.max(e.advertised, e.rcvNxt);
      delayAck(e, now);
      e.receiver.onData(e.arriving, e.rcvNxt - before, fin, now);
      if (e.rcvNxt - e.lastAckSent >= 2L * e.fullSegment) {
        e.oweAck("every second full segment is acknowledged (RFC 9293 SHLD-19)");
      }
    }
    if (fin && finAt <= e.rcvNxt || e.peerFinAt == e.rcvNxt) {
      Arrivals.onFin(e, now);
    }
  }

  private static void ahead(End e, long from, long to, boolean fin) {
    if (fin) {
      e.peerFinAt = to;
    }
    e.oweAck("a segment out of order is acknowledged at once (RFC 5681)");
    if (to > from && e.ahead.count() >= MOST_RANGES && !e.ahead.touches(from, to)) {
      e.receiver.delay.beQuick();
      return; // it is dropped
    }
    e.receiver.onAhead(from, to);
    if (to > from) {
      if (e.ahead.contains(from, to)) {
        e.duplicate = new long[] {from, to};
        e.lastArrivedFrom = from;
      } else {
        e.ahead.add(from, to);
        e.lastArrivedFrom = from;
      }
    }
  }

  /** An acknowledgement is due within the ceiling of the delay. */
  static void delayAck(End e, long now) {
    if (e.ackBy == End.NEVER) {
      e.ackSince = now;
      setDeadline(e);
    }
  }

  static void setDeadline(End e) {
    long delay = Math.min(e.settings.millis("delayedAckMillis"), LONGEST_DELAY_NANOS - 1);
    e.ackBy = e.ackSince + delay;
  }

  /** Everything that happens at this moment has happened. */
  static void settled(End e, long now) {
    if ((e.ackOwed != null || now >= e.ackBy) && e.lacksAddress()) {
      e.ackOwed = null; // it waits for the address, and may be lost with it
      e.ackBy = End.NEVER;
    }
    if (e.ackOwed != null) {
      e.fail("ACK at once", e.ackOwed + ", but was not");
    }
    if (now >= e.ackBy) {
      e.fail(
          "delayed ACK",
          "data received at "
              + e.ackSince
              + " ns is not acknowledged within "
              + (e.ackBy - e.ackSince) / 1_000_000
              + " ms (RFC 9293 MUST-40)");
    }
    boolean reads = !e.inputEnded && !e.inputShut && !e.orphan && e.state.isSynchronized();
    if (reads && e.offeredWindow() <= 0 && e.unread() == 0 && e.ahead.count() == 0) {
      e.fail("window update", "everything is read, but the window stays closed");
    }
    e.duplicate = null;
    e.acksAllowed = 0;
  }

  // ---- segments sent ----

  /** ACK, window and SACK of a segment that an open end sends. */
  static void onSent(End e, Seg s, boolean bare, long now) {
    long ack = e.theirs(s.rawAck);
    boolean waited = e.resolvedNanos == now && ack < e.rcvNxt; // for a MAC address
    if (waited || e.host.isLenient(now) && ack <= e.rcvNxt) {
      // it was made before, or while a module was missing
      e.advertised = Math.max(e.advertised, ack + ((long) s.window << e.receiveShift));
      e.lastAckSent = Math.max(e.lastAckSent, ack);
      if (ack == e.rcvNxt) {
        e.ackOwed = null;
        e.ackBy = End.NEVER;
      }
      return;
    }
    if (ack != e.rcvNxt) {
      e.fail(
          "ACK field",
          "it acknowledges " + ack + ", but what was received in order ends at " + e.rcvNxt);
    }
    long newEdge = ack + ((long) s.window << e.receiveShift);
    e.receiver.onSent(s, bare, now);
    if (bare) {
      judgeBare(e, newEdge, now);
    }
    checkWindow(e, s, newEdge);
    checkSack(e, s, bare);
    e.advertised = Math.max(e.advertised, newEdge);
    e.lastAckSent = e.rcvNxt;
    e.ackOwed = null;
    e.ackBy = End.NEVER;
  }

  private static void judgeBare(End e, long newEdge, long now) {
    boolean news = e.rcvNxt != e.lastAckSent || newEdge > e.advertised || e.ackBy != End.NEVER;
    boolean waited = e.resolvedNanos == now; // for a MAC address, and others overtook it
    if (!news && !waited && e.acksAllowed == 0) {
      e.fail("unprovoked ACK", "nothing has come that it answers, and it tells nothing new");
    }
    e.acksAllowed = Math.max(0, e.acksAllowed - 1);
  }

  private static void checkWindow(End e, Seg s, long newEdge) {
    long unit = 1L << e.receiveShift;
    if (newEdge < e.advertised && (e.receiveShift == 0 || e.advertised - newEdge >= unit)) {
      e.fail(
          "window shrinks",
          "the right edge goes from "
              + e.advertised
              + " back to "
              + newEdge
              + " (RFC 9293 SHLD-14)");
    }
    long growth = newEdge - e.advertised;
    long most =
        e.settings.option("receiveBufferBytes", (int) e.settings.number("receiveBufferMax"));
    if (growth >= unit) {
      long unread = e.inputShut ? 0 : e.unread();
      if (newEdge - e.rcvNxt + unread > most + unit) {
        e.fail("window", "more is offered than the buffer can ever hold");
      }
      long clamp = e.settings.option("windowClampBytes", Integer.MAX_VALUE);
      if (newEdge - e.rcvNxt > clamp + unit) {
        e.fail("window clamp", newEdge - e.rcvNxt + " bytes are offered, the clamp is " + clamp);
      }
      long buffer =
          e.settings.option("receiveBufferBytes", (int) e.settings.number("receiveBufferInitial"));
      long full = e.host.paths.isVague(e.tuple.remote()) ? 512 : e.fullSegment;
      long step = Math.min(full, Math.min(buffer, clamp) / 4);
      if (growth + unit < step) {
        e.fail(
            "silly window (RFC 9293 MUST-39)",
            "the right edge moves by " + growth + " bytes, a segment has " + e.fullSegment);
      }
    }
  }

  private static void checkSack(End e, Seg s, boolean bare) {
    List<int[]> blocks = s.sack;
    if (!e.sack) {
      if (!blocks.isEmpty()) {
        e.fail("SACK", "it was not agreed on (RFC 2018)");
      }
      return;
    }
    boolean owesDuplicate = e.duplicate != null && e.settings.flag("dsack") && bare;
    if (blocks.isEmpty()) {
      if (bare && e.ahead.count() > 0) {
        e.fail("SACK", "data waits out of order, but no block says so (RFC 2018 §4)");
      }
      if (owesDuplicate) {
        e.fail("DSACK", "data came twice, but no block says so (RFC 2883)");
      }
      return;
    }
    int at = 0;
    long left = e.theirs(blocks.get(0)[0]);
    long right = e.theirs(blocks.get(0)[1]);
    boolean isDuplicate =
        right <= e.rcvNxt
            || insideOfSecond(e, blocks, left, right)
            || owesDuplicate && left == e.duplicate[0] && right == e.duplicate[1];
    if (isDuplicate && right > e.rcvNxt && !insideOfSecond(e, blocks, left, right)) {
      e.fail("DSACK", "the second block must be the larger one around it (RFC 2883 §4)");
    }
    if (isDuplicate) {
      boolean reported = owesDuplicate && left == e.duplicate[0];
      if (left >= right
          || left < 1 && !reported
          || right > e.rcvNxt && !e.ahead.contains(left, right)) {
        e.fail("DSACK", "[" + left + "," + right + ") was never received");
      }
      if (!e.settings.flag("dsack")) {
        e.fail("DSACK", "it is switched off");
      }
      at = 1;
    }
    if (owesDuplicate
        && (!isDuplicate || left != e.duplicate[0] || right != e.duplicate[1])
        && e.acksAllowed == 0) {
      e.fail(
          "DSACK",
          "the first block must be ["
              + e.duplicate[0]
              + ","
              + e.duplicate[1]
              + "), what came twice (RFC 2883 §4)");
    }
    for (int i = at; i < blocks.size(); i++) {
      checkBlock(e, blocks, i, at, i == at && !isDuplicate && e.acksAllowed == 0);
    }
    int room = (40 - (e.timestamps ? 12 : 0) - 4) / 8;
    if (bare && blocks.size() < Math.min(room, e.ahead.count() + at)) {
      e.fail("SACK", "there is room for more blocks (RFC 2018 §4)");
    }
    e.duplicate = null;
  }

  private static boolean insideOfSecond(End e, List<int[]> blocks, long left, long right) {
    return blocks.size() > 1
        && e.theirs(blocks.get(1)[0]) <= left
        && right <= e.theirs(blocks.get(1)[1]);
  }

  private static void checkBlock(
      End e, List<int[]> blocks, int index, int first, boolean mustBeLatest) {
    long left = e.theirs(blocks.get(index)[0]);
    long right = e.theirs(blocks.get(index)[1]);
    long[] range = e.ahead.around(left);
    if (range == null || range[0] != left || range[1] != right) {
      e.fail(
          "SACK", "[" + left + "," + right + ") is not a block of what was received: " + e.ahead);
    }
    if (mustBeLatest
        && e.lastArrivedFrom >= 0
        && !(left <= e.lastArrivedFrom && e.lastArrivedFrom < right)) {
      e.fail("SACK", "the first block must hold what came last (RFC 2018 §4)");
    }
    for (int i = first; i < index; i++) {
      if (blocks.get(i)[0] == blocks.get(index)[0] && blocks.get(i)[1] == blocks.get(index)[1]) {
        e.fail("SACK", "a block is told twice");
      }
    }
  }
}
