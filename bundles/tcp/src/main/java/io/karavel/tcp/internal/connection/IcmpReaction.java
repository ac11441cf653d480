package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;

/**
 * What ICMP errors do: RFC 1122 §4.2.3.9 as RFC 5927 tames it; path MTU of RFC 1191. All errors are
 * soft, in SYN-SENT too: remembered, and named when the retries are used up.
 */
final class IcmpReaction {
  private IcmpReaction() {}

  private static boolean isInFlight(ControlBlock c, int sequence) {
    return Seq.between(sequence, c.sndUna - 1, c.sndNxt);
  }

  static void onError(ControlBlock c, TcpError error, int sequence) {
    if (c.state == TcpState.CLOSED || !isInFlight(c, sequence)) {
      c.counters().outOfWindowIcmps.increment();
      return;
    }
    c.softError = error;
  }

  static void onPathMtu(ControlBlock c, int mtuSegmentBytes, int sequence, long nowNanos) {
    if (c.state == TcpState.CLOSED || !isInFlight(c, sequence)) {
      c.counters().outOfWindowIcmps.increment();
      return;
    }
    // an invented MTU must not force dwarfs on us (RFC 5927 §7.2); Linux: tcp_min_snd_mss
    int bytes = Math.max(mtuSegmentBytes, c.settings().minSendMssBytes());
    if (bytes >= c.mtuSegmentBytes) {
      return;
    }
    c.mtuSegmentBytes = bytes;
    int before = c.sndMss;
    c.sndMss = Outgoing.sendMss(c);
    if (c.sndMss >= before || !c.state.isSynchronized()) {
      return;
    }
    c.congestionControl().onSegmentBytesChanged(before, c.sndMss);
    if (c.sent != null && !c.sent.isEmpty()) {
      c.sent.recut(c.sndMss);
      // What was too large is gone: send it again at once, without calling it congestion.
      c.sent.markAllLost(false);
      if (c.recovery == ControlBlock.Recovery.OPEN) {
        c.recovery = ControlBlock.Recovery.LOSS;
        c.recoveryPoint = c.sndNxt;
      }
      c.forceRetransmit = true;
      RetransmitTimer.arm(c, nowNanos);
    }
  }
}
