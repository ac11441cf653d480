package io.karavel.interop;

import static io.karavel.interop.Measured.within;
import static io.karavel.interop.RoutedWire.FIN;
import static io.karavel.interop.RoutedWire.PURE_ACK;
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
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each of the seven messages of a connection lost between the kernel and us, in both roles: once,
 * twice and for ever. Ours keeps the timetables of {@code tcp-behaviour.md} §4 within 50 ms, the
 * kernel its own. All tests run at once, each on a port of its own; {@link Measured} says what
 * becomes of a time that is off.
 *
 * <p>The limits are small unless told otherwise: {@code -Dkaravel.synRetries=5
 * -Dkaravel.orphanRetries=8 -Dkaravel.finTimeoutSeconds=60 -Dkaravel.timeWaitSeconds=60} makes them
 * the default ones.
 */
@Requires({"nft", "tcpdump"})
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Measured.class)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class LostMessagesIT implements Measured.Again {
  private static final int SYN_RETRIES = Integer.getInteger("karavel.synRetries", 2);
  private static final int ORPHAN_RETRIES = Integer.getInteger("karavel.orphanRetries", 3);
  private static final int FIN_TIMEOUT = Integer.getInteger("karavel.finTimeoutSeconds", 3);
  private static final int TIME_WAIT = Integer.getInteger("karavel.timeWaitSeconds", 10);

  /** How far ours may be from the table. */
  private static final double TOLERANCE = 0.05;

  /** How long either end may wait before it acknowledges: our delayedAckMillis, Linux's ATO. */
  private static final double DELAYED_ACK = 0.04;

  /** By how much the kernel's timer wheel may lengthen an interval, and what else it takes. */
  private static final double WHEEL = 1.125;

  private static final double LAST_SYN_INTERVAL = Math.scalb(1.0, SYN_RETRIES);

  /** The kernel's budget begins with the first repetition, and its wheel is late. */
  private static final Duration PATIENCE =
      Duration.ofSeconds(40 + (long) (3 * LAST_SYN_INTERVAL + 2.5 * budget(ORPHAN_RETRIES)));

  private static final long POLL_NANOS = 20_000_000;

  private static final AtomicInteger NEXT_PORT = new AtomicInteger(7000);
  private static RoutedWire wire;
  private static StateLog states;

  private int port = NEXT_PORT.getAndIncrement();

  @Override
  public void freshPort() {
    port = NEXT_PORT.getAndIncrement();
  }

  @Override
  public double longestPauseSince(double seconds) {
    return wire.longestPauseSince(seconds);
  }

  @BeforeAll
  static void open() {
    wire =
        RoutedWire.create(
            "tcp.synRetries=" + SYN_RETRIES,
            "tcp.synAckRetries=" + SYN_RETRIES,
            "tcp.orphanRetries=" + ORPHAN_RETRIES,
            "tcp.finTimeoutSeconds=" + FIN_TIMEOUT,
            "tcp.timeWaitSeconds=" + TIME_WAIT);
    wire.kernel
        .sysctl("net/ipv4/tcp_syn_retries", Integer.toString(SYN_RETRIES))
        .sysctl("net/ipv4/tcp_synack_retries", Integer.toString(SYN_RETRIES))
        .sysctl("net/ipv4/tcp_orphan_retries", Integer.toString(ORPHAN_RETRIES))
        .sysctl("net/ipv4/tcp_fin_timeout", Integer.toString(FIN_TIMEOUT));
    states = StateLog.start(wire);
    warmUp();
  }

  /** What runs for the first time is slow in a JVM, and here times are judged. */
  private static void warmUp() {
    for (int port = 6900; port < 6920; port++) {
      boolean weOpen = port % 2 == 0;
      RoutedWire.Pair pair = wire.open(weOpen, port);
      wire.loseFirst(2, true, weOpen, port, FIN);
      wire.stack.ask("shutdown " + pair.ourId());
      wire.sockets.ask("shutdown " + pair.kernelName());
    }
  }

  @AfterAll
  static void close() {
    states.close();
    wire.close();
  }

  /** The time that a number of retries stands for. */
  private static double budget(int retries) {
    return ((1L << (retries + 1)) - 1) * 0.2;
  }

  /** 0, 1, 3, 7 …: sent and repeated so many times, and the end after them. */
  private static List<Double> table(double first, int retries) {
    return IntStream.rangeClosed(0, retries + 1).mapToObj(n -> first * ((1L << n) - 1)).toList();
  }

  /**
   * What one end sent of a kind, beside a timetable.
   *
   * @param repeated how often it is to be repeated
   * @return the end of the timetable, in seconds since 1970, as the sender counts
   */
  private double assertTimetable(
      boolean ours, Predicate<Entry> kind, double interval, int repeated) {
    awaitSent(ours, kind, repeated + 1);
    List<Double> times = wire.segments.times(port, ours, kind);
    String all = wire.segments.describe(port);
    assertThat(times).as(all).hasSize(repeated + 1);
    List<Double> table = table(interval, repeated);
    for (int i = 1; i <= repeated; i++) {
      if (ours) {
        within(times.get(i), table.get(i) - TOLERANCE, table.get(i) + TOLERANCE, () -> all);
      } else {
        double nominal = interval * (1L << (i - 1));
        double waited = times.get(i) - times.get(i - 1);
        within(waited, nominal - 0.01, nominal * WHEEL + TOLERANCE, () -> all);
      }
    }
    double first = wire.segments.of(port, ours, kind).get(0).seconds();
    if (ours) {
      return first + table.get(repeated + 1);
    }
    return first + times.get(repeated) + interval * (1L << repeated);
  }

  /** That a connection of one end was gone when the timetable ended. */
  private void assertEnd(boolean ours, double expected, double lastInterval) {
    double late = ours ? TOLERANCE : lastInterval * (WHEEL - 1) + TOLERANCE;
    within(
        states.since(ours, port) - expected,
        -TOLERANCE,
        late,
        () -> states.of(ours, port) + wire.segments.describe(port));
  }

  /** Prints what was measured, for docs/lost-messages.md. */
  private void report(String lost, boolean ours, Predicate<Entry> kind) {
    List<Entry> sent = wire.segments.of(port, ours, kind);
    double first = sent.get(0).seconds();
    StringBuilder line = new StringBuilder("measured: " + lost + (ours ? ", ours:" : ", Linux:"));
    sent.forEach(segment -> line.append(String.format(" %.2f", segment.seconds() - first)));
    line.append(String.format(" | %.2f", states.since(ours, port) - first));
    System.out.println(line);
  }

  private void await(BooleanSupplier condition, Supplier<String> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            wanted.get()
                + "; states: ours "
                + states.of(true, port)
                + ", the kernel's "
                + states.of(false, port)
                + wire.segments.describe(port));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void awaitState(boolean ours, String state) {
    await(
        () -> states.state(ours, port).equals(state),
        () -> (ours ? "we" : "the kernel") + " should be in '" + state + "'");
  }

  private void awaitSent(boolean ours, Predicate<Entry> kind, int count) {
    await(
        () -> wire.segments.of(port, ours, kind).size() >= count,
        () -> (ours ? "we" : "the kernel") + " should have sent " + count);
  }

  private RoutedWire.Loss lose(boolean ours, String match) {
    return wire.lose(ours, port, match);
  }

  /** Begins a connection to a fresh listener of the other end; our id of the socket or listener. */
  private String dial(boolean weOpen) {
    if (weOpen) {
      wire.sockets.ask("listen l" + port + " " + port);
      return wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
    }
    String listener = wire.stack.values("listen " + port).get("id");
    wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port);
    return listener;
  }

  private void close(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      wire.stack.ask("close " + pair.ourId());
    } else {
      wire.sockets.ask("close " + pair.kernelName());
    }
  }

  /** That one end sent a segment of a kind so soon after it got another. */
  private void assertAnswered(Entry got, boolean ours, Predicate<Entry> kind, double patience) {
    await(
        () -> answers(got, ours, kind).findAny().isPresent(),
        () -> "what came at " + got.seconds() + " should be answered");
    double late = answers(got, ours, kind).min().orElseThrow();
    within(late, 0, patience, () -> wire.segments.describe(port));
  }

  /** How long after it got a segment one end sent one of a kind. */
  private DoubleStream answers(Entry got, boolean ours, Predicate<Entry> kind) {
    return wire.segments.of(port, ours, kind).stream()
        .mapToDouble(answer -> answer.seconds() - got.seconds())
        .filter(late -> late >= 0);
  }

  // ---- 1 to 3: the opening ----

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSynLostForEver(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN)) {
      String id = dial(ours);
      awaitState(ours, "SYN-SENT");
      awaitState(ours, "");
      double end = assertTimetable(ours, Entry::isSyn, 1, SYN_RETRIES);
      report("SYN", ours, Entry::isSyn);
      assertEnd(ours, end, LAST_SYN_INTERVAL);
      if (ours) {
        assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "TIMED_OUT");
      } else {
        assertThat(wire.sockets.values("outcome c" + port))
            .containsEntry("result", "Connection timed out");
      }
    }
    // nothing else was sent by anybody
    assertThat(wire.segments.of(port, ours, segment -> !segment.isSyn())).isEmpty();
    assertThat(wire.segments.of(port, !ours, segment -> true)).isEmpty();
  }

  /** The client repeats its SYN, and each is answered at once. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSynAckLostForEver(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN_ACK)) {
      dial(!ours);
      awaitState(!ours, "SYN-SENT");
      awaitState(!ours, "");
      double end = assertTimetable(!ours, Entry::isSyn, 1, SYN_RETRIES);
      assertEnd(!ours, end, LAST_SYN_INTERVAL);
      report("SYN-ACK, SYN repeated", !ours, Entry::isSyn);
      for (Entry syn : wire.segments.of(port, !ours, Entry::isSyn)) {
        assertAnswered(syn, ours, Entry::isSynAck, TOLERANCE);
      }
      awaitState(ours, "");
    }
    assertThat(wire.segments.of(port, ours, Entry::isReset)).isEmpty();
  }

  /** The client is gone after its SYN: the server repeats by its own timetable, then is silent. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSynAckLostForEverAndTheServerAlone(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN_ACK)) {
      // however long it takes until the client is gone
      wire.loseAllButFirst(1, !ours, port, SYN);
      String id = dial(!ours);
      awaitState(ours, "SYN-RECEIVED");
      if (ours) {
        wire.sockets.ask("close c" + port);
      } else {
        wire.stack.ask("close " + id);
      }
      awaitState(ours, "");
      double end = assertTimetable(ours, Entry::isSynAck, 1, SYN_RETRIES);
      report("SYN-ACK, the server alone", ours, Entry::isSynAck);
      assertEnd(ours, end, LAST_SYN_INTERVAL);
    }
    assertThat(wire.segments.of(port, ours, Entry::isReset)).isEmpty();
  }

  /** The client is ESTABLISHED and answers each SYN-ACK; its data reach a server that gave up. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theHandshakeAckLostForEver(boolean ours) {
    String id;
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      id = dial(ours);
      awaitState(ours, "ESTABLISHED");
      awaitState(!ours, "SYN-RECEIVED");
      awaitState(!ours, "");
      double end = assertTimetable(!ours, Entry::isSynAck, 1, SYN_RETRIES);
      report("ACK of the handshake, SYN-ACK repeated", !ours, Entry::isSynAck);
      assertEnd(!ours, end, LAST_SYN_INTERVAL);
      awaitSent(ours, Entry::isPureAck, SYN_RETRIES + 1);
      assertThat(wire.segments.of(port, ours, Entry::isPureAck)).hasSize(SYN_RETRIES + 1);
    }
    if (ours) {
      wire.stack.ask("write " + id + " 10");
    } else {
      assertThat(wire.sockets.values("outcome c" + port)).containsEntry("result", "connected");
      wire.sockets.ask("write c" + port + " 10");
    }
    awaitState(ours, "");
    // one for each time that the data came
    Predicate<Entry> data = segment -> segment.length() > 0;
    await(
        () ->
            wire.segments.of(port, !ours, Entry::isReset).size()
                == wire.segments.of(port, ours, data).size(),
        () -> "the data should be answered with RST");
  }

  /** The client's data stand in for the lost ACK. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theHandshakeAckLostAndDataInItsPlace(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      String id = dial(ours);
      awaitState(ours, "ESTABLISHED");
      if (ours) {
        wire.stack.ask("write " + id + " 10");
      } else {
        assertThat(wire.sockets.values("outcome c" + port)).containsEntry("result", "connected");
        wire.sockets.ask("write c" + port + " 10");
      }
      awaitState(!ours, "ESTABLISHED");
      assertThat(wire.segments.of(port, !ours, Entry::isSynAck)).hasSize(1);
    }
  }

  // ---- 4 to 7: the closing ----

  /**
   * Whose FIN nobody acknowledges, as an orphan: repeated until its budget is over, without RST.
   */
  private void assertFinRepeatedUntilTheBudgetIsOver(String lost, boolean ours) {
    awaitState(ours, "");
    int repeated = ours ? ORPHAN_RETRIES : repeatedByTheKernel(Entry::isFin);
    double end = assertTimetable(ours, Entry::isFin, 0.2, repeated);
    report(lost, ours, Entry::isFin);
    assertEnd(ours, end, 0.2 * (1L << repeated));
    assertThat(wire.segments.of(port, ours, Entry::isReset)).isEmpty();
  }

  /**
   * How often the kernel, which is done, repeated an orphan's segment. Its budget is a time, that
   * of the retries, and begins with the first repetition: one interval more fits in unless its
   * timers were so late that the budget was over when the last of them fired.
   */
  private int repeatedByTheKernel(Predicate<Entry> kind) {
    awaitSent(false, kind, ORPHAN_RETRIES + 1);
    List<Double> sent = wire.segments.times(port, false, kind);
    double last = 0.2 * (1L << ORPHAN_RETRIES);
    double fired = states.since(false, port) - wire.segments.of(port, false, kind).get(1).seconds();
    boolean over = sent.size() == ORPHAN_RETRIES + 1;
    if (over) {
      within(
          fired,
          budget(ORPHAN_RETRIES) - TOLERANCE,
          budget(ORPHAN_RETRIES) + last,
          () -> wire.segments.describe(port));
    }
    return over ? ORPHAN_RETRIES : ORPHAN_RETRIES + 1;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFirstFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      close(ours, pair);
      awaitState(ours, "FIN-WAIT-1");
      assertFinRepeatedUntilTheBudgetIsOver("first FIN", ours);
      assertThat(states.state(!ours, port)).isEqualTo("ESTABLISHED");
    }
  }

  /** The passive end, in CLOSE-WAIT, acknowledges each. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theAckOfTheFirstFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      close(!ours, pair);
      awaitState(!ours, "FIN-WAIT-1");
      assertFinRepeatedUntilTheBudgetIsOver("ACK of the first FIN", !ours);
      assertThat(states.state(ours, port)).isEqualTo("CLOSE-WAIT");
      assertEachFinIsAcknowledged(!ours);
    }
  }

  /** The first FIN's may be delayed like any ACK, so that the answerer's own FIN can carry it. */
  private void assertEachFinIsAcknowledged(boolean ours) {
    List<Entry> fins = wire.segments.of(port, ours, Entry::isFin);
    for (Entry fin : fins) {
      double patience = fin.equals(fins.get(0)) ? DELAYED_ACK + TOLERANCE : TOLERANCE;
      assertAnswered(fin, !ours, Entry::isPureAck, patience);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noSecondFinComes(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    close(ours, pair);
    awaitState(ours, "FIN-WAIT-2");
    List<Entry> acks = wire.segments.of(port, !ours, Entry::isPureAck);
    double begin = acks.get(acks.size() - 1).seconds();
    awaitState(ours, "");
    // the kernel's timers of seconds and more are coarse
    report("no second FIN, FIN-WAIT-2", ours, Entry::isFin);
    assertEnd(ours, begin + FIN_TIMEOUT, ours ? FIN_TIMEOUT : 3 * FIN_TIMEOUT);
    assertThat(states.state(!ours, port)).isEqualTo("CLOSE-WAIT");
    assertThat(wire.segments.of(port, ours, Entry::isFin)).hasSize(1);
  }

  @Test
  void noSecondFinComesAfterShutdownOutputAndWeWaitForEver() {
    RoutedWire.Pair pair = wire.open(true, port);
    wire.stack.ask("shutdown " + pair.ourId());
    awaitState(true, "FIN-WAIT-2");
    long end = System.nanoTime() + Duration.ofSeconds(FIN_TIMEOUT + 1L).toNanos();
    await(() -> System.nanoTime() > end, () -> "time should pass");
    assertThat(states.state(true, port)).isEqualTo("FIN-WAIT-2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSecondFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    shutdown(!ours, pair);
    awaitState(!ours, "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      close(ours, pair);
      awaitState(ours, "LAST-ACK");
      assertFinRepeatedUntilTheBudgetIsOver("second FIN", ours);
      assertThat(states.state(!ours, port)).isEqualTo("FIN-WAIT-2");
    }
  }

  private void shutdown(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      wire.stack.ask("shutdown " + pair.ourId());
    } else {
      wire.sockets.ask("shutdown " + pair.kernelName());
    }
  }

  /** The active end, in TIME-WAIT, acknowledges each FIN again; with ours, each restarts 2 MSL. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLastAckLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    shutdown(ours, pair);
    awaitState(ours, "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      close(!ours, pair);
      awaitState(ours, "TIME-WAIT");
      assertFinRepeatedUntilTheBudgetIsOver("last ACK", !ours);
      List<Entry> fins = wire.segments.of(port, !ours, Entry::isFin);
      assertEachFinIsAcknowledged(!ours);
      if (ours) {
        awaitState(true, "");
        assertEnd(true, fins.get(fins.size() - 1).seconds() + TIME_WAIT, TIME_WAIT);
      }
    }
  }

  // ---- once and twice: the connection lives all the same ----

  enum Message {
    SYN(RoutedWire.SYN, true, Entry::isSyn),
    SYN_ACK(RoutedWire.SYN_ACK, false, Entry::isSynAck),
    HANDSHAKE_ACK(PURE_ACK, true, Entry::isPureAck),
    FIRST_FIN(FIN, true, Entry::isFin),
    FIRST_FIN_ACK(PURE_ACK, false, Entry::isPureAck),
    SECOND_FIN(FIN, false, Entry::isFin),
    LAST_ACK(PURE_ACK, true, Entry::isPureAck);

    final String match;
    final boolean byClient;
    final Predicate<Entry> kind;

    Message(String match, boolean byClient, Predicate<Entry> kind) {
      this.match = match;
      this.byClient = byClient;
      this.kind = kind;
    }
  }

  static Stream<Arguments> losses() {
    return Stream.of(Message.values())
        .flatMap(
            message ->
                Stream.of(true, false)
                    .flatMap(
                        weOpen ->
                            Stream.of(1, 2).map(times -> Arguments.of(message, weOpen, times))));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lostOnceOrTwiceTheConnectionOpensAndClosesAllTheSame(
      Message message, boolean weOpen, int times) {
    boolean sender = weOpen == message.byClient;
    RoutedWire.Pair pair;
    if (message.ordinal() <= Message.HANDSHAKE_ACK.ordinal()) {
      wire.loseFirst(times, sender, message.byClient, port, message.match);
      String id = dial(weOpen);
      awaitState(!weOpen, "ESTABLISHED");
      awaitState(weOpen, "ESTABLISHED");
      pair = accepted(weOpen, id);
    } else {
      pair = wire.open(weOpen, port);
    }
    step(Message.FIRST_FIN, Message.FIRST_FIN_ACK, message, weOpen, weOpen, pair, times);
    awaitState(!weOpen, "CLOSE-WAIT");
    awaitState(weOpen, "FIN-WAIT-2");
    step(Message.SECOND_FIN, Message.LAST_ACK, message, weOpen, !weOpen, pair, times);
    awaitState(!weOpen, "");
    await(
        () -> states.of(weOpen, port).stream().anyMatch(seen -> seen.state().equals("TIME-WAIT")),
        () -> "TIME-WAIT should have been seen");
    for (boolean end : new boolean[] {true, false}) {
      assertThat(wire.segments.of(port, end, Entry::isReset))
          .as(states.of(true, port) + " " + states.of(false, port) + wire.segments.describe(port))
          .isEmpty();
    }
  }

  /** The accepted end of a connection that was dialled. */
  private RoutedWire.Pair accepted(boolean weOpen, String id) {
    String name = "c" + port;
    if (weOpen) {
      wire.sockets.ask("accept " + name + " l" + port);
      return new RoutedWire.Pair(name, id);
    }
    assertThat(wire.sockets.values("outcome " + name)).containsEntry("result", "connected");
    return new RoutedWire.Pair(name, wire.stack.values("accept " + id).get("id"));
  }

  /** One end shuts down while its FIN, or the ACK of it, is lost if that is the message. */
  private void step(
      Message fin,
      Message ack,
      Message lost,
      boolean weOpen,
      boolean ours,
      RoutedWire.Pair pair,
      int times) {
    if (lost != fin && lost != ack) {
      shutdown(ours, pair);
      return;
    }
    boolean sender = weOpen == lost.byClient;
    wire.loseFirst(times, sender, lost.byClient, port, lost.match);
    shutdown(ours, pair);
    if (ours) {
      // how it was repeated: at .2 and .6
      awaitSent(true, Entry::isFin, times + 1);
      List<Double> sent = wire.segments.times(port, true, Entry::isFin);
      List<Double> table = table(0.2, times);
      for (int i = 0; i <= times; i++) {
        double expected = table.get(i);
        within(
            sent.get(i),
            expected - TOLERANCE,
            expected + TOLERANCE,
            () -> wire.segments.describe(port));
      }
    }
  }
}
