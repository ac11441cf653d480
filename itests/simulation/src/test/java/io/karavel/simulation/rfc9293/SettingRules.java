package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;

/** What a change of parameters does to connections that exist. */
final class SettingRules {
  private SettingRules() {}

  static void changed(Host host, String key, long now) {
    host.cookies.blur();
    if (key.equals("ephemeralPorts")) {
      host.counts.ignore("Tcp.AttemptFails"); // some find no port
    }
    for (End e : host.ends.values().toArray(End[]::new)) {
      e.mayBeSearched |= host.settings.word("mtuProbing").equals("always");
      e.model.changed(key, now);
      e.headTimes.clear();
      e.probeTimes.clear();
      // the timetable of a SYN depends on its retries and the longest interval only
      e.blurred |= !e.isHalfOpen() || key.equals("rtoMaxMillis");
      e.changedNanos = now;
      e.touches++;
      if (key.equals("rtoMaxMillis") && e.isEmbryo() && DeferRules.intervals(e) > 0) {
        host.vague(e, End.NEVER); // which SYN-ACKs are not sent cannot be told any more
        continue;
      }
      switch (key) {
        case "delayedAckMillis" -> moveAck(e);
        case "finTimeoutSeconds" -> moveFinWait(e);
        case "synRetries", "synAckRetries" -> OpeningRules.onLimit(e, now);
        default -> {}
      }
    }
  }

  private static void moveAck(End e) {
    if (e.ackBy != End.NEVER) {
      ReceiverRules.setDeadline(e);
    }
  }

  private static void moveFinWait(End e) {
    if (e.state == State.FIN_WAIT_2 && e.finWaitNanos != End.NEVER) {
      e.finWaitNanos =
          e.finWaitBaseNanos
              + (e.settings.option("lingerFinWaitSeconds", 0) > 0
                  ? e.settings.option("lingerFinWaitSeconds", 0) * 1_000_000_000L
                  : e.settings.seconds("finTimeoutSeconds"));
    }
  }

  static void optionChanged(End e, String name, long now) {
    e.model.changed(name, now);
    e.headTimes.clear();
    e.probeTimes.clear();
    e.changedNanos = now;
    e.optionsChanged = true;
    if (name.startsWith("syn")) {
      OpeningRules.onLimit(e, now);
    }
    if (name.equals("lingerFinWaitSeconds") && e.finWaitNanos != End.NEVER) {
      moveFinWait(e);
    }
  }
}
