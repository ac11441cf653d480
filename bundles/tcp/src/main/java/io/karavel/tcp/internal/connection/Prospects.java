package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpState;

/** What would become of a connection under settings that are only tried on. Changes nothing. */
final class Prospects {
  private Prospects() {}

  /**
   * Why it would end at once; null if it would not.
   *
   * @param times how it would be kept alive
   */
  static String end(ControlBlock c, KeepaliveTimes times, long nowNanos) {
    if (c.state == TcpState.CLOSED) {
      return null;
    }
    if (RetransmitTimer.isOver(c)) {
      return c.synUnacknowledged()
          ? "its SYN was repeated " + c.retransmits + " times already"
          : (c.persisting ? "its probes" : "its repetitions")
              + " have gone on for longer than is allowed then";
    }
    if (RetransmitTimer.isUserTimeoutPast(c, nowNanos)) {
      return "its data is unacknowledged for longer than userTimeoutMillis then";
    }
    if (c.finWaitDeadline != ControlBlock.NEVER) {
      long limit = c.options.finTimeoutNanos(c.settings());
      long rto = RetransmitTimer.timeoutNanos(c);
      if (limit < 0 || nowNanos - c.finWaitBaseNanos >= Math.max(limit, 4 * rto - rto / 2)) {
        return "it is in FIN-WAIT-2 for longer than finTimeoutSeconds then";
      }
    }
    if (times.enabled()
        && c.keepaliveProbes > 0
        && (c.keepaliveProbes > times.probes()
            || c.keepaliveProbes == times.probes()
                && nowNanos - c.keepaliveProbeNanos >= times.intervalNanos())) {
      return "its peer has not answered " + c.keepaliveProbes + " keepalive probes";
    }
    return null;
  }
}
