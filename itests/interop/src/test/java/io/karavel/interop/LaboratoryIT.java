package io.karavel.interop;

import static io.karavel.interop.Measured.within;
import static io.karavel.interop.RoutedWire.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The command {@code net:lab lose} on connections with the kernel: each of the seven messages lost
 * twice, and until we give up. What it predicts is the timetable of {@code tcp-behaviour.md} §4,
 * and happens within 50 ms, by its own clock and on the wire. All at once, each on a port of its
 * own: an experiment that touched another connection would spoil that one's.
 */
@Requires({"nft", "tcpdump"})
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Measured.class)
class LaboratoryIT implements Measured.Again {
  private static final double TOLERANCE = 0.05;
  private static final List<Double> OPENING = List.of(0.0, 1.0, 3.0, 7.0);
  private static final List<Double> CLOSING = List.of(0.0, 0.2, 0.6, 1.4, 3.0);
  private static final AtomicInteger NEXT_PORT = new AtomicInteger(7800);
  private static RoutedWire wire;
  private static StateLog states;

  private OneOfManyTests test;
  private int port;

  /** A message, what we say again when it is lost, and where the connection gets to afterwards. */
  enum Lost {
    SYN(Entry::isSyn, "ESTABLISHED"),
    SYN_ACK(Entry::isSynAck, "ESTABLISHED"),
    ACK(Entry::isSynAck, "ESTABLISHED"),
    FIN1(Entry::isFin, "FIN-WAIT-2"),
    FIN1_ACK(Entry::isFin, "FIN-WAIT-2"),
    FIN2(Entry::isFin, ""),
    FIN2_ACK(Entry::isFin, "");

    final Predicate<Entry> repeated;
    final String state;

    Lost(Predicate<Entry> repeated, String state) {
      this.repeated = repeated;
      this.state = state;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isOpening() {
      return ordinal() <= ACK.ordinal();
    }

    /** Whether it is the kernel's, so that ours is on the wire each time. */
    boolean isAcknowledgement() {
      return this == ACK || this == FIN1_ACK || this == FIN2_ACK;
    }

    List<Double> table() {
      return isOpening() ? OPENING : CLOSING;
    }
  }

  /** A line of the report, in seconds; the prediction is null if there is none. */
  private record Step(Double predicted, double happened, String what) {
    static Step of(String line) {
      String[] column = line.split("\t");
      Double predicted = column[0].isEmpty() ? null : Double.parseDouble(column[0]) / 1e3;
      return new Step(predicted, Double.parseDouble(column[1]) / 1e3, column[2]);
    }
  }

  @BeforeAll
  static void open() {
    wire =
        RoutedWire.create(
            "tcp.synRetries=2",
            "tcp.synAckRetries=2",
            "tcp.orphanRetries=3",
            "tcp.timeWaitSeconds=1");
    states = StateLog.start(wire);
    for (int warm = 7700; warm < 7706; warm++) { // what runs for the first time is slow in a JVM
      RoutedWire.Pair pair = wire.open(warm % 2 == 0, warm);
      String name = "warm" + warm;
      wire.stack.ask(
          "lab " + name + " --connection " + pair.ourId() + " --message fin1 --no-format lose");
      wire.stack.ask("shutdown " + pair.ourId());
      wire.sockets.ask("shutdown " + pair.kernelName());
      new OneOfManyTests(wire, states, warm)
          .await("the lab should end", () -> !wire.stack.ask("lab-report " + name).isEmpty());
    }
  }

  @AfterAll
  static void close() {
    states.close();
    wire.close();
  }

  @Override
  public void freshPort() {
    // each takes one when it begins
  }

  @Override
  public double longestPauseSince(double seconds) {
    return wire.longestPauseSince(seconds);
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  private void begin(Lost lost, int times, String which) {
    wire.stack.ask(
        String.format(
            "lab lab%d %s --message %s --times %d --time 40 --no-format lose",
            port, which, lost.word(), times));
  }

  private List<Step> report() {
    test.await(
        "the experiment should end", () -> !wire.stack.ask("lab-report lab" + port).isEmpty());
    return wire.stack.ask("lab-report lab" + port).stream().map(Step::of).toList();
  }

  /** Loses a message; the report when that is over. */
  private List<Step> lose(Lost lost, int times, boolean forEver) {
    port = NEXT_PORT.getAndIncrement();
    test = new OneOfManyTests(wire, states, port);
    if (lost == Lost.SYN) {
      wire.sockets.ask("listen l" + port + " " + port);
      begin(lost, times, "--peer " + RoutedWire.KERNEL + ":" + port);
      asked(() -> wire.stack.ask("dial " + RoutedWire.KERNEL + " " + port));
    } else if (lost.isOpening()) {
      // the kernel would say its SYN again, and each be answered
      wire.loseAllButFirst(1, false, port, SYN);
      wire.stack.ask("listen " + port);
      begin(lost, times, "--local :" + port);
      asked(() -> wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port));
    } else {
      boolean first = lost == Lost.FIN1 || lost == Lost.FIN1_ACK;
      RoutedWire.Pair pair = wire.open(port % 2 == 0, port);
      if (!first) {
        wire.sockets.ask("shutdown " + pair.kernelName());
        test.awaitState(true, "CLOSE-WAIT");
      }
      begin(lost, times, "--connection " + pair.ourId());
      // an orphan has a budget that a test can wait for
      asked(() -> wire.stack.ask((forEver ? "close " : "shutdown ") + pair.ourId()));
    }
    return report();
  }

  private double askedFrom;
  private double askedUntil;

  private void asked(Runnable question) {
    askedFrom = now();
    question.run();
    askedUntil = now();
  }

  /** What was predicted is the table, and is what happened. */
  private static void assertTimetable(Lost lost, List<Step> steps, List<Double> table) {
    String all = steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
    List<Step> predicted = steps.stream().filter(step -> step.predicted != null).toList();
    assertThat(predicted).as(all).hasSameSizeAs(table);
    double off = 0;
    for (int i = 0; i < table.size(); i++) {
      double expected = table.get(i);
      Step step = predicted.get(i);
      within(step.predicted, expected - TOLERANCE, expected + TOLERANCE, () -> all);
      within(step.happened - step.predicted, -TOLERANCE, TOLERANCE, () -> all);
      off = Math.max(off, Math.abs(step.happened - step.predicted));
    }
    System.out.printf(
        "measured: %s: predicted %s, off by %.1f ms at most%n",
        lost,
        predicted.stream()
            .map(step -> String.format("%.3f", step.predicted))
            .collect(Collectors.joining(" ")),
        off * 1e3);
  }

  @ParameterizedTest
  @EnumSource
  void lostTwice(Lost lost) {
    List<Step> steps = lose(lost, 2, false);
    assertThat(steps.stream().filter(step -> step.what.contains(", lost (LABORATORY_LOSS)")))
        .as(steps.toString())
        .hasSize(2);
    // what it comes to may be the last step, or come too late to be one
    assertThat(steps.stream().filter(step -> !step.what.startsWith("we are")))
        .last()
        .satisfies(step -> assertThat(step.what).endsWith(", arrives"));
    assertTimetable(lost, steps, lost.table().subList(0, 3));
    test.awaitState(true, lost.state);
    assertOnTheWire(lost, lost.table().subList(0, 3));
  }

  /** Ours was seen each time, or, if it was itself lost, the third time only. */
  private void assertOnTheWire(Lost lost, List<Double> table) {
    int times = lost.isAcknowledgement() ? table.size() : 1;
    test.awaitSent(true, lost.repeated, times); // the log of the wire comes later than the report
    List<Entry> sent = wire.segments.of(port, true, lost.repeated);
    String all = wire.segments.describe(port);
    assertThat(sent).as(all).hasSize(times);
    for (int i = 1; i < sent.size(); i++) {
      double at = sent.get(i).seconds() - sent.get(0).seconds();
      within(at, table.get(i) - TOLERANCE, table.get(i) + TOLERANCE, () -> all);
    }
    double last = sent.get(sent.size() - 1).seconds();
    double end = table.get(table.size() - 1);
    within(last, askedFrom + end - TOLERANCE, askedUntil + end + TOLERANCE, () -> all);
  }

  @ParameterizedTest
  @EnumSource
  void lostUntilWeGiveUp(Lost lost) {
    List<Step> steps = lose(lost, 1000, true);
    assertTimetable(lost, steps, lost.table());
    assertThat(steps.get(steps.size() - 1).what).isEqualTo("we are now CLOSED, giving up");
    test.awaitState(true, "");
    int times = lost.isAcknowledgement() ? lost.table().size() - 1 : 0;
    test.awaitSent(true, lost.repeated, times);
    assertThat(wire.segments.of(port, true, lost.repeated))
        .as(wire.segments.describe(port))
        .hasSize(times);
  }
}
