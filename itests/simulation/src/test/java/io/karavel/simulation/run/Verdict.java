package io.karavel.simulation.run;

import io.karavel.simulation.rfc9293.Expected;
import io.karavel.simulation.rfc9293.Expected.Timer;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Parameter;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds what {@code tcp:why} says against what was to be said. */
final class Verdict {
  private final String name;
  private final TcpExplanation why;
  private final Expected expected;

  /** How much later it is than what is said counts from. */
  private final long laterNanos;

  private Verdict(String name, TcpExplanation why, Expected expected, long laterNanos) {
    this.name = name;
    this.why = why;
    this.expected = expected;
    this.laterNanos = laterNanos;
  }

  static void on(String name, TcpExplanation why, Expected expected, long now, long asked) {
    Verdict verdict = new Verdict(name, why, expected, now - asked);
    verdict.cause(asked);
    verdict.timers();
  }

  private void wrong(String what) {
    throw new AssertionError(
        name + ": tcp:why: " + what + "; it says " + why + ", not " + expected);
  }

  private void cause(long asked) {
    if (!why.connection().state().name().equals(expected.state())) {
      wrong("another state");
    }
    String from = why.from() == null ? "" : why.from().name();
    if (expected.from() != null && !from.equals(expected.from())) {
      wrong("it came from another state");
    }
    if (why.cause() == null || !expected.causes().contains(why.cause().name())) {
      wrong("another cause");
    }
    if (expected.sinceNanos() >= 0 && asked - why.sinceNanos() != expected.sinceNanos()) {
      wrong("not since " + expected.sinceNanos() + " but " + (asked - why.sinceNanos()));
    }
    String failure = why.failure() == null ? null : why.failure().name();
    if (expected.failure() != null && !expected.failure().equals(failure)) {
      wrong("another failure");
    }
  }

  private void timers() {
    Set<ArmedTimer> told = new HashSet<>(why.timers());
    for (Timer timer : expected.timers()) {
      ArmedTimer armed =
          told.stream().filter(t -> timer.kinds().contains(t.kind())).findFirst().orElse(null);
      if (armed == null) {
        wrong("no timer " + timer.kinds());
      }
      told.remove(armed);
      timer(armed, timer);
    }
    for (ArmedTimer timer : told) {
      boolean idle = timer.steps().get(0).action().startsWith("nothing");
      boolean mayBe = expected.others().contains(timer.kind());
      if (!mayBe && !idle) {
        wrong("the timer " + timer.kind() + " is armed for nothing");
      }
    }
  }

  private void timer(ArmedTimer told, Timer due) {
    String kind = told.kind();
    long in = told.inNanos() - laterNanos;
    if (in < due.leastNanos() || in > due.mostNanos()) {
      wrong(kind + " is due at another time");
    }
    if (due.count() >= 0 && told.count() != due.count()) {
      wrong(kind + " has counted otherwise");
    }
    if (told.most() != due.most()) {
      wrong(kind + " has another limit");
    }
    if (due.endNanos() != Timer.UNKNOWN
        && told.end() != due.endNanos() + (due.endNanos() < 0 ? 0 : laterNanos)) {
      wrong(kind + " ends at another time");
    }
    if (kind.equals("pacing")) {
      return;
    }
    Set<String> named = told.parameters().stream().map(Verdict::text).collect(Collectors.toSet());
    if (!named.containsAll(due.parameters())) {
      wrong(kind + " follows other parameters: " + named);
    }
  }

  private static String text(Parameter p) {
    return p.role() + " " + (p.isOption() ? "option" : p.pid()) + " " + p.key() + " " + p.value();
  }
}
