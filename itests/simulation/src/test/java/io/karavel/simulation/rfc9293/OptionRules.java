package io.karavel.simulation.rfc9293;

/** Options of segments sent: RFC 9293 §3.2, RFC 6691, RFC 7323, RFC 2018 §2. */
final class OptionRules {
  private OptionRules() {}

  static void check(End e, Seg s, long now) {
    if (s.optionFault != null) {
      e.fail("options", s.optionFault);
    }
    if (s.syn()) {
      checkSyn(e, s);
    } else {
      if (s.mss >= 0 || s.scale >= 0 || s.sackPermitted) {
        e.fail("options", "MSS, window scale and SACK-permitted belong to SYNs only");
      }
      if (s.timestamps != e.timestamps && !s.rst()) {
        e.fail(
            "timestamps",
            s.timestamps
                ? "they were not agreed on"
                : "every segment must carry them (RFC 7323 §3.2)");
      }
    }
    if (s.timestamps) {
      checkTimestamps(e, s, now);
    }
  }

  private static void checkSyn(End e, Seg s) {
    int most = Math.min(e.pathMtu - 40, e.settings.option("maxSegmentBytes", 65535));
    if (s.mss != most && !(s.mss < most && e.host.paths.isVague(e.tuple.remote()))) {
      e.fail("MSS option", s.mss + " is told, the interface takes " + most + " (MUST-14)");
    }
    if (s.scale > 14) {
      e.fail("window scale", s.scale + " exceeds 14 (RFC 7323 §2.3)");
    }
    boolean answers = s.ack();
    boolean agreed = !answers || !e.active;
    if (s.timestamps != (e.settings.flag("timestamps") && (!agreed || !answers || e.timestamps))
        && !e.cookie
        && !e.active) {
      e.fail("timestamps", "a SYN-ACK has them if and only if the SYN had");
    }
    if (answers && !e.active) {
      if (s.scale >= 0 && !e.scaling || s.scale < 0 && e.scaling && !e.cookie) {
        e.fail("window scale", "a SYN-ACK has it if and only if the SYN had");
      }
      if (s.sackPermitted != e.sack && !e.cookie) {
        e.fail("SACK-permitted", "a SYN-ACK has it if and only if the SYN had");
      }
    }
    if (!answers) {
      if (s.timestamps != e.settings.flag("timestamps")
          || s.sackPermitted != e.settings.flag("sack")
          || s.scale >= 0 != e.settings.flag("windowScaling")) {
        if (e.synsSent == 0) {
          e.fail("options", "a SYN offers what is switched off, or not what is switched on");
        }
      }
    }
  }

  private static void checkTimestamps(End e, Seg s, long now) {
    if (e.host.isLenient(now)) {
      return;
    }
    if (e.resolvedNanos == now) {
      e.lastTsNanos = -1;
      return;
    }
    if (e.lastTsNanos >= 0) {
      int step = s.tsVal - e.lastTsVal;
      long millis = (now - e.lastTsNanos) / 1_000_000;
      // the first SYN may have waited for a MAC address
      boolean tooFast = step > millis + 1 && !(e.synsSent <= 2 && e.host.ethernet);
      // on Ethernet it may have waited for a MAC address
      boolean tooSlow = step < millis - 1 && !e.host.ethernet;
      if (step < 0 || tooFast && !e.host.ethernet || tooSlow) {
        if (!e.cookieStamped || !CookieRules.isNear(step, millis)) {
          e.fail(
              "TSval", "it goes on by " + step + " in " + millis + " ms, the clock ticks each ms");
        }
      }
    }
    e.cookieStamped = false;
    e.lastTsVal = s.tsVal;
    e.lastTsNanos = now;
    int echo = s.ack() ? e.tsRecent : 0;
    if (s.tsEcr != echo) {
      e.fail(
          "TSecr",
          Integer.toUnsignedString(s.tsEcr)
              + " is echoed, TS.Recent is "
              + Integer.toUnsignedString(echo)
              + " (RFC 7323 §4.3)");
    }
  }
}
