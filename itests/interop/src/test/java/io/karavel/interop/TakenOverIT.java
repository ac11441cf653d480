package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same addresses and ports once more, with the kernel in both roles: a peer that has forgotten
 * the connection, and TIME-WAIT taken over. Through cookies: both ends answer every SYN with one.
 * All tests run at once, each on a port of its own.
 */
@Requires({"nft", "tcpdump"})
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class TakenOverIT {
  private static final String RESET = "tcp flags & rst == rst";

  private static final AtomicInteger NEXT_NAME = new AtomicInteger();
  private static SharedWire shared;
  private static RoutedWire wire;
  private static StateLog states;

  private final OneOfManyTests test = shared.test();
  private final int port = test.port;

  @BeforeAll
  static void open() {
    wire =
        RoutedWire.create(
            "tcp.synCookies=always", "tcp.timeWaitReuse=on", "tcp.timeWaitReuseDelayMillis=500");
    wire.kernel.sysctl("net/ipv4/tcp_syncookies", "2");
    shared = SharedWire.start(wire, 8300, OneOfManyTests.PATIENCE);
    states = shared.states;
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  // ---- peers that have forgotten ----

  /** One end forgets the connection without the other's noticing, and connects again. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatHasForgottenTheConnectionConnectsAgainFromTheSamePort(boolean weForget) {
    int from = 20_000 + port;
    String listener = listen(!weForget);
    String old = dialFrom(weForget, from);
    test.awaitState(!weForget, "ESTABLISHED");
    test.awaitState(weForget, "ESTABLISHED");
    String accepted = accept(!weForget, "old", listener);
    try (RoutedWire.Loss loss = wire.lose(weForget, port, RESET)) {
      if (weForget) {
        wire.stack.ask("abort " + old);
      } else {
        assertThat(wire.sockets.values("outcome " + old)).containsEntry("result", "connected");
        wire.sockets.ask("linger " + old + " 0");
        wire.sockets.ask("close " + old);
      }
      test.awaitState(weForget, "");
    }
    test.awaitState(!weForget, "ESTABLISHED");
    String again = dialFrom(weForget, from);
    test.await("the new one should open", () -> isConnected(weForget, again));
    accept(!weForget, "new", listener);
    // the challenge, and the reset that it was answered with
    test.awaitSent(weForget, Entry::isReset, 2);
    assertThat(wire.segments.of(port, weForget, Entry::isReset)).as(test.describe()).hasSize(2);
    if (weForget) {
      assertThat(wire.sockets.values("read " + accepted + " 1"))
          .containsEntry("failure", "Connection reset");
    } else {
      assertThat(wire.stack.values("outcome " + accepted))
          .containsEntry("error", "CONNECTION_RESET");
    }
  }

  /** And if it does not connect again, data is answered with RST. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatHasForgottenTheConnectionAnswersDataWithAReset(boolean weForget) {
    RoutedWire.Pair pair = wire.open(weForget, port);
    try (RoutedWire.Loss loss = wire.lose(weForget, port, RESET)) {
      if (weForget) {
        wire.stack.ask("abort " + pair.ourId());
      } else {
        wire.sockets.ask("linger " + pair.kernelName() + " 0");
        wire.sockets.ask("close " + pair.kernelName());
      }
      test.awaitState(weForget, "");
    }
    test.write(!weForget, pair, 10);
    if (weForget) {
      test.awaitState(false, "");
      test.assertKernelError(pair, "Connection reset");
    } else {
      test.awaitState(true, "");
      test.assertOurError(pair, "CONNECTION_RESET");
    }
  }

  // ---- TIME-WAIT ----

  /** Who closed first is in TIME-WAIT; the other connects again from the same port, at once. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNewSynTakesATupleInTimeWaitOver(boolean weWait) {
    int from = 20_000 + port;
    String listener = listen(weWait);
    String first = dialFrom(!weWait, from);
    test.await("it should open", () -> isConnected(!weWait, first));
    String accepted = accept(weWait, "old", listener);
    shutdown(weWait, accepted);
    test.awaitState(!weWait, "CLOSE-WAIT");
    shutdown(!weWait, first);
    test.awaitState(weWait, "TIME-WAIT");
    String second = dialFrom(!weWait, from);
    test.await("the second should open", () -> isConnected(!weWait, second));
    test.awaitState(weWait, "ESTABLISHED");
    test.awaitSent(!weWait, Entry::isSyn, 2);
    assertThat(wire.segments.of(port, !weWait, Entry::isSyn)).as(test.describe()).hasSize(2);
    assertThat(wire.segments.of(port, true, Entry::isReset)).isEmpty();
    assertThat(wire.segments.of(port, false, Entry::isReset)).isEmpty();
  }

  /** With timeWaitReuse we ourselves take a tuple over after timeWaitReuseDelayMillis. */
  @Test
  void weConnectOutOfOurOwnTimeWait() {
    int from = 20_000 + port;
    String listener = listen(false);
    String first = dialFrom(true, from);
    test.await("it should open", () -> isConnected(true, first));
    String accepted = accept(false, "old", listener);
    shutdown(true, first);
    test.awaitState(true, "FIN-WAIT-2");
    shutdown(false, accepted);
    test.awaitState(true, "TIME-WAIT");
    double waiting = states.since(true, port);
    test.await("the delay", () -> System.currentTimeMillis() / 1e3 > waiting + 0.6);
    String second = dialFrom(true, from);
    test.await("the second should open", () -> isConnected(true, second));
    test.awaitSent(true, Entry::isSyn, 2);
    assertThat(wire.segments.of(port, true, Entry::isSyn)).as(test.describe()).hasSize(2);
  }

  private String listen(boolean ours) {
    if (ours) {
      return wire.stack.values("listen " + port).get("id");
    }
    wire.sockets.ask("listen l" + port + " " + port);
    return "l" + port;
  }

  /** Begins to connect to the other end's listener from a port; the name of the socket. */
  private String dialFrom(boolean ours, int from) {
    if (ours) {
      return wire.stack.values("dial " + RoutedWire.KERNEL + " " + port + " " + from).get("id");
    }
    String name = "d" + port + "-" + NEXT_NAME.getAndIncrement();
    wire.sockets.ask("dial " + name + " " + RoutedWire.OURS + " " + port + " " + from);
    return name;
  }

  private boolean isConnected(boolean ours, String name) {
    return ours
        ? wire.stack.values("outcome " + name).containsValue("ESTABLISHED")
        : wire.sockets.values("outcome " + name).containsValue("connected");
  }

  private String accept(boolean ours, String name, String listener) {
    if (ours) {
      return wire.stack.values("accept " + listener).get("id");
    }
    wire.sockets.ask("accept " + name + port + " " + listener);
    return name + port;
  }

  private static void shutdown(boolean ours, String name) {
    if (ours) {
      wire.stack.ask("shutdown " + name);
    } else {
      wire.sockets.ask("shutdown " + name);
    }
  }
}
