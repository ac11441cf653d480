package io.karavel.diagnostics.internal.laboratory;

import io.karavel.tcp.TcpSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * When our end says a message again, counted from its first transmission, and when it gives up: the
 * timetables of RFC 6298 §5 with the parameters in force. Immutable.
 *
 * @param transmissions nanoseconds of each transmission, the first at 0
 * @param giveUpNanos when it gives up; it is not said again from then on
 */
record Timetable(List<Long> transmissions, long giveUpNanos) {
  /** What budgets are made of, whatever rtoMin is. */
  private static final long BUDGET_UNIT_NANOS = 200_000_000L;

  private static final int ORPHAN_RETRIES_FOR_0 = 8;
  private static final int MOST = 300;

  /** Of a SYN or SYN-ACK: a count of retries. */
  static Timetable ofCount(TcpSettings settings, int retries) {
    List<Long> times = new ArrayList<>();
    long at = 0;
    times.add(0L);
    for (int i = 0; ; i++) {
      int doublings = Math.max(0, i - settings.synLinearTimeouts());
      at += doubled(settings.rtoInitialNanos(), doublings, settings.rtoMaxNanos());
      if (i >= retries || times.size() == MOST) {
        return new Timetable(List.copyOf(times), at);
      }
      times.add(at);
    }
  }

  /** Of a FIN: a budget of time, whose end is at the first expiry at or after it. */
  static Timetable ofBudget(TcpSettings settings, long rtoNanos, boolean orphan) {
    int retries = orphan ? settings.orphanRetries() : settings.retries2();
    if (orphan && retries == 0) {
      retries = ORPHAN_RETRIES_FOR_0;
    }
    long budget = 0;
    for (int i = 0; i <= retries; i++) {
      budget += doubled(BUDGET_UNIT_NANOS, i, settings.rtoMaxNanos());
    }
    List<Long> times = new ArrayList<>();
    long at = 0;
    times.add(0L);
    for (int i = 0; ; i++) {
      at += doubled(rtoNanos, i, settings.rtoMaxNanos());
      if (i > 0 && at >= budget || times.size() == MOST) {
        return new Timetable(List.copyOf(times), at);
      }
      times.add(at);
    }
  }

  private static long doubled(long interval, int doublings, long most) {
    int bits = Math.min(doublings, 30);
    return interval > most >> bits ? most : interval << bits;
  }
}
