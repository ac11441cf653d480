package io.karavel.scripts.live;

import static io.karavel.tcp.TcpState.CLOSED;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each key that limits a wait × each state in which something waits on it, changed at 4 s (of a
 * TIME-WAIT or FIN-WAIT-2 too): the end is where the new value puts it, counted from the first
 * transmission; at once if that is over. Budget(3) = 3 s, Budget(4) = 6.2 s, Budget(5) = 12.6 s.
 */
class LiveInEveryStateTest {
  /** In a state, with something that waits from time 0 on. */
  private static PacketScript waiting(String state) {
    PacketScript script = PacketScript.create();
    switch (state) {
      case "SYN_SENT" -> script.connect();
      case "SYN_RECEIVED" -> script.listen().inject("S 0:0(0) win 65535 <mss 1460>");
      case "SIMULTANEOUS" ->
          script.connect().expect("S 0:0(0)").inject("S 0:0(0) win 65535 <mss 1460>");
      default -> script.openPassively();
    }
    switch (state) {
      case "ESTABLISHED" -> script.write(10);
      case "ZERO_WINDOW" -> script.inject(". 1:1(0) ack 1 win 0").write(10);
      case "ORPHAN_BEHIND_ZERO_WINDOW" -> script.inject(". 1:1(0) ack 1 win 0").write(10).close();
      case "CLOSE_WAIT" -> script.inject("F. 1:1(0) ack 1").write(10);
      case "FIN_WAIT_1" -> script.shutdownOutput();
      case "ORPHAN_IN_FIN_WAIT_1" -> script.close();
      case "CLOSING" -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 1");
      case "ORPHAN_IN_CLOSING" -> script.close().discardSent().inject("F. 1:1(0) ack 1");
      case "LAST_ACK" -> script.inject("F. 1:1(0) ack 1").shutdownOutput();
      case "ORPHAN_IN_LAST_ACK" -> script.inject("F. 1:1(0) ack 1").close();
      case "ORPHAN_IN_FIN_WAIT_2" -> script.close().discardSent().inject(". 1:1(0) ack 2");
      case "TIME_WAIT" -> script.close().discardSent().inject("F. 1:1(0) ack 2");
      case "KEPT_ALIVE", "KEPT_ALIVE_IN_CLOSE_WAIT", "KEPT_ALIVE_IN_FIN_WAIT_2" -> {
        script.option(TcpOption.KEEPALIVE, true);
        script.option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, 2);
        script.option(TcpOption.KEEPALIVE_PROBES, 1);
        if (state.endsWith("CLOSE_WAIT")) {
          script.inject("F. 1:1(0) ack 1");
        } else if (state.endsWith("FIN_WAIT_2")) {
          script.shutdownOutput().discardSent().inject(". 1:1(0) ack 2");
        }
      }
      default -> {}
    }
    script.discardSent();
    return script;
  }

  private static TcpState named(String state) {
    String last = state.replaceFirst(".*_IN_", "");
    return switch (last) {
      case "SIMULTANEOUS" -> TcpState.SYN_RECEIVED;
      case "ORPHAN_BEHIND_ZERO_WINDOW" -> TcpState.FIN_WAIT_1;
      case "ZERO_WINDOW", "KEPT_ALIVE" -> TcpState.ESTABLISHED;
      default -> TcpState.valueOf(last);
    };
  }

  /** Lets milliseconds pass, whatever is sent meanwhile. */
  private static void pass(PacketScript script, long millis) {
    script.harness().advance(Duration.ofMillis(millis));
    script.harness().output();
  }

  @ParameterizedTest(name = "{0} in {1}: from {2} to {3} at 4 s ends at {4} s")
  @CsvSource({
    // key, state, before, then, end: upward, downward, below what has passed
    "synRetries, SYN_SENT, 2, 4, 31",
    "synRetries, SYN_SENT, 5, 2, 7",
    "synRetries, SYN_SENT, 5, 1, 4",
    "synRetries, SIMULTANEOUS, 2, 4, 31",
    "synRetries, SIMULTANEOUS, 5, 2, 7",
    "synRetries, SIMULTANEOUS, 5, 1, 4",
    "synAckRetries, SYN_RECEIVED, 2, 4, 31",
    "synAckRetries, SYN_RECEIVED, 5, 2, 7",
    "synAckRetries, SYN_RECEIVED, 5, 1, 4",
    "retries2, ESTABLISHED, 4, 5, 12.6",
    "retries2, ESTABLISHED, 15, 4, 6.2",
    "retries2, ESTABLISHED, 15, 3, 4",
    "retries2, CLOSE_WAIT, 4, 5, 12.6",
    "retries2, CLOSE_WAIT, 15, 4, 6.2",
    "retries2, CLOSE_WAIT, 15, 3, 4",
    "retries2, FIN_WAIT_1, 4, 5, 12.6",
    "retries2, FIN_WAIT_1, 15, 4, 6.2",
    "retries2, FIN_WAIT_1, 15, 3, 4",
    "retries2, CLOSING, 4, 5, 12.6",
    "retries2, CLOSING, 15, 4, 6.2",
    "retries2, CLOSING, 15, 3, 4",
    "retries2, LAST_ACK, 4, 5, 12.6",
    "retries2, LAST_ACK, 15, 4, 6.2",
    "retries2, LAST_ACK, 15, 3, 4",
    "retries2, ZERO_WINDOW, 4, 5, 12.6",
    "retries2, ZERO_WINDOW, 15, 4, 6.2",
    "retries2, ZERO_WINDOW, 15, 3, 4",
    "orphanRetries, ORPHAN_IN_FIN_WAIT_1, 4, 5, 12.6",
    "orphanRetries, ORPHAN_IN_FIN_WAIT_1, 8, 4, 6.2",
    "orphanRetries, ORPHAN_IN_FIN_WAIT_1, 8, 3, 4",
    "orphanRetries, ORPHAN_IN_CLOSING, 4, 5, 12.6",
    "orphanRetries, ORPHAN_IN_CLOSING, 8, 4, 6.2",
    "orphanRetries, ORPHAN_IN_CLOSING, 8, 3, 4",
    "orphanRetries, ORPHAN_IN_LAST_ACK, 4, 5, 12.6",
    "orphanRetries, ORPHAN_IN_LAST_ACK, 8, 4, 6.2",
    "orphanRetries, ORPHAN_IN_LAST_ACK, 8, 3, 4",
    "orphanRetries, ORPHAN_BEHIND_ZERO_WINDOW, 4, 5, 12.6",
    "orphanRetries, ORPHAN_BEHIND_ZERO_WINDOW, 8, 4, 6.2",
    "orphanRetries, ORPHAN_BEHIND_ZERO_WINDOW, 8, 3, 4",
    "userTimeoutMillis, SYN_SENT, 5000, 9000, 9",
    "userTimeoutMillis, SYN_SENT, 60000, 5000, 5",
    "userTimeoutMillis, SYN_SENT, 60000, 3500, 4",
    "userTimeoutMillis, ESTABLISHED, 5000, 9000, 9",
    "userTimeoutMillis, ESTABLISHED, 60000, 5000, 5",
    "userTimeoutMillis, ESTABLISHED, 60000, 3500, 4",
    "userTimeoutMillis, CLOSE_WAIT, 5000, 9000, 9",
    "userTimeoutMillis, CLOSE_WAIT, 60000, 5000, 5",
    "userTimeoutMillis, CLOSE_WAIT, 60000, 3500, 4",
    "userTimeoutMillis, FIN_WAIT_1, 5000, 9000, 9",
    "userTimeoutMillis, FIN_WAIT_1, 60000, 5000, 5",
    "userTimeoutMillis, FIN_WAIT_1, 60000, 3500, 4",
    "userTimeoutMillis, CLOSING, 5000, 9000, 9",
    "userTimeoutMillis, CLOSING, 60000, 5000, 5",
    "userTimeoutMillis, CLOSING, 60000, 3500, 4",
    "userTimeoutMillis, LAST_ACK, 5000, 9000, 9",
    "userTimeoutMillis, LAST_ACK, 60000, 5000, 5",
    "userTimeoutMillis, LAST_ACK, 60000, 3500, 4",
    "userTimeoutMillis, ZERO_WINDOW, 5000, 9000, 9",
    "userTimeoutMillis, ZERO_WINDOW, 60000, 5000, 5",
    "userTimeoutMillis, ZERO_WINDOW, 60000, 3500, 4",
    "finTimeoutSeconds, ORPHAN_IN_FIN_WAIT_2, 5, 9, 9",
    "finTimeoutSeconds, ORPHAN_IN_FIN_WAIT_2, 60, 5, 5",
    "finTimeoutSeconds, ORPHAN_IN_FIN_WAIT_2, 60, 3, 4",
    "timeWaitSeconds, TIME_WAIT, 5, 9, 9",
    "timeWaitSeconds, TIME_WAIT, 60, 5, 5",
    "timeWaitSeconds, TIME_WAIT, 60, 3, 4",
    // one probe and 2 s more
    "timeSeconds, KEPT_ALIVE, 5, 9, 11",
    "timeSeconds, KEPT_ALIVE, 60, 5, 7",
    "timeSeconds, KEPT_ALIVE, 60, 3, 6",
    "timeSeconds, KEPT_ALIVE_IN_CLOSE_WAIT, 5, 9, 11",
    "timeSeconds, KEPT_ALIVE_IN_CLOSE_WAIT, 60, 5, 7",
    "timeSeconds, KEPT_ALIVE_IN_CLOSE_WAIT, 60, 3, 6",
    "timeSeconds, KEPT_ALIVE_IN_FIN_WAIT_2, 5, 9, 11",
    "timeSeconds, KEPT_ALIVE_IN_FIN_WAIT_2, 60, 5, 7",
    "timeSeconds, KEPT_ALIVE_IN_FIN_WAIT_2, 60, 3, 6",
  })
  void theEndMovesWithTheKey(String key, String state, int before, int then, double end) {
    PacketScript script = waiting(state);
    change(script, key, before);
    pass(script, 4000);
    script.expectState(named(state));
    change(script, key, then);
    long rest = Math.round(end * 1000) - 4000;
    if (rest > 0) {
      pass(script, rest - 1);
      script.expectState(named(state));
      pass(script, 2);
    } else {
      pass(script, 1);
    }
    script.expectState(CLOSED).discardSent().expectNothingFor("10min").end();
  }

  private static void change(PacketScript script, String key, int value) {
    if (key.equals("timeSeconds")) {
      script.keepalive(key, value);
    } else {
      script.tcp(key, value);
    }
  }
}
