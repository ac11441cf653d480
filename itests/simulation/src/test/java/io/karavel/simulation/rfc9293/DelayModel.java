package io.karavel.simulation.rfc9293;

/**
 * How long an acknowledgement waits: RFC 9293 §3.8.6.3, RFC 5681 §4.2, and docs/bundles/tcp.md: at
 * once while the peer's window is small, then adapted between 40 ms and {@code delayedAckMillis}.
 */
final class DelayModel {
  private static final long SHORTEST_NANOS = 40_000_000L;
  private static final int QUICK_SEGMENTS = 16;

  private final End e;

  /** Acknowledgements that go at once, unless answers are there that they can travel with. */
  private int quick;

  private boolean interactive;
  private long adaptedNanos;
  private long lastTextNanos;

  /** When it is due; {@link End#NEVER} if none waits. */
  long at = End.NEVER;

  private long sinceNanos;

  /** An acknowledgement is to go at once. */
  boolean owed;

  DelayModel(End e) {
    this.e = e;
  }

  /** The peer's window is small, or begins anew. */
  void beQuick() {
    beQuick(QUICK_SEGMENTS);
  }

  void beQuick(int most) {
    interactive = false;
    long half = e.offeredWindow() / (2L * e.fullSegment);
    quick = (int) Math.max(quick, Math.min(half == 0 ? 2 : half, most));
  }

  void beSlow() {
    quick = 0;
    interactive = true;
  }

  /** Data has come in order. */
  void onData(long gap, long now) {
    long between = now - lastTextNanos;
    long timeout = e.model.rtt.timeout(e);
    if (adaptedNanos == 0) {
      adaptedNanos = SHORTEST_NANOS;
    } else if (between <= SHORTEST_NANOS / 2) {
      adaptedNanos = adaptedNanos / 2 + SHORTEST_NANOS / 2;
    } else if (between < adaptedNanos) {
      adaptedNanos = Math.min(adaptedNanos / 2 + between, timeout);
    }
    if (gap > timeout) {
      beQuick();
    }
    lastTextNanos = now;
    boolean atOnce = quick > 0 && !interactive || e.settings.option("quickAck", false);
    if (e.rcvNxt - e.lastAckSent > e.fullSegment || atOnce) {
      owed = true;
    } else {
      delay(now);
    }
  }

  /** The peer's FIN: its acknowledgement may travel with ours. */
  void onFin(long now) {
    beSlow();
    if (!owed) {
      delay(now);
    }
  }

  private void delay(long now) {
    if (nanos() == 0) {
      owed = true;
    } else if (at == End.NEVER) {
      sinceNanos = now;
      at = now + nanos();
    }
  }

  private long nanos() {
    long most = Math.max(SHORTEST_NANOS, e.model.rtt.smoothed);
    long adapted = Math.max(SHORTEST_NANOS, Math.min(adaptedNanos, most));
    return Math.min(e.settings.millis("delayedAckMillis"), adapted);
  }

  void onParameters() {
    if (at != End.NEVER) {
      at = sinceNanos + nanos();
    }
  }

  /** A segment with ACK goes; Last.ACK.sent is still the one before. */
  void onSent(boolean withData, long now) {
    if (withData
        && e.rcvNxt != 1
        && now - e.lastArrivalNanos < e.settings.millis("delayedAckMillis")) {
      interactive = true;
    }
    if (quick > 0 && e.lastAckSent != e.rcvNxt) {
      quick--;
    }
    at = End.NEVER;
    owed = false;
  }
}
