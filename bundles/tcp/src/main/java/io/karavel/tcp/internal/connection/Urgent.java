package io.karavel.tcp.internal.connection;

import io.karavel.wire.TcpHeader;

/**
 * The urgent mechanism: RFC 9293 §3.8.5 and §3.10.7.4, sixth, with RFC 6093. The pointer tells the
 * octet behind the urgent data, which stays in line.
 */
final class Urgent {
  private static final int LARGEST_POINTER = 0xffff;

  private Urgent() {}

  /** A segment with URG, its ACK found good, its text not yet taken. */
  static void onPointer(ControlBlock c, Segment s) {
    if (c.inputEnded || c.inputShutdown || c.orphan) {
      return;
    }
    int ahead = s.sequence + s.urgentPointer - c.rcvNxt;
    long end = c.receiveRing.writePosition() + ahead;
    if (end > c.rcvUpPosition && end > c.receiveRing.readPosition()) {
      c.rcvUpPosition = end;
      c.event(ConnectionEvents.URGENT);
    }
  }

  /** Whether what is sent from a position of the send ring on is to be called urgent. */
  static boolean isUrgent(ControlBlock c, long position) {
    return c.sndUpPosition > position;
  }

  /** Marks a segment with text that begins at {@code position} of the send ring. */
  static void mark(ControlBlock c, TransmitSegment out, long position) {
    if (isUrgent(c, position)) {
      out.flags |= TcpHeader.URG;
      out.urgentPointer = (int) Math.min(c.sndUpPosition - position, LARGEST_POINTER);
    }
  }
}
