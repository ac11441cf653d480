package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Echo requests of the kernel to our stack of which none is lost. The replies are counted by the
 * kernel: {@code ping} itself waits for the last of them no longer than two round trips.
 */
final class Pings {
  private static final String KEY = "InEchoReps";

  private final NetworkNamespace namespace;
  private final long before;

  /** Counts from now on what comes into a namespace. */
  Pings(NetworkNamespace namespace) {
    this.namespace = namespace;
    this.before = replies();
  }

  /** Sends so many with {@code ping}, told how by more arguments, and awaits every reply. */
  static void assertNoneLost(NetworkNamespace namespace, int count, String... arguments) {
    Pings pings = new Pings(namespace);
    List<String> command = new ArrayList<>(List.of("ping", "-q", "-c", Integer.toString(count)));
    command.addAll(List.of(arguments));
    command.add(StackProcess.ADDRESS);
    pings.assertNoneLost(count, namespace.run(command.toArray(new String[0])).orFail());
  }

  /** Likewise of a {@code ping} that has ended, by what it printed. */
  void assertNoneLost(int count, String printed) {
    assertThat(printed).contains(count + " packets transmitted");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(replies() - before).as(printed).isEqualTo(count));
  }

  private long replies() {
    List<List<String>> icmp =
        namespace
            .run("cat", "/proc/net/snmp")
            .orFail()
            .lines()
            .filter(line -> line.startsWith("Icmp: "))
            .map(line -> Arrays.asList(line.split(" ")))
            .toList();
    return Long.parseLong(icmp.get(1).get(icmp.get(0).indexOf(KEY)));
  }
}
