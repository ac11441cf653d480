package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ARP, IPv4, fragments and ICMP against the kernel. */
@Requires("ping")
class IpIT {
  private NetworkNamespace namespace;
  private StackProcess stack;

  @BeforeEach
  void makeNamespace() {
    namespace = NetworkNamespace.create();
  }

  @AfterEach
  void removeNamespace() {
    if (stack != null) {
      stack.close();
    }
    namespace.close();
  }

  private String ping(String... arguments) {
    String[] command = new String[arguments.length + 2];
    command[0] = "ping";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    command[command.length - 1] = StackProcess.ADDRESS;
    return namespace.run(command).output();
  }

  private void assertNothingHeld() {
    assertThat(stack.number("counters", "Lane.PacketBuffersOut")).isZero();
  }

  @Test
  void aReplacedModuleLosesNoPing() throws Exception {
    stack = StackProcess.start(namespace);
    Pings counted = new Pings(namespace);
    Process pings =
        namespace.start(
            new ProcessBuilder("ping", "-q", "-c", "400", "-i", "0.005", "-W", "5", "10.77.0.2"));
    for (int i = 0; i < 10; i++) {
      stack.ask("leave ip");
      stack.ask("arrive ip");
      stack.ask("swap ip");
    }
    counted.assertNoneLost(
        400, new String(pings.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertThat(stack.number("counters", "Lane.ModulesPlugged")).isGreaterThanOrEqualTo(20);
    assertNothingHeld();
  }

  @Test
  void theLargestDatagramsGoBothWays() {
    for (String mode : new String[] {"mode=tap", "mode=tun"}) {
      stack = StackProcess.start(namespace, mode);
      // one on its way at a time: 13 of 45 fragments each are more than the queue of a TAP
      for (int i = 0; i < 20; i++) {
        assertThat(ping("-q", "-c", "1", "-s", "65507", "-W", "5")).contains("1 received");
      }
      assertThat(stack.values("ping 10.77.0.1 20 65507")).containsEntry("replies", "20");
      assertThat(stack.number("counters", "Ip.ReasmOKs")).isEqualTo(40);
      assertThat(stack.number("counters", "Ip.ReasmFails")).isZero();
      assertNothingHeld();
      stack.close();
    }
  }

  @Test
  void optionsAreSkipped() {
    stack = StackProcess.start(namespace);
    Pings.assertNoneLost(namespace, 3, "-R", "-i", "0.05", "-W", "5");
    Pings.assertNoneLost(namespace, 3, "-T", "tsonly", "-i", "0.05", "-W", "5");
  }

  @Test
  void everySizeAroundTheMtuIsAnswered() {
    stack = StackProcess.start(namespace, "mtu=1000");
    for (int bytes : new int[] {0, 1, 7, 8, 9, 971, 972, 973, 980, 981, 1947, 1948, 1949}) {
      // one by one: once it has a reply, ping waits for the others no longer than two round trips
      for (int i = 0; i < 2; i++) {
        assertThat(ping("-q", "-c", "1", "-W", "5", "-s", String.valueOf(bytes)))
            .as("%d bytes", bytes)
            .contains("1 received");
      }
      assertThat(stack.values("ping 10.77.0.1 2 " + bytes)).containsEntry("replies", "2");
    }
  }

  @Test
  void anAddressThatTheKernelHasIsFoundOutAndTakenOutOfUse() {
    stack = StackProcess.start(namespace, "hostAddress=10.77.0.2/24");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(stack.ask("events"))
                    .anyMatch(
                        event ->
                            event.startsWith("address 10.77.0.2: belongs to ")
                                && event.endsWith("taken out of use on if0")));
    assertThat(stack.values("counters")).containsEntry("Arp.Conflicts", "1");
  }

  @Test
  void aSilentNeighbourIsAskedThreeTimesAndGivenUp() {
    stack = StackProcess.start(namespace);
    assertThat(stack.values("ping 10.77.0.99 1")).containsEntry("replies", "0");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(stack.values("drops")).containsEntry("NEIGHBOUR_UNREACHABLE", "1"));
    assertThat(stack.number("counters", "Arp.OutRequests")).isEqualTo(3);
    assertNothingHeld();
  }

  @Test
  void theKernelsProbesOfItsNeighbourAreAnswered() {
    stack = StackProcess.start(namespace);
    namespace.sysctl("net/ipv4/neigh/tap0/base_reachable_time_ms", "300");
    namespace.sysctl("net/ipv4/neigh/tap0/delay_first_probe_time", "0");
    Map<String, String> before = stack.values("counters");
    Pings.assertNoneLost(namespace, 100, "-i", "0.02", "-W", "5");
    Map<String, String> after = stack.values("counters"); // at once: the kernel goes on asking
    assertThat(Long.parseLong(after.get("Arp.InRequests")))
        .isGreaterThan(Long.parseLong(before.getOrDefault("Arp.InRequests", "0")));
    assertThat(after.get("Arp.OutReplies")).isEqualTo(after.get("Arp.InRequests"));
    assertThat(namespace.run("ip", "neighbour").orFail()).doesNotContain("FAILED");
  }
}
