package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpOption;

/**
 * How large the rings may be: an option fixes it, else it grows from the initial size as needed.
 */
final class Buffers {
  private static final long MINIMUM_TUNE_NANOS = 100_000L;

  private Buffers() {}

  /** Sets capacities from options and settings; what a ring has grown to is not taken back. */
  static void setCapacities(ControlBlock c) {
    int receive = c.options.receiveBufferBytes(c.settings());
    int send = c.options.sendBufferBytes(c.settings());
    boolean receiveFixed = c.options.isSet(TcpOption.RECEIVE_BUFFER_BYTES);
    boolean sendFixed = c.options.isSet(TcpOption.SEND_BUFFER_BYTES);
    c.receiveRing.capacityBytes(receiveFixed ? receive : Math.max(receive, tunedReceive(c)));
    c.receiveRing.guaranteedBytes(c.settings().receiveBufferMinBytes());
    c.sendRing.guaranteedBytes(c.settings().sendBufferMinBytes());
    c.sendRing.capacityBytes(sendFixed ? send : Math.max(send, tunedSend(c)));
  }

  private static int tunedReceive(ControlBlock c) {
    return c.receiveTuned
        ? Math.min(c.receiveRing.capacityBytes(), c.settings().receiveBufferMaxBytes())
        : 0;
  }

  private static int tunedSend(ControlBlock c) {
    return c.sendTuned
        ? Math.min(c.sendRing.capacityBytes(), c.settings().sendBufferMaxBytes())
        : 0;
  }

  /** The congestion window has grown: the send ring holds twice as much. */
  static void tuneSend(ControlBlock c) {
    if (c.congestion == null || c.options.isSet(TcpOption.SEND_BUFFER_BYTES)) {
      return;
    }
    long wanted = 2L * c.congestion.congestionWindowBytes();
    int limit = c.settings().sendBufferMaxBytes();
    int capacity = c.sendRing.capacityBytes();
    if (wanted > capacity && capacity < limit) {
      c.sendRing.capacityBytes((int) Math.min(limit, wanted));
      c.sendTuned = true;
      c.event(ConnectionEvents.WRITABLE);
    }
  }

  /**
   * The round trip as the receiver sees it: a full segment that echoes our timestamp, else the time
   * in which a window comes, which is one round trip at least.
   */
  static void measureReceive(ControlBlock c, Segment s, long nowNanos) {
    if (c.timestamps && s.timestampsPresent && s.timestampEcho != 0) {
      int millis = c.tsNow(nowNanos) - s.timestampEcho;
      if (s.payloadLength >= c.rcvMss && millis >= 0) {
        long sample = Math.max(1, millis) * 1_000_000L;
        c.receiveRttNanos += c.receiveRttNanos == 0 ? sample : (sample - c.receiveRttNanos) / 8;
      }
      return;
    }
    if (c.receiveRttSinceNanos != 0) {
      if (c.rcvNxt - c.receiveRttSequence < 0) {
        return;
      }
      long sample = Math.max(1, nowNanos - c.receiveRttSinceNanos);
      boolean better = c.receiveRttNanos == 0 || sample < c.receiveRttNanos;
      c.receiveRttNanos = better ? sample : c.receiveRttNanos;
    }
    c.receiveRttSequence = c.rcvNxt + Math.max(1, c.rcvWnd());
    c.receiveRttSinceNanos = nowNanos;
  }

  /**
   * Dynamic right sizing: what the application reads within a round trip fills more than half of
   * the buffer, so that the window would soon limit the peer.
   */
  static void tuneReceive(ControlBlock c, long nowNanos) {
    long measured = c.receiveRttNanos > 0 ? c.receiveRttNanos : c.rtt.smoothedNanos();
    long rtt = Math.max(MINIMUM_TUNE_NANOS, measured);
    if (nowNanos - c.tuneNanos < rtt) {
      return;
    }
    long position = c.receiveRing.readPosition();
    long taken = position - c.tunePosition;
    boolean inOneRoundTrip = nowNanos - c.tuneNanos < 2 * rtt;
    c.tuneNanos = nowNanos;
    c.tunePosition = position;
    int capacity = c.receiveRing.capacityBytes();
    int limit = c.settings().receiveBufferMaxBytes();
    if (inOneRoundTrip
        && taken > capacity / 2
        && capacity < limit
        && !c.options.isSet(TcpOption.RECEIVE_BUFFER_BYTES)) {
      ReceiveWindow.beginGrowth(c);
      c.receiveRing.capacityBytes((int) Math.min(limit, Math.max(2 * taken, 2L * capacity)));
      c.receiveTuned = true;
    }
  }
}
