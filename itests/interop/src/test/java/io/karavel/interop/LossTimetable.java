package io.karavel.interop;

import static io.karavel.interop.Measured.within;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What one end said again and when it gave up, beside the timetable that it owes. Ours is that of
 * {@code tcp-behaviour.md} §4 within 50 ms, the kernel's its own: its timer wheel makes intervals
 * longer, and its budgets begin with the first repetition.
 *
 * <p>Data and FIN are repeated by the end's own retransmission timeout, 200 ms on a machine that is
 * not busy. How often a budget of time lets them go depends on it, so that it is asked for first.
 */
final class LossTimetable {
  /** How far a time may be from the table. */
  static final double TOLERANCE = 0.05;

  /** How long either end may wait before it acknowledges: our delayedAckMillis, Linux's ATO. */
  private static final double DELAYED_ACK = 0.04;

  /** By how much the kernel's timer wheel may lengthen an interval, and what else it takes. */
  private static final double WHEEL = 1.125;

  /** A timer of the kernel may be early by a tick and by what a timestamp is rounded. */
  private static final double EARLY = 0.01;

  private static final Pattern KERNEL_RTO = Pattern.compile("\\brto:([0-9.]+)");

  private final RoutedWire wire;
  private final StateLog states;
  private final OneOfManyTests test;

  LossTimetable(SharedWire shared, OneOfManyTests test) {
    wire = shared.wire;
    states = shared.states;
    this.test = test;
  }

  /** The time that a number of retries stands for. */
  static double budget(int retries) {
    return ((1L << (retries + 1)) - 1) * 0.2;
  }

  /** 0, 1, 3, 7 …: sent and repeated so many times, and the end after them. */
  static List<Double> table(double first, int retries) {
    return IntStream.rangeClosed(0, retries + 1).mapToObj(n -> first * ((1L << n) - 1)).toList();
  }

  /** The retransmission timeout that an end has now for its connection, in seconds. */
  double timeout(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      String millis = wire.stack.values("show " + pair.ourId()).get("rto");
      return Double.parseDouble(millis.replace(" ms", "")) / 1e3;
    }
    String filter = "sport = :" + test.port + " or dport = :" + test.port;
    String shown = wire.kernel.run("ss", "-Htin", filter).orFail();
    Matcher matcher = KERNEL_RTO.matcher(shown);
    assertThat(matcher.find()).as(shown).isTrue();
    return Double.parseDouble(matcher.group(1)) / 1e3;
  }

  /** A number of repetitions of a SYN or SYN-ACK, and the end. */
  void assertCounted(boolean ours, Predicate<Entry> kind, int repeated) {
    test.awaitSent(ours, kind, repeated + 1);
    assertRepeated(ours, kind, 1, repeated);
    assertEnd(ours, kind, 1);
  }

  /**
   * An orphan's FIN, repeated until its budget is over, and the end; without RST.
   *
   * @param timeout the sender's
   */
  void assertWithinBudget(boolean ours, double timeout, int retries) {
    wire.awaitLogged();
    List<Double> times = wire.segments.times(test.port, ours, Entry::isFin);
    if (ours) {
      int repeated = 0;
      while (timeout * ((2L << repeated) - 1) < budget(retries)) {
        repeated++;
      }
      assertRepeated(true, Entry::isFin, timeout, Math.max(1, repeated));
    } else {
      int repeated = times.size() - 1;
      assertThat(repeated).as(test.describe()).isPositive();
      assertRepeated(false, Entry::isFin, timeout, repeated);
      // it looked at its budget each time, and it was over at the end and not before
      double last = times.get(repeated) - times.get(1);
      within(last, 0, Math.max(0, budget(retries)) + TOLERANCE, test::describe);
      double begun = wire.segments.of(test.port, false, Entry::isFin).get(1).seconds();
      double over = states.since(false, test.port) - begun;
      within(over, budget(retries) - TOLERANCE, Double.MAX_VALUE, test::describe);
    }
    assertEnd(ours, Entry::isFin, timeout);
    assertThat(wire.segments.of(test.port, ours, Entry::isReset)).as(test.describe()).isEmpty();
  }

  private void assertRepeated(boolean ours, Predicate<Entry> kind, double interval, int repeated) {
    List<Double> times = wire.segments.times(test.port, ours, kind);
    assertThat(times).as(test.describe()).hasSize(repeated + 1);
    List<Double> table = table(interval, repeated);
    for (int i = 1; i <= repeated; i++) {
      if (ours) {
        double due = table.get(i);
        within(times.get(i), due - TOLERANCE, due + TOLERANCE, test::describe);
      } else {
        double nominal = interval * (1L << (i - 1));
        double waited = times.get(i) - times.get(i - 1);
        within(waited, nominal - EARLY, nominal * WHEEL + TOLERANCE, test::describe);
      }
    }
  }

  /** That a connection of one end was gone one interval after its last repetition. */
  private void assertEnd(boolean ours, Predicate<Entry> kind, double interval) {
    List<Entry> sent = wire.segments.of(test.port, ours, kind);
    int repeated = sent.size() - 1;
    double last = interval * (1L << repeated);
    double due =
        ours
            ? sent.get(0).seconds() + table(interval, repeated).get(repeated + 1)
            : sent.get(repeated).seconds() + last;
    assertEnd(ours, due, last);
  }

  /** That a connection of one end was gone when it should have been. */
  void assertEnd(boolean ours, double expected, double lastInterval) {
    double late = ours ? TOLERANCE : lastInterval * (WHEEL - 1) + TOLERANCE;
    within(states.since(ours, test.port) - expected, -TOLERANCE, late, test::describe);
  }

  /** That one end sent a segment of a kind so soon after it got another. */
  void assertAnswered(Entry got, boolean ours, Predicate<Entry> kind, double patience) {
    test.await(
        "what came at " + got.seconds() + " should be answered",
        () -> answers(got, ours, kind).findAny().isPresent());
    double late = answers(got, ours, kind).min().orElseThrow();
    within(late, 0, patience, test::describe);
  }

  /** How long after it got a segment one end sent one of a kind. */
  private DoubleStream answers(Entry got, boolean ours, Predicate<Entry> kind) {
    return wire.segments.of(test.port, ours, kind).stream()
        .mapToDouble(answer -> answer.seconds() - got.seconds())
        .filter(late -> late >= 0);
  }

  /** The first FIN's may be delayed like any ACK, so that the answerer's own FIN can carry it. */
  void assertEachFinIsAcknowledged(boolean ours) {
    List<Entry> fins = wire.segments.of(test.port, ours, Entry::isFin);
    for (Entry fin : fins) {
      double patience = fin.equals(fins.get(0)) ? DELAYED_ACK + TOLERANCE : TOLERANCE;
      assertAnswered(fin, !ours, Entry::isPureAck, patience);
    }
  }

  /** Prints what was measured, for docs/lost-messages.md. */
  void report(String lost, boolean ours, Predicate<Entry> kind) {
    List<Entry> sent = wire.segments.of(test.port, ours, kind);
    double first = sent.get(0).seconds();
    StringBuilder line = new StringBuilder("measured: " + lost + (ours ? ", ours:" : ", Linux:"));
    sent.forEach(segment -> line.append(String.format(" %.2f", segment.seconds() - first)));
    line.append(String.format(" | %.2f", states.since(ours, test.port) - first));
    System.out.println(line);
  }
}
