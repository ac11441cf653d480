package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;

/**
 * How large packets to the peer may be, as routers say: RFC 1191 with the checks of RFC 5927 §7. A
 * message must quote what is in flight; one that contradicts what the peer has acknowledged waits
 * until the retransmission timer bears it out.
 */
final class PathMtu {
  /** Smallest MTU that is believed, 552 as in Linux; below it packets may be fragmented. */
  static final int MINIMUM_SEGMENT_BYTES = 552 - 40;

  private PathMtu() {}

  private static boolean isInFlight(ControlBlock c, int sequence) {
    return Seq.between(sequence, c.sndUna - 1, c.sndNxt);
  }

  /** A router says that it carries less. */
  static void onMessage(ControlBlock c, int mtuSegmentBytes, int sequence, long nowNanos) {
    if (c.state == TcpState.CLOSED || !isInFlight(c, sequence)) {
      c.counters().outOfWindowIcmps.increment();
      return;
    }
    if (mtuSegmentBytes < c.provenSegmentBytes) {
      c.claimedSegmentBytes = Math.max(1, mtuSegmentBytes);
      c.claimSequence = sequence;
      return;
    }
    believe(c, mtuSegmentBytes, nowNanos);
  }

  private static void believe(ControlBlock c, int mtuSegmentBytes, long nowNanos) {
    c.claimedSegmentBytes = 0;
    int bytes = mtuSegmentBytes;
    if (bytes < MINIMUM_SEGMENT_BYTES) {
      bytes = Math.min(c.mtuSegmentBytes, MINIMUM_SEGMENT_BYTES);
      c.fragmentable = true;
    }
    if (bytes < c.mtuSegmentBytes) {
      set(c, bytes, nowNanos);
      c.event(ConnectionEvents.PATH_MTU);
    }
  }

  /** The route carries more or less than it did, or what routers said of it has grown old. */
  static void onRoute(ControlBlock c, int mtuSegmentBytes, long nowNanos) {
    if (c.state == TcpState.CLOSED || mtuSegmentBytes == c.mtuSegmentBytes) {
      return;
    }
    if (mtuSegmentBytes > c.mtuSegmentBytes) {
      c.fragmentable = false;
    }
    set(c, Math.max(1, mtuSegmentBytes), nowNanos);
  }

  private static void set(ControlBlock c, int bytes, long nowNanos) {
    c.mtuSegmentBytes = bytes;
    c.provenSegmentBytes = Math.min(c.provenSegmentBytes, bytes);
    boolean probeIsGone = MtuProbing.onPathMtu(c);
    applySegmentBytes(c, nowNanos);
    if (probeIsGone) {
      sendLargeAgain(c, nowNanos);
    }
  }

  /** What a segment may hold has changed: what is in flight and too large is sent again, cut. */
  static void applySegmentBytes(ControlBlock c, long nowNanos) {
    int before = c.sndMss;
    c.sndMss = Outgoing.sendMss(c);
    if (c.sndMss == before || !c.state.isSynchronized()) {
      return;
    }
    c.congestionControl().onSegmentBytesChanged(before, c.sndMss);
    if (c.sndMss < before) {
      sendLargeAgain(c, nowNanos);
    }
  }

  /** What is larger than a segment may be is gone: sent again without calling it congestion. */
  static void sendLargeAgain(ControlBlock c, long nowNanos) {
    if (c.sent == null || c.sent.isEmpty()) {
      return;
    }
    boolean lost = c.sent.markLongerLost(c.sndMss);
    c.sent.recut(c.sndMss);
    if (!lost) {
      return;
    }
    if (c.recovery == ControlBlock.Recovery.OPEN) {
      c.recovery = ControlBlock.Recovery.LOSS;
      c.recoveryPoint = c.sndNxt;
      c.loss().forgetUndo();
    }
    c.forceRetransmit = true;
    RetransmitTimer.arm(c, nowNanos);
  }

  /** The peer has acknowledged more. */
  static void onAdvance(ControlBlock c) {
    if (c.sent != null) {
      int proven = c.sent.longestAcknowledged() + Outgoing.fixedOptionBytes(c);
      c.provenSegmentBytes = Math.max(c.provenSegmentBytes, proven);
    }
    if (c.claimedSegmentBytes > 0 && Seq.greaterThan(c.sndUna, c.claimSequence)) {
      c.claimedSegmentBytes = 0;
    }
  }

  /** The retransmission timer expired: what waited for that is believed. */
  static void onTimeout(ControlBlock c, long nowNanos) {
    if (c.claimedSegmentBytes > 0 && isInFlight(c, c.claimSequence)) {
      believe(c, c.claimedSegmentBytes, nowNanos);
    }
  }
}
