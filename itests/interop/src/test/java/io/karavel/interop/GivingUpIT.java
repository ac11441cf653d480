package io.karavel.interop;

import static io.karavel.interop.Measured.within;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One end falls silent, in every state and in both roles: the other gives up when its limit says
 * so. Ours is held to its timetable; the kernel to what its documents say, where its timer wheel
 * makes an interval up to an eighth longer and its budget begins with the first repetition. All
 * tests run at once, each on a port of its own; {@link Measured} says what becomes of a time that
 * is off.
 */
@Requires({"nft", "tcpdump"})
@ExtendWith(Measured.class)
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class GivingUpIT implements Measured.Again {
  private static final String NO_SYN = "tcp flags & syn == 0";
  private static final double WHEEL = 1.125;

  /** In seconds. */
  private static final double LONGEST_PAUSE = 0.5;

  /** Of SYN and SYN-ACK: 0 1 3 | 7. */
  private static final int SYN_RETRIES = 2;

  private static final double SYN_SECONDS = 7;

  /** Of data and FIN: a budget of 3 s. */
  private static final int RETRIES = 3;

  private static final double BUDGET = 3;
  private static final int FIN_TIMEOUT = 2;
  private static final int TIME_WAIT = 3;

  private static SharedWire shared;
  private static RoutedWire wire;
  private static StateLog states;

  private OneOfManyTests test = shared.test();
  private int port = test.port;

  @BeforeAll
  static void open() {
    wire =
        RoutedWire.create(
            "tcp.synRetries=" + SYN_RETRIES,
            "tcp.synAckRetries=" + SYN_RETRIES,
            "tcp.retries1=2",
            "tcp.retries2=" + RETRIES,
            "tcp.orphanRetries=" + RETRIES,
            "tcp.finTimeoutSeconds=" + FIN_TIMEOUT,
            "tcp.timeWaitSeconds=" + TIME_WAIT);
    wire.kernel
        .sysctl("net/ipv4/tcp_syn_retries", Integer.toString(SYN_RETRIES))
        .sysctl("net/ipv4/tcp_synack_retries", Integer.toString(SYN_RETRIES))
        .sysctl("net/ipv4/tcp_retries2", Integer.toString(RETRIES))
        .sysctl("net/ipv4/tcp_orphan_retries", Integer.toString(RETRIES))
        .sysctl("net/ipv4/tcp_fin_timeout", Integer.toString(FIN_TIMEOUT));
    shared = SharedWire.start(wire, 8100, OneOfManyTests.PATIENCE);
    states = shared.states;
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  @Override
  public void freshPort() {
    test = shared.test();
    port = test.port;
  }

  @Override
  public double longestPauseSince(double seconds) {
    return wire.longestPauseSince(seconds);
  }

  private static boolean hasText(Entry segment) {
    return segment.length() > 0;
  }

  private RoutedWire.Loss silence(boolean ours) {
    return wire.lose(ours, port, "");
  }

  private void assertTimedOut(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      test.assertOurError(pair, "TIMED_OUT");
    } else {
      test.assertKernelError(pair, "Connection timed out");
    }
  }

  /** The end that was silent is heard again: what it says is answered with RST. */
  private void assertLearns(boolean ours, RoutedWire.Pair pair) {
    test.write(ours, pair, 10);
    test.awaitSent(!ours, Entry::isReset, 1);
    test.awaitState(ours, "");
    if (ours) {
      test.assertOurError(pair, "CONNECTION_RESET");
    }
  }

  /**
   * That an end is gone, and when.
   *
   * @param begun when its wait began, in seconds since 1970
   */
  private void assertGone(boolean ours, double begun, double earliest, double latest) {
    // the log learns nothing while its process does what it was asked
    test.await("its states should be seen", () -> !states.of(ours, port).isEmpty());
    test.awaitState(ours, "");
    double end = states.since(ours, port);
    // what it began with may have been seen late
    within(
        end - begun,
        earliest - test.tolerance(begun - LONGEST_PAUSE, begun),
        latest + test.tolerance(begun, end),
        test::describe);
  }

  /** That it gives up by the timetable of a budget. */
  private void assertOutOfBudget(boolean ours, Predicate<Entry> kind) {
    double first = test.first(ours, kind);
    if (ours) {
      assertGone(true, first, BUDGET, BUDGET);
    } else {
      // an expiry at or after the budget, counted from the first repetition at 0.2 s
      assertGone(false, first, 0.2 + BUDGET, (2 * BUDGET + 0.2) * WHEEL);
    }
  }

  // ---- the other end vanishes ----

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inSynSent(boolean ours) {
    String id = "";
    try (RoutedWire.Loss loss = silence(!ours)) {
      if (ours) {
        wire.sockets.ask("listen l" + port + " " + port);
        id = wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
      } else {
        wire.stack.ask("listen " + port);
        wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port);
      }
      test.awaitState(ours, "SYN-SENT");
      test.awaitSent(ours, Entry::isSyn, 1 + SYN_RETRIES);
      double first = test.first(ours, Entry::isSyn);
      assertGone(ours, first, SYN_SECONDS, ours ? SYN_SECONDS : SYN_SECONDS * WHEEL);
    }
    assertThat(wire.segments.of(port, ours, Entry::isSyn)).hasSize(1 + SYN_RETRIES);
    assertThat(wire.segments.of(port, ours, Entry::isReset)).isEmpty();
    if (ours) {
      assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "TIMED_OUT");
    } else {
      assertThat(wire.sockets.values("outcome c" + port).get("result"))
          .isEqualTo("Connection timed out");
    }
  }

  /** An embryo vanishes silently; what comes for it later is answered with RST. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inSynReceived(boolean ours) {
    String id = "";
    try (RoutedWire.Loss loss = wire.lose(!ours, port, NO_SYN)) {
      if (ours) {
        wire.stack.ask("listen " + port);
        wire.sockets.ask("connect c" + port + " " + RoutedWire.OURS + " " + port);
      } else {
        wire.sockets.ask("listen l" + port + " " + port);
        id = wire.stack.values("connect " + RoutedWire.KERNEL + " " + port).get("id");
      }
      test.awaitState(ours, "SYN-RECEIVED");
      test.awaitSent(ours, Entry::isSynAck, 1 + SYN_RETRIES);
      double first = test.first(ours, Entry::isSynAck);
      assertGone(ours, first, SYN_SECONDS, ours ? SYN_SECONDS : SYN_SECONDS * WHEEL);
      assertThat(wire.segments.of(port, ours, Entry::isSynAck)).hasSize(1 + SYN_RETRIES);
      assertThat(wire.segments.of(port, ours, Entry::isReset)).isEmpty();
    }
    RoutedWire.Pair pair = new RoutedWire.Pair("c" + port, id);
    assertLearns(!ours, pair);
  }

  @ParameterizedTest
  @CsvSource({"ESTABLISHED, true", "ESTABLISHED, false", "CLOSE-WAIT, true", "CLOSE-WAIT, false"})
  void withDataUnderWay(String state, boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    if (state.equals("CLOSE-WAIT")) {
      test.shutdown(!ours, pair);
      test.awaitState(ours, state);
    }
    try (RoutedWire.Loss loss = silence(!ours)) {
      test.write(ours, pair, 10);
      test.awaitSent(ours, GivingUpIT::hasText, 2);
      assertOutOfBudget(ours, GivingUpIT::hasText);
    }
    if (ours || state.equals("ESTABLISHED")) { // in CLOSE-WAIT the kernel tells the end of data
      assertTimedOut(ours, pair);
    }
    if (state.equals("ESTABLISHED")) { // the other end is still there, and learns it now
      assertLearns(!ours, pair);
    }
  }

  @ParameterizedTest
  @CsvSource({"FIN-WAIT-1, true", "FIN-WAIT-1, false", "LAST-ACK, true", "LAST-ACK, false"})
  void withTheFinUnderWay(String state, boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    if (state.equals("LAST-ACK")) {
      test.shutdown(!ours, pair);
      test.awaitState(ours, "CLOSE-WAIT");
    }
    try (RoutedWire.Loss loss = silence(!ours)) {
      test.close(ours, pair);
      test.awaitState(ours, state);
      test.awaitSent(ours, Entry::isFin, 2);
      assertOutOfBudget(ours, Entry::isFin);
    }
    assertThat(wire.segments.of(port, ours, Entry::isReset)).as(test.describe()).isEmpty();
  }

  /** Both FINs were sent, ours never arrived, and nothing comes any more. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inClosing(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss fins = wire.lose(ours, port, RoutedWire.FIN)) {
      test.close(ours, pair);
      test.awaitState(ours, "FIN-WAIT-1");
      test.shutdown(!ours, pair);
      test.awaitState(ours, "CLOSING");
      try (RoutedWire.Loss loss = silence(!ours)) {
        assertOutOfBudget(ours, Entry::isFin);
      }
    }
    assertThat(wire.segments.of(port, ours, Entry::isReset)).as(test.describe()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inFinWait2(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    test.close(ours, pair);
    test.awaitState(ours, "FIN-WAIT-2");
    try (RoutedWire.Loss loss = silence(!ours)) {
      double begun = test.entered(ours, "FIN-WAIT-2");
      assertGone(ours, begun, FIN_TIMEOUT, ours ? FIN_TIMEOUT : FIN_TIMEOUT * WHEEL + 0.2);
    }
    assertLearns(!ours, pair);
  }

  /** Nothing is sent in TIME-WAIT, and nothing is missed. */
  @Test
  void inTimeWait() {
    RoutedWire.Pair pair = wire.open(true, port);
    test.close(true, pair);
    test.awaitState(true, "FIN-WAIT-2");
    test.close(false, pair);
    test.awaitState(true, "TIME-WAIT");
    try (RoutedWire.Loss loss = silence(false)) {
      assertGone(true, test.entered(true, "TIME-WAIT"), TIME_WAIT, TIME_WAIT);
    }
    assertThat(wire.segments.of(port, true, Entry::isReset)).as(test.describe()).isEmpty();
  }

  // ---- user timeouts (RFC 5482's local part; the kernel's TCP_USER_TIMEOUT) ----

  private void userTimeoutOfTwoSeconds(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      wire.stack.ask("option " + pair.ourId() + " userTimeoutMillis 2000");
    } else {
      wire.sockets.ask("user-timeout " + pair.kernelName() + " 2000");
    }
  }

  /** Data that is not acknowledged: the time is shorter than the budget here. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theUserTimeoutEndsWhatIsNotAcknowledged(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    userTimeoutOfTwoSeconds(ours, pair);
    try (RoutedWire.Loss loss = silence(!ours)) {
      test.write(ours, pair, 100);
      test.awaitSent(ours, GivingUpIT::hasText, 1);
      double begun = test.first(ours, GivingUpIT::hasText);
      // the kernel counts from the first repetition
      assertGone(ours, begun, 2, ours ? 2 : (2 + 0.2) * WHEEL);
    }
    assertTimedOut(ours, pair);
    assertLearns(!ours, pair);
  }

  /** Data that cannot be sent, although the other end answers every probe. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theUserTimeoutEndsWhatAClosedWindowHolds(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    if (ours) {
      wire.stack.ask("fill " + pair.ourId());
    } else {
      wire.sockets.ask("fill " + pair.kernelName());
    }
    Predicate<Entry> closed = segment -> segment.isPureAck() && segment.window() == 0;
    test.awaitSent(!ours, closed, 2);
    double begun = test.first(!ours, closed);
    userTimeoutOfTwoSeconds(ours, pair);
    assertGone(ours, begun, 2, ours ? 2 : (2 + 0.2) * WHEEL);
    assertTimedOut(ours, pair);
  }

  @Test
  void ourUserTimeoutEndsAConnectToo() {
    try (RoutedWire.Loss loss = silence(false)) {
      String id = wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
      wire.stack.ask("option " + id + " userTimeoutMillis 2000");
      test.awaitSent(true, Entry::isSyn, 2);
      assertGone(true, test.first(true, Entry::isSyn), 2, 2);
      assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "TIMED_OUT");
    }
  }
}
