package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpExplanation.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What each armed timer of a connection will do if nothing comes from the peer. Changes nothing: it
 * goes through the rules of {@link RetransmitTimer}, {@link Persist} and {@link Keepalive} with
 * variables of its own.
 */
final class Timetable {
  private Timetable() {}

  /** The armed timers, the earliest first. */
  static List<ArmedTimer> of(ControlBlock c, long nowNanos) {
    List<ArmedTimer> timers = new ArrayList<>();
    if (c.retransmitDeadline != ControlBlock.NEVER) {
      timers.add(
          c.synUnacknowledged()
              ? RetransmitTimetable.syn(c, nowNanos)
              : c.persisting
                  ? RetransmitTimetable.persist(c, nowNanos)
                  : RetransmitTimetable.data(c, nowNanos));
    }
    if (c.loss != null && c.loss.deadlineNanos != ControlBlock.NEVER) {
      timers.add(loss(c, nowNanos));
    }
    if (c.ackDeadline != ControlBlock.NEVER) {
      timers.add(
          once(
              "delayed-ack",
              c.ackDeadline - nowNanos,
              "what was received is acknowledged",
              List.of(
                  TimerParameters.interval(
                      "delayedAckMillis",
                      TimerParameters.millis(c.settings().delayedAckNanos())))));
    }
    if (c.keepaliveDeadline != ControlBlock.NEVER) {
      timers.add(keepalive(c, nowNanos));
    }
    if (c.finWaitDeadline != ControlBlock.NEVER) {
      long in = c.finWaitDeadline - nowNanos;
      timers.add(
          new ArmedTimer(
              "fin-wait-2",
              in,
              0,
              0,
              List.of(TimerParameters.finTimeout(c)),
              List.of(new Step(in, "the connection is forgotten; nobody holds its socket")),
              in,
              null));
    }
    if (c.pacingDeadline != ControlBlock.NEVER) {
      timers.add(
          once(
              "pacing",
              c.pacingDeadline - nowNanos,
              "the next segment goes out",
              List.of(
                  TimerParameters.interval(
                      "pacingSlowStartPercent", c.settings().pacingSlowStartPercent() + " %"),
                  TimerParameters.interval(
                      "pacingAvoidancePercent", c.settings().pacingAvoidancePercent() + " %"))));
    }
    if (c.trimDeadline != ControlBlock.NEVER) {
      timers.add(
          once(
              "trim",
              c.trimDeadline - nowNanos,
              "memory that an idle connection does not need is given back",
              List.of()));
    }
    timers.sort(Comparator.comparingLong(ArmedTimer::inNanos));
    return timers;
  }

  private static ArmedTimer once(
      String kind, long inNanos, String action, List<Parameter> parameters) {
    return new ArmedTimer(
        kind, inNanos, 0, 0, parameters, List.of(new Step(inNanos, action)), -1, null);
  }

  private static ArmedTimer loss(ControlBlock c, long nowNanos) {
    long in = c.loss.deadlineNanos - nowNanos;
    if (c.loss.deadlineIsProbe) {
      return once(
          "loss-probe",
          in,
          "one segment more, to have the loss of the last ones reported",
          List.of(
              TimerParameters.interval(
                  "tailLossProbe", String.valueOf(c.settings().tailLossProbe()))));
    }
    return once("reordering", in, "what has not come by then counts as lost", List.of());
  }

  private static ArmedTimer keepalive(ControlBlock c, long nowNanos) {
    KeepaliveTimes times = c.keepalive;
    List<Step> steps = new ArrayList<>();
    List<Parameter> parameters = TimerParameters.keepalive(c);
    if (c.flight() > 0 || c.persisting) {
      // the retransmission timer rules as long as something is outstanding
      long in = c.keepaliveDeadline - nowNanos;
      steps.add(new Step(in, "nothing, unless everything is acknowledged by then"));
      return new ArmedTimer("keepalive", in, 0, times.probes(), parameters, steps, -1, null);
    }
    int probes = c.keepaliveProbes;
    long at = c.keepaliveDeadline;
    if (probes == 0) {
      at = Math.max(at, Keepalive.idleSince(c) + times.idleNanos());
    }
    long in = at - nowNanos;
    TcpError error = c.softError != null ? c.softError : TcpError.TIMED_OUT;
    while (steps.size() < ArmedTimer.MOST_STEPS) {
      if (probes > 0 && probes >= times.probes()) {
        steps.add(new Step(at - nowNanos, "RST, and it ends: " + error.meaning()));
        break;
      }
      probes++;
      steps.add(new Step(at - nowNanos, "probe " + probes + " of " + times.probes()));
      at += times.intervalNanos();
    }
    long left = (long) probes - c.keepaliveProbes;
    long end = in + left * times.intervalNanos();
    if (steps.size() == ArmedTimer.MOST_STEPS && probes < times.probes()) {
      end = in + (long) (times.probes() - c.keepaliveProbes) * times.intervalNanos();
    }
    return new ArmedTimer(
        "keepalive", in, c.keepaliveProbes, times.probes(), parameters, steps, end, error);
  }
}
