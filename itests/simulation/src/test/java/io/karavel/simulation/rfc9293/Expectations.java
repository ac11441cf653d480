package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import io.karavel.simulation.rfc9293.Expected.Timer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an operator is to be told of an end: docs/bundles/tcp.md's timers and
 * docs/configuration.md's keys, applied to what is known of it.
 */
final class Expectations {
  private static final String TCP = "io.karavel.tcp";
  private static final String KEEPALIVE = "io.karavel.keepalive";

  /** Timers of the sender's own, which nobody can see from outside. */
  private static final Set<String> INNER = Set.of("loss-probe", "reordering", "pacing", "trim");

  private Expectations() {}

  static Expected of(End e, long now) {
    List<Timer> timers = new ArrayList<>();
    Set<String> others = new HashSet<>(INNER);
    switch (e.state) {
      case CLOSED -> others.clear();
      case SYN_SENT, SYN_RECEIVED -> timers.add(syn(e, now));
      case TIME_WAIT -> {
        others.clear();
        timers.add(timeWait(e, now));
      }
      default -> opened(e, now, timers, others);
    }
    return new Expected(
        e.state.name(),
        e.from,
        e.causes,
        e.host.ethernet ? -1 : e.sinceNanos,
        e.state == State.CLOSED ? e.error : null,
        timers,
        others);
  }

  private static void opened(End e, long now, List<Timer> timers, Set<String> others) {
    if (e.outstanding() > 0 || e.hasUnsent()) {
      timers.add(retransmit(e, now));
      others.add("keepalive");
    } else {
      others.add("retransmit"); // it finds that all is acknowledged
      others.add("persist");
    }
    if (e.model.followed) {
      others.remove("loss-probe");
      others.remove("reordering");
      tail(e, now, timers);
    }
    if (e.ackBy != End.NEVER) {
      String delay = e.settings.number("delayedAckMillis") + " ms";
      boolean known = e.receiver.knowsDelays() && e.receiver.delay.at != End.NEVER;
      timers.add(
          new Timer(
              Set.of("delayed-ack"),
              known ? e.receiver.delay.at - now : 0,
              known ? e.receiver.delay.at - now : e.ackBy - now,
              0,
              0,
              -1,
              Set.of(key("interval", "delayedAckMillis", delay))));
    }
    if (TimerRules.isKeptAlive(e)) {
      timers.add(keepalive(e, now));
    }
    if (e.state == State.FIN_WAIT_2 && e.finWaitNanos != End.NEVER) {
      timers.add(finWait(e, now));
    }
  }

  /** RFC 8985 §6.2 and §7. */
  private static void tail(End e, long now, List<Timer> timers) {
    LossProbeModel probe = e.model.probe;
    if (probe.at != End.NEVER) {
      String kind = probe.isProbe ? "loss-probe" : "reordering";
      long in = probe.at - now;
      timers.add(new Timer(Set.of(kind), in, in, 0, 0, -1, Set.of()));
    }
  }

  private static String key(String role, String key, Object value) {
    return role + " " + TCP + " " + key + " " + value;
  }

  private static String either(
      End e, String role, String option, String pid, String key, Object value) {
    return e.settings.hasOption(option)
        ? role + " option " + option + " " + value
        : role + " " + pid + " " + key + " " + value;
  }

  // ---- SYN and SYN-ACK ----

  private static Timer syn(End e, long now) {
    int repeated = e.synTimes.size() - 1;
    int limit = (int) OpeningRules.limit(e);
    Set<String> parameters = new HashSet<>();
    parameters.add(key("interval", "rtoMaxMillis", e.settings.number("rtoMaxMillis") + " ms"));
    if (e.active) {
      parameters.add(either(e, "end", "synRetries", TCP, "synRetries", limit));
    } else {
      parameters.add(key("end", "synAckRetries", limit));
    }
    Set<String> kinds = Set.of(e.active ? "retransmit" : "syn-ack");
    if (e.isBlurred() || e.synTimes.isEmpty()) {
      return new Timer(kinds, 0, End.NEVER, -1, limit, Timer.UNKNOWN, parameters);
    }
    parameters.add(key("interval", "rtoInitialMillis", e.synInitialNanos / 1_000_000 + " ms"));
    long at = e.synTimes.get(repeated) + OpeningRules.interval(e, repeated);
    long in = at - now;
    long end = in;
    int last = e.deferred ? Math.max(limit, DeferRules.intervals(e)) : limit;
    for (int next = repeated + 1; next <= last; next++) {
      end += OpeningRules.interval(e, next);
    }
    long user = e.active ? e.settings.userTimeoutNanos() : 0;
    if (user > 0) {
      return new Timer(kinds, 0, in, repeated, limit, Timer.UNKNOWN, parameters);
    }
    return new Timer(kinds, in, in, repeated, limit, end, parameters);
  }

  // ---- data and FIN ----

  private static Timer retransmit(End e, long now) {
    boolean closed = e.window == 0 || e.probing || e.outstanding() == 0;
    Set<String> kinds = new HashSet<>(Set.of("retransmit"));
    if (closed) {
      kinds.add("persist");
      kinds.add("pacing");
    }
    Set<String> parameters = new HashSet<>();
    parameters.add(key("interval", "rtoMinMillis", e.settings.number("rtoMinMillis") + " ms"));
    parameters.add(key("interval", "rtoMaxMillis", e.settings.number("rtoMaxMillis") + " ms"));
    long user = e.settings.userTimeoutNanos();
    if (user > 0) {
      String value = user / 1_000_000 + " ms";
      parameters.add(either(e, "end", "userTimeoutMillis", TCP, "userTimeoutMillis", value));
    }
    if (e.orphan) {
      parameters.add(key("end", "orphanRetries", e.settings.number("orphanRetries")));
    } else if (user == 0) {
      parameters.add(key("end", "retries2", e.settings.number("retries2")));
    }
    if (e.model.followed && e.model.timer.at != End.NEVER) {
      TimeoutModel timer = e.model.timer;
      long in = timer.at - now;
      long end = timer.endNanos(e.model.probe);
      long left = end < 0 ? Timer.UNKNOWN : end - now;
      String kind = timer.persists ? "persist" : "retransmit";
      return new Timer(Set.of(kind), in, in, timer.expiries, 0, left, parameters);
    }
    if (e.isBlurred()) {
      return new Timer(kinds, 0, End.NEVER, -1, 0, Timer.UNKNOWN, parameters);
    }
    return new Timer(
        kinds, 0, Math.max(0, TimerRules.due(e) - now), -1, 0, Timer.UNKNOWN, parameters);
  }

  // ---- an idle peer ----

  private static Timer keepalive(End e, long now) {
    int most = e.settings.option("keepaliveProbes", (int) e.settings.number("probes"));
    long idle = TimerRules.keepaliveNanos(e, "keepaliveTimeSeconds", "timeSeconds");
    long interval = TimerRules.keepaliveNanos(e, "keepaliveIntervalSeconds", "intervalSeconds");
    Set<String> parameters =
        Set.of(
            either(e, "interval", "keepalive", KEEPALIVE, "enabledByDefault", true),
            either(e, "interval", "keepaliveTimeSeconds", KEEPALIVE, "timeSeconds", s(idle)),
            either(
                e,
                "interval",
                "keepaliveIntervalSeconds",
                KEEPALIVE,
                "intervalSeconds",
                s(interval)),
            either(e, "end", "keepaliveProbes", KEEPALIVE, "probes", most));
    Set<String> kinds = Set.of("keepalive");
    if (e.isBlurred()) {
      return new Timer(kinds, 0, End.NEVER, -1, most, Timer.UNKNOWN, parameters);
    }
    long at = e.keepaliveProbes == 0 ? e.lastArrivalNanos + idle : e.lastKeepaliveNanos + interval;
    long in = at - now;
    long end = in + (most - e.keepaliveProbes) * interval;
    return new Timer(kinds, in, in, e.keepaliveProbes, most, end, parameters);
  }

  private static String s(long nanos) {
    return nanos / 1_000_000_000L + " s";
  }

  // ---- the end ----

  private static Timer finWait(End e, long now) {
    long in = e.finWaitNanos - now;
    int option = e.settings.option("lingerFinWaitSeconds", 0);
    String parameter =
        option > 0
            ? "end option lingerFinWaitSeconds " + option + " s"
            : key("end", "finTimeoutSeconds", e.settings.number("finTimeoutSeconds") + " s");
    // three and a half timeouts at least, however short it is set
    long most = Math.max(in, e.finWaitBaseNanos + 14 * TimerRules.longestTimeout(e) / 4 - now);
    return new Timer(Set.of("fin-wait-2"), in, most, 0, 0, Timer.UNKNOWN, Set.of(parameter));
  }

  private static Timer timeWait(End e, long now) {
    long seconds = e.settings.number("timeWaitSeconds");
    long in = e.timeWaitNanos + seconds * 1_000_000_000L - now;
    return new Timer(
        Set.of("time-wait"),
        in,
        in,
        0,
        0,
        in,
        Set.of(key("end", "timeWaitSeconds", seconds + " s")));
  }
}
