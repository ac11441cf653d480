package io.karavel.interop;

import static io.karavel.interop.RoutedWire.FIN;
import static io.karavel.interop.RoutedWire.PURE_ACK;
import static io.karavel.interop.RoutedWire.SYN;
import static io.karavel.interop.RoutedWire.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Linux's {@code ss} and our command {@code tcp:list} agree on the states at both ends of a
 * connection, in every state that can be held: what would lead out of it is lost meanwhile. There
 * modules are swapped, and {@code tcp:show --json} must be as it was, field by field. Each test
 * then lets everything pass and sees the connection go on.
 */
@Requires({"ss", "nft", "tcpdump", "tshark"})
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class StateAgreementIT {
  /** What was lost comes again after a while that doubles each time. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static RoutedWire wire;
  private static WireJudge judge;
  private static int nextPort = 7000;

  /** A port of its own for each test. */
  private final int port = nextPort++;

  @BeforeAll
  static void open() throws Exception {
    wire = RoutedWire.create();
    judge = new WireJudge(wire.router, RoutedWire.TAP, true);
  }

  @AfterAll
  static void close() throws Exception {
    try (RoutedWire closed = wire;
        WireJudge ended = judge) {
      System.out.println("measured: " + ended.stop());
    }
  }

  /** Waits until ss and tcp:list show these states for the one connection of the port, or none. */
  private void assertStates(boolean oursFirst, String one, String other) {
    String ours = oursFirst ? one : other;
    assertTables(SocketLine::standardState, ours, oursFirst ? other : one);
    if (!ours.isEmpty()) {
      SwappedFields.assertKept(wire.stack, port);
      assertTables(SocketLine::standardState, ours, oursFirst ? other : one);
    }
  }

  /** Waits until the connections of the port are these in tcp:list and in ss. */
  private void assertTables(Function<SocketLine, String> shown, String ours, String kernel) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(40))
        .untilAsserted(
            () ->
                assertThat(
                        "ss: "
                            + show(SocketLine.ofKernel(wire.kernel), shown)
                            + ", tcp:list: "
                            + show(SocketLine.ofStack(wire.stack), shown))
                    .isEqualTo("ss: " + kernel + ", tcp:list: " + ours));
  }

  private String show(List<SocketLine> lines, Function<SocketLine, String> shown) {
    return lines.stream()
        .filter(line -> line.concerns(port) && !line.isListener())
        .map(shown)
        .collect(Collectors.joining("; "));
  }

  /** Has an end do something with its side of a connection. */
  private static Map<String, String> ask(
      boolean ours, RoutedWire.Pair pair, String what, String... more) {
    String side = ours ? pair.ourId() : pair.kernelName();
    return (ours ? wire.stack : wire.sockets)
        .values(what + " " + side + " " + String.join(" ", more));
  }

  private static void shutdown(boolean ours, RoutedWire.Pair pair) {
    ask(ours, pair, "shutdown");
  }

  private RoutedWire.Loss lose(boolean ours, String match) {
    return wire.lose(ours, port, match);
  }

  private void dial(boolean weOpen) {
    if (weOpen) {
      wire.sockets.ask("listen l" + port + " " + port);
      wire.stack.ask("dial " + RoutedWire.KERNEL + " " + port);
    } else {
      wire.stack.ask("listen " + port);
      wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port);
    }
  }

  @Test
  void listen() {
    wire.sockets.ask("listen l" + port + " " + port + " 7");
    wire.stack.ask("listen " + port + " 7");
    assertThat(listeners(SocketLine.ofKernel(wire.kernel)))
        .isEqualTo(listeners(SocketLine.ofStack(wire.stack)))
        .containsExactly("LISTEN 0 7");
  }

  /** With their queues: who waits to be accepted, and how many may. */
  private List<String> listeners(List<SocketLine> lines) {
    return lines.stream()
        .filter(line -> line.concerns(port))
        .map(line -> line.state() + " " + line.queues())
        .toList();
  }

  @FromEitherEnd
  void synSent(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN)) {
      dial(ours);
      assertStates(ours, "SYN-SENT", "");
    }
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
  }

  @FromEitherEnd
  void synReceived(boolean ours) {
    try (RoutedWire.Loss loss = lose(!ours, PURE_ACK)) {
      dial(!ours);
      assertStates(ours, "SYN-RECEIVED", "ESTABLISHED");
    }
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
  }

  /**
   * The SYNs cannot be made to cross: the one that comes first turns its receiver's into a SYN-ACK.
   */
  @FromEitherEnd
  void synReceivedWhenBothOpen(boolean ours) {
    try (RoutedWire.Loss synAcks = lose(ours, SYN_ACK);
        RoutedWire.Loss syns = lose(ours, SYN)) {
      try (RoutedWire.Loss theirs = lose(!ours, SYN)) {
        wire.sockets.ask("dial c" + port + " " + RoutedWire.OURS + " " + port + " " + port);
        wire.stack.ask("dial " + RoutedWire.KERNEL + " " + port + " " + port);
        assertStates(ours, "SYN-SENT", "SYN-SENT");
      }
      assertStates(ours, "SYN-RECEIVED", "SYN-SENT");
    }
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
  }

  @FromEitherEnd
  void finWait1WhileTheFinIsLost(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      shutdown(ours, pair);
      assertStates(ours, "FIN-WAIT-1", "ESTABLISHED");
    }
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
  }

  @FromEitherEnd
  void finWait1BehindAZeroWindow(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    String written = ask(ours, pair, "fill").get("written");
    shutdown(ours, pair);
    assertStates(ours, "FIN-WAIT-1", "ESTABLISHED");
    assertThat(ask(!ours, pair, "read", written)).containsEntry("read", written);
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
  }

  @FromEitherEnd
  void finWait2AndCloseWaitAndTimeWait(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    shutdown(ours, pair);
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
    shutdown(!ours, pair);
    assertStates(ours, "TIME-WAIT", "");
  }

  @FromEitherEnd
  void closing(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss everything = lose(ours, "")) {
      try (RoutedWire.Loss theirs = lose(!ours, FIN)) {
        shutdown(ours, pair);
        shutdown(!ours, pair);
        assertStates(true, "FIN-WAIT-1", "FIN-WAIT-1");
      }
      assertStates(ours, "CLOSING", "FIN-WAIT-1");
    }
    assertStates(true, "TIME-WAIT", "TIME-WAIT");
  }

  @FromEitherEnd
  void lastAckWhileTheSecondFinIsLost(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    shutdown(!ours, pair);
    assertStates(ours, "CLOSE-WAIT", "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      shutdown(ours, pair);
      assertStates(ours, "LAST-ACK", "FIN-WAIT-2");
    }
    assertStates(ours, "", "TIME-WAIT");
  }

  @FromEitherEnd
  void lastAckWhileTheLastAckIsLost(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    shutdown(!ours, pair);
    assertStates(ours, "CLOSE-WAIT", "FIN-WAIT-2");
    try (RoutedWire.Loss loss = lose(!ours, PURE_ACK)) {
      shutdown(ours, pair);
      assertStates(ours, "LAST-ACK", "TIME-WAIT");
    }
    assertStates(ours, "", "TIME-WAIT");
  }

  /** The columns of queues agree too: bytes that nobody has read, and bytes nobody acknowledged. */
  @FromEitherEnd
  void theQueuesAgree(boolean weOpen) {
    RoutedWire.Pair pair = wire.open(weOpen, port);
    try (RoutedWire.Loss loss = lose(true, "tcp flags & psh == psh")) {
      ask(true, pair, "write", "77");
      ask(false, pair, "write", "99");
      assertTables(SocketLine::queues, "99 77", "0 0");
    }
    assertTables(SocketLine::queues, "99 0", "77 0");
  }
}
