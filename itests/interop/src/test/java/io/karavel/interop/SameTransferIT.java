package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code ss -ti} says of the kernel's end and {@code tcp:show} of ours, of one transfer both
 * ways in which packets are lost, while it goes on and at its end.
 */
@Requires({"nft", "tcpdump", "ss"})
class SameTransferIT {
  private static final int ROUNDS = 40;
  private static final int BYTES = 100_000;

  /** Of what carries data, one in 12. */
  private static final String DATA = "ip length > 200 numgen random mod 12 < 1 counter";

  private static final Pattern COUNTER = Pattern.compile("counter packets (\\d+)");
  private static RoutedWire wire;

  @BeforeAll
  static void open() {
    wire = RoutedWire.create();
  }

  @AfterAll
  static void close() {
    wire.close();
  }

  /** The kernel's variables of the connection at a port; {@code name:value} as ss writes them. */
  private static Map<String, String> kernel(int port) {
    String out =
        wire.kernel
            .run(
                "ss",
                "-tinH",
                "state",
                "connected",
                "( sport = :" + port + " or dport = :" + port + " )")
            .orFail();
    return Arrays.stream(out.trim().split("\\s+"))
        .filter(word -> word.matches("[a-z_]+:\\S+"))
        .collect(
            Collectors.toMap(
                word -> word.substring(0, word.indexOf(':')),
                word -> word.substring(word.indexOf(':') + 1),
                (first, second) -> first,
                TreeMap::new));
  }

  private static Map<String, String> ours(RoutedWire.Pair pair) {
    return wire.stack.values("show " + pair.ourId());
  }

  private static long number(Map<String, String> variables, String name) {
    return Long.parseLong(variables.getOrDefault(name, "0"));
  }

  /** How far one number of the sequence space lies behind the SYN. */
  private static long since(Map<String, String> ours, String initial, String sequence) {
    return (number(ours, sequence) - number(ours, initial) - 1) & 0xffff_ffffL;
  }

  private static long lost(RoutedWire.Loss loss) {
    Matcher counters = COUNTER.matcher(loss.show());
    long sum = 0;
    while (counters.find()) {
      sum += Long.parseLong(counters.group(1));
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"true, 9401", "false, 9402"})
  void bothEndsTellTheSame(boolean weOpen, int port) {
    RoutedWire.Pair pair = wire.open(weOpen, port);
    long repeatedBefore = wire.stack.number("counters", "Tcp.RetransSegs");
    try (RoutedWire.Loss ofOurs = wire.lose(true, port, DATA);
        RoutedWire.Loss ofKernel = wire.lose(false, port, DATA)) {
      for (int round = 0; round < ROUNDS; round++) {
        wire.stack.ask("write " + pair.ourId() + " " + BYTES);
        wire.sockets.ask("write " + pair.kernelName() + " " + BYTES);
        Map<String, String> before = kernel(port);
        Map<String, String> ours = ours(pair);
        Map<String, String> after = kernel(port);
        String all = "round " + round + ": " + before + " then ours " + ours + " then " + after;
        // whoever is told of an acknowledgement learns it after the other has received
        assertThat(since(ours, "irs", "rcvNxt"))
            .as(all)
            .isBetween(number(before, "bytes_acked") - 1, (round + 1L) * BYTES);
        assertThat(since(ours, "iss", "sndUna"))
            .as(all)
            .isBetween(0L, number(after, "bytes_received"));
        assertThat(number(before, "bytes_received"))
            .as(all)
            .isLessThanOrEqualTo((round + 1L) * BYTES);
        assertThat(wire.sockets.values("read " + pair.kernelName() + " " + BYTES))
            .containsEntry("read", Integer.toString(BYTES));
        assertThat(wire.stack.values("read " + pair.ourId() + " " + BYTES))
            .containsEntry("read", Integer.toString(BYTES));
      }
      assertTheyAgreeAtTheEnd(pair, port);
      long oursLost = lost(ofOurs);
      long kernelsLost = lost(ofKernel);
      String retransmitted = kernel(port).getOrDefault("retrans", "0/0");
      System.out.printf(
          "SameTransferIT: %d of our packets and %d of the kernel's lost; we sent %d again, it"
              + " %s%n",
          oursLost,
          kernelsLost,
          wire.stack.number("counters", "Tcp.RetransSegs") - repeatedBefore,
          retransmitted);
      assertThat(oursLost).isPositive();
      assertThat(kernelsLost).isPositive();
      assertThat(wire.stack.number("counters", "Tcp.RetransSegs") - repeatedBefore)
          .isGreaterThanOrEqualTo(oursLost);
      assertThat(Long.parseLong(retransmitted.substring(retransmitted.indexOf('/') + 1)))
          .isGreaterThanOrEqualTo(kernelsLost);
    }
  }

  private static void assertTheyAgreeAtTheEnd(RoutedWire.Pair pair, int port) {
    long total = (long) ROUNDS * BYTES;
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              Map<String, String> kernel = kernel(port);
              Map<String, String> ours = ours(pair);
              String all = kernel + " and ours " + ours;
              // each end counts what it has received, and what the other has acknowledged
              assertThat(since(ours, "irs", "rcvNxt")).as(all).isEqualTo(total);
              assertThat(since(ours, "iss", "sndUna")).as(all).isEqualTo(total);
              assertThat(number(kernel, "bytes_received")).as(all).isEqualTo(total);
              // ss counts the SYN of who opens
              assertThat(number(kernel, "bytes_acked")).as(all).isBetween(total, total + 1);
              assertThat(kernel).as(all).doesNotContainKey("unacked");
              assertThat(ours).as(all).containsEntry("inFlight", "0").containsEntry("unsent", "0");
              assertThat(ours.get("sndMss")).as(all).isEqualTo(kernel.get("mss"));
              assertThat(kernel)
                  .as(all)
                  .containsEntry(
                      "wscale", ours.get("rcvWindShift") + "," + ours.get("sndWindShift"));
            });
    Map<String, String> kernel = kernel(port);
    Map<String, String> ours = ours(pair);
    assertThat(ours).containsEntry("timestamps", "true").containsEntry("sack", "true");
    // far from a timeout
    assertThat(Double.parseDouble(kernel.get("minrtt"))).isBetween(0.0, 200.0);
    assertThat(ours.get("minRtt")).endsWith("ms");
    assertThat(Double.parseDouble(ours.get("minRtt").replace("ms", "").trim()))
        .isBetween(0.0, 200.0);
    if (kernel.containsKey("snd_wnd")) {
      // told in steps of the window scale
      long step = 1L << number(ours, "rcvWindShift");
      assertThat(number(ours, "rcvWnd") - number(kernel, "snd_wnd")).isBetween(0L, 4 * step);
    }
  }
}
