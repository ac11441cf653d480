package io.karavel.tcp.internal.connection;

import io.karavel.wire.TcpHeader;

/** Fills in what every segment of a connection carries: ACK, window, timestamps, SACK. */
final class Outgoing {
  private static final int TIMESTAMP_BYTES = 12;
  private static final int OPTION_SPACE = 40;

  private Outgoing() {}

  /** Bytes of options in every segment of an open connection. */
  static int fixedOptionBytes(ControlBlock c) {
    return c.timestamps ? TIMESTAMP_BYTES : 0;
  }

  /** Payload of a full segment from what path, peer and options allow. */
  static int sendMss(ControlBlock c) {
    int mss = Math.min(c.peerSegmentBytes, c.mtuSegmentBytes);
    mss = Math.min(mss, c.options.maxSegmentBytes());
    mss = Math.min(mss, MtuProbing.limit(c));
    mss = Math.max(mss, Math.min(c.minSegmentBytes, c.mtuSegmentBytes));
    return Math.max(1, mss - fixedOptionBytes(c));
  }

  /** How many SACK blocks the next segment carries. */
  static int sackBlocks(ControlBlock c) {
    if (c.reassembly == null || !c.sack) {
      return 0;
    }
    int room = (OPTION_SPACE - fixedOptionBytes(c) - 4) / 8;
    return Math.min(room, c.reassembly.blocks());
  }

  /** Bytes the SACK option takes with padding. */
  static int sackBytes(int blocks) {
    return blocks == 0 ? 0 : 4 + 8 * blocks;
  }

  /**
   * SEG.SEQ of a segment without data: SND.NXT, but nothing beyond what the peer's window lets it
   * accept, or it would take neither our acknowledgements nor a RST while we probe it.
   */
  static int sequence(ControlBlock c) {
    int firstByte = c.sndUna == c.iss ? c.iss + 1 : c.sndUna;
    int edge = firstByte + c.sndWnd;
    int beyond = c.sndNxt - edge;
    // A scaled window may seem to have shrunk by less than a unit (RFC 7323 section 2.4).
    int unit = c.persisting ? 1 : 1 << c.sndWindShift;
    return beyond < unit ? c.sndNxt : edge;
  }

  /** A segment that acknowledges: everything but sequence, payload and further flags. */
  static void acknowledge(
      ControlBlock c, TransmitSegment out, int blocks, boolean withData, long nowNanos) {
    out.flags |= TcpHeader.ACK;
    Ecn.onSending(c, out);
    out.acknowledgment = c.rcvNxt;
    out.windowField = ReceiveWindow.select(c);
    timestamps(c, out, nowNanos);
    if (blocks > 0) {
      c.reassembly.write(out, blocks);
    }
    AckPolicy.onSent(c, withData, nowNanos);
  }

  static void timestamps(ControlBlock c, TransmitSegment out, long nowNanos) {
    if (c.timestamps) {
      out.timestampsPresent = true;
      out.timestampValue = c.tsNow(nowNanos);
      out.timestampEcho = c.tsRecent;
    }
  }
}
