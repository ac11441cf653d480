package io.karavel.simulation.rfc9293;

/**
 * Listeners that wait for a client's first data (TCP_DEFER_ACCEPT, docs/bundles/tcp.md): an ACK
 * without data opens nothing before the last SYN-ACK that is due within the time; the others are
 * not sent.
 */
final class DeferRules {
  private DeferRules() {}

  /** How many intervals of the SYN-ACK's timetable cover the time; 0 where nothing is deferred. */
  static int intervals(End e) {
    long left = e.settings.option("deferAcceptSeconds", 0) * 1_000_000_000L;
    int count = 0;
    while (left > 0) {
      left -= OpeningRules.interval(e, count);
      count++;
    }
    return count;
  }

  /** Whether an ACK without data opens nothing. */
  static boolean isKept(End e, long now) {
    expire(e, now);
    if (e.synTimes.size() - 1 >= intervals(e)) {
      return false;
    }
    e.deferred = true;
    e.synAmbiguous = true;
    e.host.counts.add("TcpExt.TCPDeferAcceptDrop", 1);
    return true;
  }

  /** Whether its time goes on though its retries may be used up. */
  static boolean isWaiting(End e) {
    return e.deferred && e.synTimes.size() - 1 < intervals(e);
  }

  /** SYN-ACKs that are due by now and are not sent count as repetitions. */
  static void expire(End e, long now) {
    while (e.deferred) {
      int repeated = e.synTimes.size() - 1;
      long due = e.synTimes.get(repeated) + OpeningRules.interval(e, repeated);
      if (now < due || repeated + 1 >= intervals(e)) {
        return;
      }
      e.synTimes.add(due);
    }
  }
}
