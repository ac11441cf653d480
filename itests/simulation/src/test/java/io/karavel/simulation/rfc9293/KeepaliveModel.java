package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.Map;

/**
 * When an idle peer is probed: RFC 9293 §3.8.4. The timer is not moved by what comes: when it
 * expires it is set anew if something has come, and from that moment if something is in flight.
 */
final class KeepaliveModel {
  /** Figures are rounded to microseconds. */
  private static final long ROUNDING_NANOS = 1_000L;

  private final End e;
  private long at = End.NEVER;
  private long busyNanos = Long.MIN_VALUE;
  private long probedNanos;
  private int probes;
  private boolean owed;
  private boolean followed;

  /** A change of parameters may have set it anew: the next look tells. */
  private boolean vague;

  KeepaliveModel(End e) {
    this.e = e;
  }

  void onOpened() {
    followed = !e.host.ethernet;
    rearm();
  }

  void lose() {
    followed = false;
  }

  void onParameters() {
    vague = true;
  }

  private long idle() {
    return TimerRules.keepaliveNanos(e, "keepaliveTimeSeconds", "timeSeconds");
  }

  private boolean applies() {
    return e.settings.option("keepalive", e.settings.flag("enabledByDefault"))
        && e.state.isSynchronized()
        && e.state != State.TIME_WAIT
        && !(e.state == State.FIN_WAIT_2 && e.orphan);
  }

  private long armed() {
    if (!applies()) {
      return End.NEVER;
    }
    if (probes == 0) {
      return Math.max(e.lastArrivalNanos, busyNanos) + idle();
    }
    int most = e.settings.option("keepaliveProbes", (int) e.settings.number("probes"));
    long interval = TimerRules.keepaliveNanos(e, "keepaliveIntervalSeconds", "intervalSeconds");
    return probes > most ? probedNanos : probedNanos + interval;
  }

  private void rearm() {
    at = armed();
  }

  /** A segment has come. */
  void onArrival() {
    if (probes > 0) {
      probes = 0;
      rearm();
    }
  }

  /** What is due by now happens. */
  void expire(long now) {
    if (!followed || vague) {
      return;
    }
    if (!applies()) {
      at = End.NEVER;
      return;
    }
    while (at <= now) {
      if (e.outstanding() > 0 || e.hasUnsent()) {
        probes = 0;
        busyNanos = at;
        at += idle();
      } else if (probes == 0 && armed() > at) {
        at = armed();
      } else {
        probes++;
        probedNanos = at;
        owed = true;
        at = armed();
        return;
      }
    }
  }

  /** A probe goes. */
  void onSent(long now) {
    expire(now);
    if (followed && !vague && !owed) {
      e.fail("keepalive (RFC 9293 §3.8.4)", "it is due at " + at + " ns");
    }
    if (vague) {
      probes++;
      probedNanos = now;
    }
    owed = false;
  }

  /** Everything that happens at this moment has happened. */
  void settled(long now) {
    expire(now);
    if (owed && applies()) {
      int most = e.settings.option("keepaliveProbes", (int) e.settings.number("probes"));
      if (probes <= most) {
        e.fail("keepalive (RFC 9293 §3.8.4)", "a probe is due");
      }
    }
    owed = false;
  }

  void shown(Map<String, Object> shown, long asked) {
    if (!followed) {
      return;
    }
    long in = ShownRules.nanos(shown, "keepaliveTimer");
    boolean anew = isNear(in, armed(), asked);
    boolean kept = isNear(in, at, asked);
    if (anew && kept && vague && at != armed()) {
      return; // a later look tells them apart
    }
    if (!anew && !kept) {
      if (vague) {
        // what came between the change and this look has not moved the timer, but what it is from
        followed = false;
        return;
      }
      e.fail("shown", "keepaliveTimer is " + shown.get("keepaliveTimer") + ", not at " + at);
    }
    at = kept ? at : armed();
    vague = false;
  }

  private static boolean isNear(long in, long at, long asked) {
    return in == at || Math.abs(in + asked - at) <= ROUNDING_NANOS;
  }
}
