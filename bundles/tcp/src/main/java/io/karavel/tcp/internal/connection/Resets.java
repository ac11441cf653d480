package io.karavel.tcp.internal.connection;

import io.karavel.wire.TcpHeader;

/** Makes the RST for a segment that belongs to no connection (RFC 9293 §3.10.7.1). */
public final class Resets {
  private Resets() {}

  /**
   * Describes the answer.
   *
   * @return false if there is none: a RST is never answered
   */
  public static boolean answer(Segment segment, TransmitSegment out) {
    if (segment.rst()) {
      return false;
    }
    out.clear();
    if (segment.ack()) {
      out.sequence = segment.acknowledgment;
      out.flags = TcpHeader.RST;
    } else {
      out.acknowledgment = segment.end();
      out.flags = TcpHeader.RST | TcpHeader.ACK;
    }
    return true;
  }
}
