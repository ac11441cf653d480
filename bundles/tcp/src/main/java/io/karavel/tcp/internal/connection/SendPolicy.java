package io.karavel.tcp.internal.connection;

import io.karavel.wire.Seq;

/**
 * Whether a segment smaller than a full one may go: Nagle as Minshall refined it, cork, and the
 * sender's silly window avoidance (RFC 9293 §3.7.4, §3.8.6.2.1).
 */
final class SendPolicy {
  private SendPolicy() {}

  /**
   * Judges the part that is smaller than a full segment.
   *
   * @param length its length
   * @param isLast whether nothing is queued behind it
   * @param byWindow whether the peer's window cut it
   */
  static boolean maySendPartial(ControlBlock c, int length, boolean isLast, boolean byWindow) {
    if (c.pushHeld) {
      return true;
    }
    if (!isLast) {
      return byWindow && length >= Math.max(1, c.maxSndWnd / 2);
    }
    if (c.finQueued) {
      return true;
    }
    if (c.options.cork()) {
      return false;
    }
    if (c.noDelay()) {
      return true;
    }
    // Minshall: only one small segment unacknowledged.
    boolean smallInFlight =
        c.flight() > 0
            && Seq.greaterThan(c.sndSml, c.sndUna)
            && Seq.lessOrEqual(c.sndSml, c.sndNxt);
    return !smallInFlight;
  }
}
