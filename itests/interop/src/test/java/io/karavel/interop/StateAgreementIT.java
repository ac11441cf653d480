package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Linux's {@code ss} and our {@code tcp:list} agree on the states at both ends of a connection, in
 * every state that can be held: what would lead out of it is lost meanwhile. Each test then lets
 * everything pass and sees the connection go on.
 */
@Requires({"ss", "nft", "tcpdump"})
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class StateAgreementIT {
  private static final String PURE_ACK = "tcp flags & (fin | syn | rst | psh) == 0";
  private static final String FIN = "tcp flags & fin == fin";
  private static final String SYN = "tcp flags & (syn | ack) == syn";
  private static final String SYN_ACK = "tcp flags & (syn | ack) == (syn | ack)";

  /** What was lost comes again after a while that doubles each time. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static RoutedWire wire;
  private static int nextPort = 7000;

  /** A port of its own for each test. */
  private final int port = nextPort++;

  @BeforeAll
  static void open() {
    wire = RoutedWire.create();
  }

  @AfterAll
  static void close() {
    wire.close();
  }

  /** Waits until ss and our list show these states for the one connection of the port, or none. */
  private void assertStates(boolean oursFirst, String one, String other) {
    String ours = oursFirst ? one : other;
    String kernel = oursFirst ? other : one;
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(40))
        .untilAsserted(
            () ->
                assertThat("ss: " + kernelStates() + ", tcp:list: " + ourStates())
                    .isEqualTo("ss: " + kernel + ", tcp:list: " + ours));
  }

  private String kernelStates() {
    List<String> lines = wire.kernel.run("ss", "-Htan").orFail().lines().toList();
    return states(lines, 3, 4).replace("ESTAB", "ESTABLISHED").replace("SYN-RECV", "SYN-RECEIVED");
  }

  private String ourStates() {
    return states(wire.stack.ask("list"), 1, 2);
  }

  /** The states of lines with the port in one of two columns; of listeners only for themselves. */
  private String states(List<String> lines, int local, int remote) {
    String end = ":" + port;
    return lines.stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(words -> !words[remote].endsWith("*"))
        .filter(words -> words[local].endsWith(end) || words[remote].endsWith(end))
        .map(words -> words[0])
        .collect(Collectors.joining(" "));
  }

  private RoutedWire.Loss lose(boolean ours, String match) {
    return wire.lose(ours, port, match);
  }

  private void shutdown(boolean ours, RoutedWire.Pair pair) {
    if (ours) {
      wire.stack.ask("shutdown " + pair.ourId());
    } else {
      wire.sockets.ask("shutdown " + pair.kernelName());
    }
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
    assertThat(wire.kernel.run("ss", "-Htln").orFail())
        .containsPattern("LISTEN +0 +7 +\\S+:" + port + " ");
    assertThat(wire.stack.ask("list")).contains("LISTEN *:" + port + " * 0 7");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void synSent(boolean ours) {
    try (RoutedWire.Loss loss = lose(ours, SYN)) {
      dial(ours);
      assertStates(ours, "SYN-SENT", "");
    }
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
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
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void finWait1WhileTheFinIsLost(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    assertStates(ours, "ESTABLISHED", "ESTABLISHED");
    try (RoutedWire.Loss loss = lose(ours, FIN)) {
      shutdown(ours, pair);
      assertStates(ours, "FIN-WAIT-1", "ESTABLISHED");
    }
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void finWait1BehindAZeroWindow(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    String written =
        ours
            ? wire.stack.values("fill " + pair.ourId()).get("written")
            : wire.sockets.values("fill " + pair.kernelName()).get("written");
    shutdown(ours, pair);
    assertStates(ours, "FIN-WAIT-1", "ESTABLISHED");
    if (ours) {
      assertThat(wire.sockets.values("read " + pair.kernelName() + " " + written))
          .containsEntry("read", written);
    } else {
      assertThat(wire.stack.values("read " + pair.ourId() + " " + written))
          .containsEntry("read", written);
    }
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void finWait2AndCloseWaitAndTimeWait(boolean ours) {
    RoutedWire.Pair pair = wire.open(!ours, port);
    shutdown(ours, pair);
    assertStates(ours, "FIN-WAIT-2", "CLOSE-WAIT");
    shutdown(!ours, pair);
    assertStates(ours, "TIME-WAIT", "");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
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
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theQueuesAgree(boolean ours) {
    RoutedWire.Pair pair = wire.open(ours, port);
    try (RoutedWire.Loss loss = lose(true, "tcp flags & psh == psh")) {
      wire.stack.ask("write " + pair.ourId() + " 77");
      wire.sockets.ask("write " + pair.kernelName() + " 99");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(queues(wire.stack.ask("list"), 3, 4, 1, 2)).isEqualTo("99 77");
                List<String> ss = wire.kernel.run("ss", "-Htan").orFail().lines().toList();
                assertThat(queues(ss, 1, 2, 3, 4)).isEqualTo("0 0");
              });
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(queues(wire.stack.ask("list"), 3, 4, 1, 2)).isEqualTo("99 0");
              List<String> ss = wire.kernel.run("ss", "-Htan").orFail().lines().toList();
              assertThat(queues(ss, 1, 2, 3, 4)).isEqualTo("77 0");
            });
  }

  private String queues(List<String> lines, int receive, int send, int local, int remote) {
    return lines.stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(words -> !words[remote].endsWith("*"))
        .filter(words -> Arrays.asList(words[local], words[remote]).toString().contains(":" + port))
        .map(words -> words[receive] + " " + words[send])
        .collect(Collectors.joining(";"));
  }
}
