package io.karavel.simulation.rfc9293;

/**
 * The urgent mechanism: RFC 9293 §3.8.5 and §3.10.7.4, sixth; the pointer tells the octet behind
 * the urgent data (§3.1), which stays in line (RFC 6093 §4).
 */
final class UrgentRules {
  private static final int LARGEST_POINTER = 0xffff;

  private UrgentRules() {}

  /** An application has written urgent data: all up to here is. */
  static void wrote(End e) {
    e.urgentSend = e.writtenEnd();
  }

  /** A segment of an open connection is sent. */
  static void onSent(End e, Seg s, long seq, int segmentSize) {
    boolean urgent = s.dataLength > 0 && e.urgentSend > seq;
    if (s.has(Seg.URG) != urgent) {
      e.fail(
          "URG (RFC 9293 §3.8.5)",
          "urgent data ends at " + e.urgentSend + ", the segment begins at " + seq);
    }
    long pointer = urgent ? Math.min(LARGEST_POINTER, e.urgentSend - seq) : 0;
    if (s.urgent != pointer) {
      e.fail("urgent pointer (RFC 9293 §3.1)", s.urgent + " instead of " + pointer);
    }
    if (urgent && segmentSize > 0) {
      e.fail("urgent pointer", "whoever cuts a super-segment cannot move it");
    }
  }

  /** A segment has come whose ACK is good: the pointer moves forward only. */
  static void onPointer(End e, Seg s, long seq) {
    if (!s.has(Seg.URG) || e.inputEnded || e.inputShut || e.orphan) {
      return;
    }
    long end = seq + s.urgent;
    if (end > e.urgentReceive && end > 1 + e.read) {
      e.urgentReceive = end;
    }
  }

  /** What an application is told of urgent bytes to come (MUST-32). */
  static void observe(End e, long available) {
    boolean known = e.state.isSynchronized() && e.state != End.State.TIME_WAIT && !e.inputShut;
    long expected = Math.max(0, e.urgentReceive - 1 - e.read);
    if (known && available != expected) {
      e.fail("urgent data", available + " urgent bytes are told of instead of " + expected);
    }
  }
}
