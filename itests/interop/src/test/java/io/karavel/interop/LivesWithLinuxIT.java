package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What happens in the life of a connection with the kernel beside lost messages, in both roles:
 * keepalive, closed windows, urgent data, resets, ICMP errors, and all of it through cookies: both
 * ends answer every SYN with one. All tests run at once, each on a port of its own. How either end
 * gives up: {@link GivingUpIT}; connections of which something is left: {@link TakenOverIT}.
 */
@Requires({"nft", "tcpdump"})
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class LivesWithLinuxIT {
  /** Budget(3) is 3 s. */
  private static final int RETRIES = 3;

  private static SharedWire shared;
  private static RoutedWire wire;
  private static StateLog states;

  private final OneOfManyTests test = shared.test();
  private final int port = test.port;

  @BeforeAll
  static void open() {
    wire =
        RoutedWire.create(
            "tcp.synCookies=always",
            "tcp.retries1=2",
            "tcp.retries2=" + RETRIES,
            "tcp.orphanRetries=" + RETRIES,
            "tcp.finTimeoutSeconds=2");
    wire.kernel.sysctl("net/ipv4/tcp_syncookies", "2").sysctl("net/ipv4/tcp_retries2", "4");
    shared = SharedWire.start(wire, 8000, OneOfManyTests.PATIENCE);
    states = shared.states;
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  private static boolean hasText(Entry segment) {
    return segment.length() > 0;
  }

  private void awaitOurBytes(RoutedWire.Pair pair, long bytes) {
    test.await(
        "we should have received " + bytes,
        () -> wire.stack.number("pending " + pair.ourId(), "available") == bytes);
  }

  private void awaitKernelBytes(RoutedWire.Pair pair, long bytes) {
    test.await(
        "the kernel should have received " + bytes,
        () -> wire.sockets.number("available " + pair.kernelName(), "available") == bytes);
  }

  /** Both ends read what the other writes. */
  private void assertCarriesBytes(RoutedWire.Pair pair) {
    wire.stack.ask("write " + pair.ourId() + " 1000");
    wire.sockets.ask("write " + pair.kernelName() + " 2000");
    awaitKernelBytes(pair, 1000);
    awaitOurBytes(pair, 2000);
  }

  // ---- cookies ----

  /** The kernel's cookie and ours both bring window scale, SACK and timestamps through. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCookieOpensAConnectionWithAllItsOptions(boolean weOpen) {
    RoutedWire.Pair pair = wire.open(weOpen, port);
    assertCarriesBytes(pair);
    Map<String, String> shown = wire.stack.values("show " + pair.ourId());
    assertThat(shown).containsEntry("timestamps", "true").containsEntry("sack", "true");
    assertThat(Integer.parseInt(shown.get("sndWindShift"))).isPositive();
    assertThat(Integer.parseInt(shown.get("rcvWindShift"))).isPositive();
    if (weOpen) {
      String netstat = wire.kernel.run("cat", "/proc/net/netstat").orFail();
      assertThat(netstatValue(netstat, "SyncookiesRecv")).isPositive();
    } else {
      assertThat(wire.stack.number("counters", "TcpExt.SyncookiesRecv")).isPositive();
    }
  }

  private static long netstatValue(String text, String name) {
    String[] lines = text.lines().filter(l -> l.startsWith("TcpExt:")).toArray(String[]::new);
    String[] names = lines[0].split(" ");
    for (int i = 1; i < names.length; i++) {
      if (names[i].equals(name)) {
        return Long.parseLong(lines[1].split(" ")[i]);
      }
    }
    throw new AssertionError("no " + name + " in " + text);
  }

  // ---- keepalive ----

  @Test
  void ourKeepaliveIsAnsweredAndGivesAVanishedKernelUpWithAReset() {
    RoutedWire.Pair pair = wire.open(true, port);
    for (String option : new String[] {"TimeSeconds 1", "IntervalSeconds 1", "Probes 2", " true"}) {
      wire.stack.ask("option " + pair.ourId() + " keepalive" + option);
    }
    // beside the ACK of the handshake
    test.awaitSent(true, Entry::isPureAck, 3);
    test.awaitSent(false, Entry::isPureAck, 2);
    try (RoutedWire.Loss loss = wire.lose(false, port, "")) {
      test.awaitState(true, "");
      double answered = test.last(true, Entry::isPureAck) - 2; // the first of the last two
      double end = states.since(true, port);
      assertThat(end - answered)
          .as(test.describe())
          .isBetween(2.9, 3 + test.tolerance(answered, end));
      test.awaitSent(true, Entry::isReset, 1);
    }
    test.assertOurError(pair, "TIMED_OUT");
  }

  @Test
  void theKernelsKeepaliveIsAnsweredUntilWeVanish() {
    RoutedWire.Pair pair = wire.open(false, port);
    wire.sockets.ask("keepalive " + pair.kernelName() + " 1 1 2");
    test.awaitSent(false, Entry::isPureAck, 4);
    test.awaitSent(true, Entry::isPureAck, 3);
    test.awaitState(false, "ESTABLISHED");
    try (RoutedWire.Loss loss = wire.lose(true, port, "")) {
      test.awaitState(false, "");
    }
    test.assertKernelError(pair, "Connection timed out");
  }

  // ---- windows and urgent data ----

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClosedWindowIsProbedAndEveryByteArrivesWhenItOpens(boolean weWrite) {
    RoutedWire.Pair pair = wire.open(weWrite, port);
    // in place of retries2: the kernel may drop what finds no memory, and answers not every probe
    wire.stack.ask("option " + pair.ourId() + " userTimeoutMillis 30000");
    long written =
        weWrite
            ? wire.stack.number("fill " + pair.ourId(), "written")
            : wire.sockets.number("fill " + pair.kernelName(), "written");
    assertThat(written).as("through a scaled window").isGreaterThan(65535);
    // each probe is answered with the window that is still closed
    test.await(
        "three answers with a closed window",
        () -> wire.segments.of(port, !weWrite, s -> s.isPureAck() && s.window() == 0).size() >= 3);
    test.awaitState(weWrite, "ESTABLISHED");
    if (weWrite) {
      assertThat(wire.sockets.number("read " + pair.kernelName() + " " + written, "read"))
          .isEqualTo(written);
    } else {
      assertThat(wire.stack.number("read " + pair.ourId() + " " + written, "read"))
          .isEqualTo(written);
    }
  }

  /** The kernel takes the last urgent byte out of the stream: it must be the one that we mean. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ourUrgentDataEndsWhereTheKernelTakesItsByteFrom(boolean inLine) {
    RoutedWire.Pair pair = wire.open(true, port);
    if (inLine) {
      wire.sockets.ask("oobinline " + pair.kernelName());
    }
    wire.stack.ask("write " + pair.ourId() + " 9");
    wire.stack.ask("urgent " + pair.ourId() + " 1");
    wire.stack.ask("write " + pair.ourId() + " 5");
    wire.stack.ask("shutdown " + pair.ourId());
    test.awaitState(false, "CLOSE-WAIT");
    test.awaitSent(true, s -> s.flags().contains("U"), 1);
    assertThat(wire.sockets.number("read " + pair.kernelName() + " 100", "read"))
        .isEqualTo(inLine ? 15 : 14);
  }

  @Test
  void theKernelsUrgentDataIsAnnouncedUpToItsLastByte() {
    RoutedWire.Pair pair = wire.open(false, port);
    wire.sockets.ask("write " + pair.kernelName() + " 9");
    wire.sockets.ask("urgent " + pair.kernelName() + " 7");
    wire.sockets.ask("write " + pair.kernelName() + " 5");
    awaitOurBytes(pair, 15);
    assertThat(wire.stack.number("pending " + pair.ourId(), "urgent")).isEqualTo(10);
    assertThat(wire.stack.number("read " + pair.ourId() + " 10", "read")).isEqualTo(10);
    assertThat(wire.stack.number("pending " + pair.ourId(), "urgent")).isZero();
  }

  // ---- ends by RST ----

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void lingerZeroAndUnreadDataResetTheOtherEnd(boolean weClose, boolean unread) {
    RoutedWire.Pair pair = wire.open(weClose, port);
    if (unread) {
      test.write(!weClose, pair, 10);
      if (weClose) {
        awaitOurBytes(pair, 10);
      } else {
        awaitKernelBytes(pair, 10);
      }
    } else if (weClose) {
      wire.stack.ask("option " + pair.ourId() + " lingerSeconds 0");
    } else {
      wire.sockets.ask("linger " + pair.kernelName() + " 0");
    }
    test.close(weClose, pair);
    test.awaitState(true, "");
    test.awaitState(false, "");
    assertThat(wire.segments.of(port, weClose, Entry::isFin)).isEmpty();
    if (weClose) {
      test.assertKernelError(pair, "Connection reset");
    } else {
      test.assertOurError(pair, "CONNECTION_RESET");
    }
  }

  @Test
  void dataForOurOrphanIsAnsweredWithAReset() {
    RoutedWire.Pair pair = wire.open(false, port);
    wire.stack.ask("close " + pair.ourId());
    test.awaitState(true, "FIN-WAIT-2");
    wire.sockets.ask("write " + pair.kernelName() + " 10");
    test.awaitSent(true, Entry::isReset, 1);
    test.awaitState(true, "");
    test.awaitState(false, "");
  }

  // ---- ICMP ----

  /** They are soft: the SYN is repeated, and a connect succeeds once they stop. */
  @ParameterizedTest
  @ValueSource(strings = {"host-unreachable", "port-unreachable", "admin-prohibited"})
  void icmpErrorsDoNotEndAConnectThatSucceedsLater(String icmp) {
    wire.sockets.ask("listen l" + port + " " + port);
    String id;
    try (RoutedWire.Loss refusal = wire.refuse(port, icmp)) {
      id = wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
      test.awaitSent(true, Entry::isSyn, 2);
    }
    test.awaitState(true, "ESTABLISHED");
    assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "none");
  }

  @Test
  void aConnectThatIsAlwaysAnsweredSoTimesOutAndNamesTheReason() {
    try (RoutedWire.Loss refusal = wire.refuse(port, "host-unreachable")) {
      String id = wire.stack.values("dial " + RoutedWire.KERNEL + " " + port).get("id");
      wire.stack.ask("option " + id + " synRetries 2");
      test.awaitState(true, "SYN-SENT");
      test.awaitState(true, "");
      test.awaitSent(true, Entry::isSyn, 3);
      assertThat(wire.segments.of(port, true, Entry::isSyn)).hasSize(3);
      assertThat(wire.stack.values("outcome " + id)).containsEntry("error", "HOST_UNREACHABLE");
    }
    double end = states.since(true, port);
    double begun = test.first(true, Entry::isSyn);
    assertThat(end - begun).as(test.describe()).isBetween(6.95, 7 + test.tolerance(begun, end));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host-unreachable", "port-unreachable"})
  void norDoTheyEndAnOpenConnection(String icmp) {
    RoutedWire.Pair pair = wire.open(false, port);
    wire.stack.ask("write " + pair.ourId() + " 1");
    awaitKernelBytes(pair, 1);
    // to the kernel's port, whatever it is
    test.awaitSent(false, Entry::isSyn, 1);
    int kernelPort = wire.segments.of(port, false, Entry::isSyn).get(0).sourcePort();
    // in place of retries2, which could be over before the errors end
    wire.stack.ask("option " + pair.ourId() + " userTimeoutMillis 30000");
    try (RoutedWire.Loss refusal = wire.refuse(kernelPort, icmp)) {
      wire.stack.ask("write " + pair.ourId() + " 10");
      test.awaitSent(true, LivesWithLinuxIT::hasText, 3);
      test.awaitState(true, "ESTABLISHED");
    }
    awaitKernelBytes(pair, 11);
  }
}
