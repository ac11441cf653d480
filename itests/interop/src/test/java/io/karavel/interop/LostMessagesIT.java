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
import java.util.function.Predicate;
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
@Requires({"nft", "tcpdump", "ss"})
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Measured.class)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class LostMessagesIT implements Measured.Again {
  private static final int SYN_RETRIES = Integer.getInteger("karavel.synRetries", 2);
  private static final int ORPHAN_RETRIES = Integer.getInteger("karavel.orphanRetries", 3);
  private static final int FIN_TIMEOUT = Integer.getInteger("karavel.finTimeoutSeconds", 3);
  private static final int TIME_WAIT = Integer.getInteger("karavel.timeWaitSeconds", 10);

  /** The kernel's budget begins with the first repetition, and its wheel is late. */
  private static final Duration PATIENCE =
      Duration.ofSeconds(
          40 + (3L << SYN_RETRIES) + (long) (2.5 * LossTimetable.budget(ORPHAN_RETRIES)));

  private static SharedWire shared;
  private static RoutedWire wire;
  private static StateLog states;

  private OneOfManyTests test;
  private LossTimetable timetable;
  private int port;

  LostMessagesIT() {
    freshPort();
  }

  @Override
  public final void freshPort() {
    test = shared.test();
    timetable = new LossTimetable(shared, test);
    port = test.port;
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
    shared = SharedWire.start(wire, 7000, PATIENCE);
    states = shared.states;
  }

  @AfterAll
  static void close() {
    shared.close();
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

  // ---- 1 to 3: the opening ----

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSynLostForEver(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN)) {
      String id = dial(ours);
      test.awaitState(ours, "SYN-SENT");
      test.awaitState(ours, "");
      timetable.assertCounted(ours, Entry::isSyn, SYN_RETRIES);
      timetable.report("SYN", ours, Entry::isSyn);
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
      test.awaitState(!ours, "SYN-SENT");
      test.awaitState(!ours, "");
      timetable.assertCounted(!ours, Entry::isSyn, SYN_RETRIES);
      timetable.report("SYN-ACK, SYN repeated", !ours, Entry::isSyn);
      for (Entry syn : wire.segments.of(port, !ours, Entry::isSyn)) {
        timetable.assertAnswered(syn, ours, Entry::isSynAck, LossTimetable.TOLERANCE);
      }
      test.awaitState(ours, "");
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
      test.awaitState(ours, "SYN-RECEIVED");
      if (ours) {
        wire.sockets.ask("close c" + port);
      } else {
        wire.stack.ask("close " + id);
      }
      test.awaitState(ours, "");
      timetable.assertCounted(ours, Entry::isSynAck, SYN_RETRIES);
      timetable.report("SYN-ACK, the server alone", ours, Entry::isSynAck);
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
      test.awaitState(ours, "ESTABLISHED");
      test.awaitState(!ours, "SYN-RECEIVED");
      test.awaitState(!ours, "");
      timetable.assertCounted(!ours, Entry::isSynAck, SYN_RETRIES);
      timetable.report("ACK of the handshake, SYN-ACK repeated", !ours, Entry::isSynAck);
      test.awaitSent(ours, Entry::isPureAck, SYN_RETRIES + 1);
      assertThat(wire.segments.of(port, ours, Entry::isPureAck)).hasSize(SYN_RETRIES + 1);
    }
    if (ours) {
      wire.stack.ask("write " + id + " 10");
    } else {
      assertThat(wire.sockets.values("outcome c" + port)).containsEntry("result", "connected");
      wire.sockets.ask("write c" + port + " 10");
    }
    test.awaitState(ours, "");
    // one for each time that the data came
    Predicate<Entry> data = segment -> segment.length() > 0;
    test.await(
        "the data should be answered with RST",
        () ->
            wire.segments.of(port, !ours, Entry::isReset).size()
                == wire.segments.of(port, ours, data).size());
  }

  /** The client's data stand in for the lost ACK. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theHandshakeAckLostAndDataInItsPlace(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      String id = dial(ours);
      test.awaitState(ours, "ESTABLISHED");
      if (ours) {
        wire.stack.ask("write " + id + " 10");
      } else {
        assertThat(wire.sockets.values("outcome c" + port)).containsEntry("result", "connected");
        wire.sockets.ask("write c" + port + " 10");
      }
      test.awaitState(!ours, "ESTABLISHED");
      wire.awaitLogged();
      // before them it may be repeated, when this machine stood still for a second
      double there = wire.segments.of(port, ours, s -> s.length() > 0).get(0).seconds();
      assertThat(wire.segments.of(port, !ours, Entry::isSynAck)).isNotEmpty();
      assertThat(wire.segments.of(port, !ours, s -> s.isSynAck() && s.seconds() > there)).isEmpty();
    }
  }

  // ---- 4 to 7: the closing ----

  /**
   * Whose FIN nobody acknowledges, as an orphan: repeated until its budget is over, without RST.
   *
   * @param timeout the retransmission timeout that it had when it closed
   */
  private void assertFinRepeatedUntilTheBudgetIsOver(String lost, boolean ours, double timeout) {
    test.awaitState(ours, "");
    timetable.assertWithinBudget(ours, timeout, ORPHAN_RETRIES);
    timetable.report(lost, ours, Entry::isFin);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFirstFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      double timeout = timetable.timeout(ours, pair);
      test.close(ours, pair);
      test.awaitState(ours, "FIN-WAIT-1");
      assertFinRepeatedUntilTheBudgetIsOver("first FIN", ours, timeout);
      assertThat(states.state(!ours, port)).isEqualTo("ESTABLISHED");
    }
  }

  /** The passive end, in CLOSE-WAIT, acknowledges each. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theAckOfTheFirstFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      double timeout = timetable.timeout(!ours, pair);
      test.close(!ours, pair);
      test.awaitState(!ours, "FIN-WAIT-1");
      assertFinRepeatedUntilTheBudgetIsOver("ACK of the first FIN", !ours, timeout);
      assertThat(states.state(ours, port)).isEqualTo("CLOSE-WAIT");
      timetable.assertEachFinIsAcknowledged(!ours);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noSecondFinComes(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    test.close(ours, pair);
    test.awaitState(ours, "FIN-WAIT-2");
    wire.awaitLogged();
    List<Entry> acks = wire.segments.of(port, !ours, Entry::isPureAck);
    double begin = acks.get(acks.size() - 1).seconds();
    test.awaitState(ours, "");
    // the kernel's timers of seconds and more are coarse
    timetable.report("no second FIN, FIN-WAIT-2", ours, Entry::isFin);
    timetable.assertEnd(ours, begin + FIN_TIMEOUT, ours ? FIN_TIMEOUT : 3 * FIN_TIMEOUT);
    assertThat(states.state(!ours, port)).isEqualTo("CLOSE-WAIT");
    assertThat(wire.segments.of(port, ours, Entry::isFin)).hasSize(1);
  }

  @Test
  void noSecondFinComesAfterShutdownOutputAndWeWaitForEver() {
    RoutedWire.Pair pair = wire.open(true, port);
    wire.stack.ask("shutdown " + pair.ourId());
    test.awaitState(true, "FIN-WAIT-2");
    long end = System.nanoTime() + Duration.ofSeconds(FIN_TIMEOUT + 1L).toNanos();
    test.await("time should pass", () -> System.nanoTime() > end);
    assertThat(states.state(true, port)).isEqualTo("FIN-WAIT-2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSecondFinLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    test.shutdown(!ours, pair);
    test.awaitState(!ours, "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      double timeout = timetable.timeout(ours, pair);
      test.close(ours, pair);
      test.awaitState(ours, "LAST-ACK");
      assertFinRepeatedUntilTheBudgetIsOver("second FIN", ours, timeout);
      assertThat(states.state(!ours, port)).isEqualTo("FIN-WAIT-2");
    }
  }

  /** The active end, in TIME-WAIT, acknowledges each FIN again; with ours, each restarts 2 MSL. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLastAckLostForEver(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    test.shutdown(ours, pair);
    test.awaitState(ours, "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(ours, PURE_ACK)) {
      double timeout = timetable.timeout(!ours, pair);
      test.close(!ours, pair);
      test.awaitState(ours, "TIME-WAIT");
      assertFinRepeatedUntilTheBudgetIsOver("last ACK", !ours, timeout);
      List<Entry> fins = wire.segments.of(port, !ours, Entry::isFin);
      timetable.assertEachFinIsAcknowledged(!ours);
      if (ours) {
        test.awaitState(true, "");
        timetable.assertEnd(true, fins.get(fins.size() - 1).seconds() + TIME_WAIT, TIME_WAIT);
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
      test.awaitState(!weOpen, "ESTABLISHED");
      test.awaitState(weOpen, "ESTABLISHED");
      pair = accepted(weOpen, id);
    } else {
      pair = wire.open(weOpen, port);
    }
    step(Message.FIRST_FIN, Message.FIRST_FIN_ACK, message, weOpen, weOpen, pair, times);
    test.awaitState(!weOpen, "CLOSE-WAIT");
    test.awaitState(weOpen, "FIN-WAIT-2");
    step(Message.SECOND_FIN, Message.LAST_ACK, message, weOpen, !weOpen, pair, times);
    test.awaitState(!weOpen, "");
    test.await(
        "TIME-WAIT should have been seen",
        () -> states.of(weOpen, port).stream().anyMatch(seen -> seen.state().equals("TIME-WAIT")));
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
      test.shutdown(ours, pair);
      return;
    }
    boolean sender = weOpen == lost.byClient;
    wire.loseFirst(times, sender, lost.byClient, port, lost.match);
    double timeout = timetable.timeout(ours, pair);
    test.shutdown(ours, pair);
    if (ours) {
      // how it was repeated: at .2 and .6, as long as the machine is not busy
      test.awaitSent(true, Entry::isFin, times + 1);
      List<Double> sent = wire.segments.times(port, true, Entry::isFin);
      List<Double> table = LossTimetable.table(timeout, times);
      for (int i = 0; i <= times; i++) {
        double expected = table.get(i);
        within(
            sent.get(i),
            expected - LossTimetable.TOLERANCE,
            expected + LossTimetable.TOLERANCE,
            () -> wire.segments.describe(port));
      }
    }
  }
}
