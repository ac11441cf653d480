package io.karavel.simulation.rfc9293;

import java.util.Map;

/**
 * The receiver that an end must be: what its acknowledgements say and when they go. It follows the
 * wire and what the application reads.
 */
final class ReceiverModel {
  /** Figures are rounded to microseconds. */
  private static final long ROUNDING_NANOS = 1_000L;

  private static final int QUICK_AFTER_MARK = 2;
  private static final int CE = 3;

  private final End e;
  final SackModel sack;
  final DelayModel delay;
  final BufferModel buffer;
  private boolean followed;
  private boolean capableSeen;

  /** Time between the segment in hand and the one before it. */
  long gapNanos;

  ReceiverModel(End e) {
    this.e = e;
    sack = new SackModel(e);
    delay = new DelayModel(e);
    buffer = new BufferModel(e);
  }

  void onOpened(long now) {
    boolean clock = !e.timestamps || e.lastTsNanos >= 0;
    boolean known = !e.host.ethernet && e.host.isWhole(now);
    followed = clock && known && !e.cookie && !e.simultaneous && !(e.early && !e.active);
    buffer.onOpened();
    delay.beQuick();
  }

  void lose() {
    followed = false;
  }

  /** Delays depend on the round trip that the sender knows. */
  boolean knowsDelays() {
    return followed && e.model.followed && !e.isBlurred() && !e.segmentVague;
  }

  // ---- arrivals ----

  /** Text of use comes; how large the peer's segments are is known. */
  void onText(Seg s) {
    if (!e.ecn || s.dataLength == 0) {
      return;
    }
    int mark = s.trafficClass & CE;
    if (s.has(Seg.CWR)) {
      e.oweAck("the peer's window may be small now");
    }
    boolean begins = mark == CE && (!e.ecnEchoing || s.has(Seg.CWR));
    if (begins || mark == 0 && capableSeen) {
      delay.beQuick(QUICK_AFTER_MARK); // marked, or sent again
    }
    capableSeen |= mark != 0;
  }

  /** Some of it was received before. */
  void onOld(long from, long to) {
    delay.beQuick();
    sack.onTwice(from, to);
  }

  /** Data that is not acceptable. */
  void onRefused(long from, long to, boolean isOld) {
    if (isOld && e.sack && e.settings.flag("dsack")) {
      if (to <= e.rcvNxt) {
        sack.onTwice(from, to);
      }
      delay.beQuick();
    }
  }

  /** Something comes out of order, before it is among what waits. */
  void onAhead(long from, long to) {
    delay.beQuick();
    if (to > from && e.ahead.contains(from, to)) {
      sack.touch(from, to);
      sack.onTwice(from, to);
    } else if (to > from) {
      e.host.counts.model("TCPOFOQueue");
      sack.onAhead(from, to);
    }
  }

  /** Data has come in order, perhaps with the FIN behind it. */
  void onData(Seg s, long arrived, boolean fin, long now) {
    sack.onAdvance();
    buffer.onData(s, arrived, now);
    if (fin) {
      delay.beSlow();
      gapNanos = 0;
    }
    delay.onData(gapNanos, now);
  }

  // ---- what is sent ----

  /** A segment with ACK goes; right edge and Last.ACK.sent have not moved yet. */
  void onSent(Seg s, boolean bare, long now) {
    followed &= e.state != End.State.TIME_WAIT; // there the last window is told again
    if (followed && buffer.capacity > 0) {
      if (bare && knowsDelays() && !mayGo(now)) {
        e.fail("delayed ACK (RFC 9293 §3.8.6.3)", "it is not due before " + delay.at + " ns");
      }
      long field = buffer.field();
      boolean rounded = s.window == field + 1 && buffer.mayRoundUp(s.window);
      // how much of the peer's segments counts depends on the MTU
      boolean vague = e.segmentVague || e.host.paths.isVague(e.tuple.remote());
      if (s.window != field && !rounded && !vague) {
        e.fail("window (RFC 9293 §3.8.6.2.2)", s.window + " is told, not " + field);
      }
    }
    boolean hasBlocks = bare || e.model.freshWent || !s.sack.isEmpty();
    e.model.freshWent = false;
    if (followed && hasBlocks && e.sack) {
      sack.check(s);
    }
    if (now >= delay.at) {
      e.host.counts.model("DelayedACKs");
    }
    delay.onSent(!bare, now);
  }

  private boolean mayGo(long now) {
    return delay.owed || now >= delay.at || e.acksAllowed > 0 || buffer.isUpdateDue();
  }

  /** Everything that happens at this moment has happened. */
  void settled(long now) {
    if (!followed || !e.state.isSynchronized() || e.state == End.State.TIME_WAIT) {
      return;
    }
    if (knowsDelays()) {
      if (now >= delay.at) {
        e.fail("delayed ACK", "it was due at " + delay.at + " ns");
      }
      if (delay.owed) {
        e.fail("ACK at once", "the peer waits for it");
      }
    }
    if (buffer.capacity > 0 && buffer.isUpdateDue()) {
      e.fail("window update (RFC 9293 §3.8.6.2.2)", "much was read, and the peer is not told");
    }
  }

  /** A parameter or option has another value. */
  void changed(String name) {
    if (name.equals("receiveBufferInitial")) {
      buffer.capacity = 0; // it is seen at the next look
    }
    delay.onParameters();
  }

  // ---- what is shown ----

  void shown(Map<String, Object> shown, long asked) {
    if (!followed) {
      return;
    }
    long capacity = ShownRules.number(shown, "receiveBuffer");
    if (buffer.capacity == 0) {
      buffer.capacity = capacity;
    }
    equal(shown, "receiveBuffer", buffer.capacity, 0);
    if (!e.segmentVague) {
      equal(shown, "rcvMss", e.fullSegment, 0);
    }
    equal(shown, "receiveRtt", buffer.roundTripNanos, ROUNDING_NANOS);
    if (knowsDelays()) {
      long in = delay.at == End.NEVER ? End.NEVER : delay.at - asked;
      equal(shown, "delayedAckTimer", in, ROUNDING_NANOS);
    }
  }

  private void equal(Map<String, Object> shown, String name, long expected, long slack) {
    Object value = shown.get(name);
    long told = value instanceof Number n ? n.longValue() : ShownRules.nanos(shown, name);
    if (told != expected && Math.abs(told - expected) > slack) {
      e.fail("shown", name + " is " + value + ", not " + expected + ": " + shown);
    }
  }
}
