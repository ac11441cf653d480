package io.karavel.simulation.rfc9293;

import java.util.Map;

/**
 * How the figures that a sender goes by may change from one look to the next: the round trip of RFC
 * 6298 §2 and §3 with Karn's rule, the congestion window of RFC 5681 §3.1.
 */
final class MeasureRules {
  /** Figures are rounded to microseconds, and so are those that they are computed from. */
  private static final long SLACK_NANOS = 3_000L;

  private MeasureRules() {}

  /** An acknowledgement moves SND.UNA: what the round trip may be by it. */
  static void onAdvance(End e, long ack, long now) {
    e.advances++;
    e.ackedBytes += ack - e.una;
    boolean clear = !e.hasProbed && !e.repeatedSince && !e.reneged;
    for (Sent sent : e.flight) {
      if (sent.from >= ack) {
        break;
      }
      e.roundTrips.add(now - sent.firstNanos);
      e.roundTrips.add(now - sent.lastNanos);
      // what was acknowledged selectively has given its round trip then
      clear &= sent.times == 1 && e.peerHas.overlap(sent.from, sent.to) == 0;
    }
    e.mustMeasure = clear && ack >= e.measuredAt;
  }

  /** Compares with what was shown before. */
  static void check(End e, Map<String, Object> shown) {
    if (e.shown != null && !e.isBlurred()) {
      if (!e.model.followed) { // else it is the model's to the microsecond
        roundTrip(e, e.shown, shown);
      }
      if (isStandard(e.shown) && isStandard(shown)) {
        window(e, e.shown, shown);
      }
    }
    boolean measured =
        e.shown != null
            && !(e.shown.get("srtt").equals(shown.get("srtt"))
                && e.shown.get("rttvar").equals(shown.get("rttvar")));
    if (measured) {
      e.measuredAt = e.nxt;
    }
    e.advances = 0;
    e.ackedBytes = 0;
    e.roundTrips.clear();
    e.repeatedSince = false;
  }

  private static void roundTrip(End e, Map<String, Object> before, Map<String, Object> shown) {
    long was = ShownRules.nanos(before, "srtt");
    long is = ShownRules.nanos(shown, "srtt");
    long variationWas = ShownRules.nanos(before, "rttvar");
    long variation = ShownRules.nanos(shown, "rttvar");
    boolean same = is == was && variation == variationWas;
    if (e.advances > 1 || same && !(e.advances == 1 && e.mustMeasure && was > 0)) {
      return;
    }
    for (long roundTrip : e.roundTrips) {
      // one of no time is shown like none
      boolean isFirst = was == 0 && near(roundTrip, is) && near(roundTrip / 2, variation);
      long smoothed = was + (roundTrip - was) / 8;
      long deviation = variationWas + (Math.abs(was - roundTrip) - variationWas) / 4;
      if (isFirst || near(smoothed, is) && near(deviation, variation)) {
        return;
      }
    }
    e.fail(
        "round trip (RFC 6298 §2.3)",
        "srtt and rttvar go from "
            + was
            + " and "
            + variationWas
            + " to "
            + is
            + " and "
            + variation
            + ", the round trip was one of "
            + e.roundTrips);
  }

  private static boolean near(long nanos, long shown) {
    return Math.abs(nanos - shown) <= SLACK_NANOS;
  }

  /** Whether the window is moved by a rule of an RFC. */
  private static boolean isStandard(Map<String, Object> shown) {
    return WindowModel.of(String.valueOf(shown.get("congestionControl")), 0) != null;
  }

  private static void window(End e, Map<String, Object> before, Map<String, Object> shown) {
    if (!before.containsKey("cwnd") || !shown.containsKey("cwnd")) {
      return;
    }
    long growth = ShownRules.number(shown, "cwnd") - ShownRules.number(before, "cwnd");
    boolean open = before.get("recovery").equals("open") && shown.get("recovery").equals("open");
    // what was reduced for nothing is taken back (RFC 3522, RFC 3708)
    boolean plain = open && e.repeatedUpTo == 0 && !e.optionsChanged;
    if (plain && growth > Math.max(e.ackedBytes, ShownRules.number(shown, "sndMss"))) {
      e.fail(
          "congestion window (RFC 5681 §3.1)",
          "it grows by " + growth + ", acknowledged were " + e.ackedBytes + " bytes");
    }
    boolean timedOut =
        ShownRules.number(shown, "retransmits") > 0 // else what was too large for the way was lost
            && !before.get("recovery").equals("loss")
            && shown.get("recovery").equals("loss");
    // what a router says when it is over makes the next ones smaller
    long segment =
        Math.max(ShownRules.number(before, "sndMss"), ShownRules.number(shown, "sndMss"));
    if (timedOut && e.advances == 0 && ShownRules.number(shown, "cwnd") > segment) {
      e.fail("congestion window (RFC 5681 §3.1)", "more than a segment after a timeout: " + shown);
    }
    e.optionsChanged = false;
  }
}
