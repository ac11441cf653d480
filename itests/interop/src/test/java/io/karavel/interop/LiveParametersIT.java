package io.karavel.interop;

import static io.karavel.interop.Measured.within;
import static io.karavel.interop.RoutedWire.FIN;
import static io.karavel.interop.RoutedWire.SYN;
import static io.karavel.interop.RoutedWire.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * One key of each family changed while a connection with the kernel waits: lowered below what has
 * passed already, it ends the wait now; raised, the armed interval stays and the wait goes on by
 * the new value ({@code tcp-behaviour.md} §5). Each test has keys of its own, so that all run at
 * once on one wire.
 */
@Requires({"nft", "tcpdump"})
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Measured.class)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class LiveParametersIT implements Measured.Again {

  /** How far ours may be from the table. */
  private static final double TOLERANCE = 0.05;

  /** How long a question takes at most until the key is in force. */
  private static final double ASKED = 0.1;

  private static final AtomicInteger NEXT_PORT = new AtomicInteger(7500);
  private static RoutedWire wire;
  private static StateLog states;

  @BeforeAll
  static void open() {
    wire = RoutedWire.create();
    wire.kernel.sysctl("net/ipv4/tcp_syn_retries", "1");
    states = StateLog.start(wire);
    for (int port = 7400; port < 7410; port++) { // what runs for the first time is slow in a JVM
      RoutedWire.Pair pair = wire.open(port % 2 == 0, port);
      wire.loseFirst(1, true, port % 2 == 0, port, FIN);
      wire.stack.ask("shutdown " + pair.ourId());
      wire.sockets.ask("shutdown " + pair.kernelName());
    }
  }

  @AfterAll
  static void close() {
    states.close();
    wire.close();
  }

  @Override
  public void freshPort() {
    // each takes its ports when it begins
  }

  @Override
  public double longestPauseSince(double seconds) {
    return wire.longestPauseSince(seconds);
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  private static void await(int port, String wanted, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            wanted + "; ours " + states.of(true, port) + wire.segments.describe(port));
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void awaitState(int port, String state) {
    await(port, "we should be in '" + state + "'", () -> states.state(true, port).equals(state));
  }

  /** Waits until so much time has passed since we sent the first of a kind. */
  private static double awaitAge(int port, Predicate<Entry> kind, double seconds) {
    await(port, "we should send", () -> !wire.segments.of(port, true, kind).isEmpty());
    double first = wire.segments.of(port, true, kind).get(0).seconds();
    await(port, "time should pass", () -> now() - first >= seconds);
    return first;
  }

  /** Sets a key and returns the time before. */
  private static double set(String pid, String setting) {
    double before = now();
    wire.stack.ask("config " + pid + " " + setting);
    return before;
  }

  /** That our connection ended when the key was set. */
  private static void assertEndsAt(int port, double seconds) {
    awaitState(port, "");
    within(
        states.since(true, port) - seconds,
        -TOLERANCE,
        ASKED,
        () -> states.of(true, port) + wire.segments.describe(port));
  }

  private static void assertSent(int port, Predicate<Entry> kind, double... seconds) {
    await(
        port,
        "we should send " + seconds.length,
        () -> wire.segments.of(port, true, kind).size() >= seconds.length);
    List<Double> times = wire.segments.times(port, true, kind);
    assertThat(times).as(wire.segments.describe(port)).hasSize(seconds.length);
    for (int i = 0; i < seconds.length; i++) {
      within(times.get(i), seconds[i] - TOLERANCE, seconds[i] + TOLERANCE, describe(port));
    }
  }

  private static Supplier<String> describe(int port) {
    return () -> wire.segments.describe(port);
  }

  private static String dial(int port) {
    wire.sockets.ask("listen l" + port + " " + port);
    return wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
  }

  @Test
  void synRetriesLoweredEndsTheConnectNowAndRaisedLetsTheArmedIntervalStand() {
    set("tcp", "synRetries=5"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    int other = NEXT_PORT.getAndIncrement();
    try (RoutedWire.Loss loss = wire.lose(true, port, SYN);
        RoutedWire.Loss losses = wire.lose(true, other, SYN)) {
      String id = dial(port);
      awaitAge(port, Entry::isSyn, 5);
      assertEndsAt(port, set("tcp", "synRetries=1"));
      assertSent(port, Entry::isSyn, 0, 1, 3);
      assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "TIMED_OUT");
      dial(other);
      awaitAge(other, Entry::isSyn, 2);
      set("tcp", "synRetries=2");
      awaitAge(other, Entry::isSyn, 6.5);
      awaitState(other, "");
      assertSent(other, Entry::isSyn, 0, 1, 3);
      double first = wire.segments.of(other, true, Entry::isSyn).get(0).seconds();
      within(states.since(true, other) - first, 7 - TOLERANCE, 7 + TOLERANCE, describe(other));
    }
  }

  @Test
  void synAckRetriesLoweredEndsTheEmbryoNowAndSilently() {
    set("tcp", "synAckRetries=5"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    try (RoutedWire.Loss loss = wire.lose(true, port, SYN_ACK)) {
      wire.stack.ask("listen " + port);
      wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port);
      awaitState(port, "SYN-RECEIVED");
      wire.sockets.ask("close c" + port);
      awaitAge(port, Entry::isSynAck, 4);
      assertEndsAt(port, set("tcp", "synAckRetries=1"));
      assertSent(port, Entry::isSynAck, 0, 1, 3);
      assertThat(wire.segments.of(port, true, Entry::isReset)).isEmpty();
    }
  }

  @Test
  void retries2LoweredEndsTheConnectionWithUnacknowledgedDataNow() {
    set("tcp", "retries2=15"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    RoutedWire.Pair pair = wire.open(true, port);
    try (RoutedWire.Loss loss = wire.lose(true, port, "")) {
      wire.stack.ask("write " + pair.ourId() + " 100");
      awaitAge(port, segment -> segment.length() > 0, 4);
      assertThat(states.state(true, port)).isEqualTo("ESTABLISHED");
      assertEndsAt(port, set("tcp", "retries2=3")); // 3 s are over
      assertThat(wire.stack.values("outcome " + pair.ourId())).containsEntry("error", "TIMED_OUT");
    }
  }

  @Test
  void orphanRetriesLoweredEndsTheOrphanNowWithoutReset() {
    set("tcp", "orphanRetries=0"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    RoutedWire.Pair pair = wire.open(false, port);
    try (RoutedWire.Loss loss = wire.lose(true, port, FIN)) {
      wire.stack.ask("close " + pair.ourId());
      awaitAge(port, Entry::isFin, 2);
      assertEndsAt(port, set("tcp", "orphanRetries=2")); // 1.4 s are over
      assertSent(port, Entry::isFin, 0, .2, .6, 1.4);
      assertThat(wire.segments.of(port, true, Entry::isReset)).isEmpty();
    }
  }

  @Test
  void finTimeoutCountsFromTheBeginningOfTheWaitWhereverItIsMoved() {
    set("tcp", "finTimeoutSeconds=60"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    int other = NEXT_PORT.getAndIncrement();
    wire.stack.ask("close " + wire.open(true, port).ourId());
    wire.stack.ask("close " + wire.open(true, other).ourId());
    awaitState(other, "FIN-WAIT-2");
    double first = awaitAge(port, Entry::isFin, 1);
    set("tcp", "finTimeoutSeconds=4");
    double second = awaitAge(other, Entry::isFin, 2);
    awaitState(port, "");
    awaitState(other, "");
    // the kernel delays the ACK of a FIN by 40 ms at most
    within(states.since(true, port) - first, 4 - TOLERANCE, 4.04 + TOLERANCE, describe(port));
    within(states.since(true, other) - second, 4 - TOLERANCE, 4.04 + TOLERANCE, describe(other));
    assertThat(wire.segments.of(port, true, Entry::isReset)).isEmpty();
    int last = NEXT_PORT.getAndIncrement();
    wire.stack.ask("close " + wire.open(true, last).ourId());
    awaitState(last, "FIN-WAIT-2");
    awaitAge(last, Entry::isFin, 2);
    assertEndsAt(last, set("tcp", "finTimeoutSeconds=1"));
  }

  @Test
  void timeWaitLoweredEndsTheRecordNowAndTheTupleIsFree() {
    set("tcp", "timeWaitSeconds=60"); // also when it is measured again
    int port = NEXT_PORT.getAndIncrement();
    RoutedWire.Pair pair = wire.open(false, port);
    wire.stack.ask("shutdown " + pair.ourId());
    awaitState(port, "FIN-WAIT-2");
    wire.sockets.ask("close " + pair.kernelName());
    awaitState(port, "TIME-WAIT");
    awaitAge(port, Entry::isFin, 3);
    assertThat(states.state(true, port)).isEqualTo("TIME-WAIT");
    assertEndsAt(port, set("tcp", "timeWaitSeconds=2"));
  }

  @Test
  void keepaliveTimesLoweredProbeTheKernelNowAndGiveItUpWhenItIsSilent() {
    set("keepalive", "timeSeconds=7200 intervalSeconds=75 probes=10"); // also when again
    int port = NEXT_PORT.getAndIncrement();
    RoutedWire.Pair pair = wire.open(true, port);
    wire.stack.ask("option " + pair.ourId() + " keepalive true");
    awaitAge(port, Entry::isPureAck, 2);
    assertThat(wire.segments.of(port, true, Entry::isPureAck)).hasSize(1);
    double before = set("keepalive", "timeSeconds=1 intervalSeconds=1 probes=3");
    await(port, "a probe", () -> wire.segments.of(port, true, Entry::isPureAck).size() >= 3);
    List<Entry> sent = wire.segments.of(port, true, Entry::isPureAck);
    within(sent.get(1).seconds() - before, -TOLERANCE, ASKED, describe(port));
    // the kernel answers, so a second idle time
    within(sent.get(2).seconds() - sent.get(1).seconds(), .95, 1.1, describe(port));
    double lastAnswer;
    try (RoutedWire.Loss loss = wire.lose(true, port, "")) {
      awaitState(port, "");
      List<Entry> answers = wire.segments.of(port, false, Entry::isPureAck);
      lastAnswer = answers.get(answers.size() - 1).seconds();
      // idle 1 s, probes at 1, 2 and 3, the end at 4
      within(states.since(true, port) - lastAnswer, 4 - TOLERANCE, 4 + TOLERANCE, describe(port));
      await(port, "RST", () -> !wire.segments.of(port, true, Entry::isReset).isEmpty());
    }
    assertThat(wire.stack.values("outcome " + pair.ourId())).containsEntry("error", "TIMED_OUT");
  }
}
