package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;

/**
 * What ICMP errors do: RFC 1122 §4.2.3.9 as RFC 5927 tames it. All errors are soft, in SYN-SENT
 * too: remembered, and named when the retries are used up.
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
}
