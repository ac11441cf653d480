package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes over the wire, judged by tshark: a mixture of everything, connects that time out, and a
 * gigabyte each way.
 */
@Requires({"tshark", "tcpdump", "ping", "curl", "nft"})
class WireIT {
  private static final long ECHO_BYTES = Long.getLong("karavel.echoBytes", 1_000_000_000);

  private NetworkNamespace namespace;
  private StackProcess stack;

  @BeforeEach
  void makeNamespace() {
    namespace = NetworkNamespace.create();
    namespace
        .sysctl("net/ipv4/tcp_syn_retries", "1")
        .sysctl("net/ipv4/tcp_syn_linear_timeouts", "0");
  }

  @AfterEach
  void removeNamespace() {
    if (stack != null) {
      stack.close();
    }
    namespace.close();
  }

  /** A mixture of everything that the stack sends. */
  private void traffic() {
    Pings.assertNoneLost(namespace, 1000, "-i", "0.002", "-W", "2");
    Pings.assertNoneLost(namespace, 5, "-i", "0.02", "-s", "8192", "-W", "2");
    assertThat(stack.values("ping 10.77.0.1 5 8192")).containsEntry("replies", "5");
    namespace.run("curl", "-sS", "-m", "20", "http://10.77.0.2/").orFail();
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "300000", "10").orFail())
        .contains("equal=true");
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "20000", "200").orFail())
        .contains("equal=true");
    assertThat(KernelPeer.run(namespace, "connect", "10.77.0.2", "4999", "5000").orFail())
        .contains("result=Connection refused");
    assertThat(stack.values("connect 10.77.0.1 4999")).containsEntry("error", "CONNECTION_REFUSED");
  }

  /** Each end opens, and each end closes first. */
  private void opensAndCloses() {
    try (KernelSockets kernel = KernelSockets.start(namespace)) {
      kernel.ask("listen l 6001");
      String listener = stack.values("listen 6000").get("id");
      for (int i = 0; i < 4; i++) {
        String id;
        if (i < 2) {
          assertThat(kernel.values("connect c 10.77.0.2 6000")).containsValue("connected");
          id = stack.values("accept " + listener).get("id");
        } else {
          id = stack.values("connect 10.77.0.1 6001").get("id");
          kernel.ask("accept c l");
        }
        if (i % 2 == 0) {
          kernel.ask("shutdown c");
          assertThat(stack.values("read " + id + " 1")).containsEntry("read", "0");
          stack.ask("close " + id);
        } else {
          stack.ask("shutdown " + id);
          assertThat(kernel.values("read c 1")).containsEntry("read", "0");
        }
        kernel.ask("close c");
      }
    }
  }

  /** SYNs in both directions that nobody answers, each repeated once. */
  private void timeouts() {
    namespace.run("nft", "add table ip deaf").orFail();
    namespace.run("nft", "add chain ip deaf in { type filter hook input priority 0 ; }").orFail();
    namespace.run("nft", "add rule ip deaf in tcp dport 4998 drop").orFail();
    assertThat(stack.values("connect 10.77.0.1 4998 30")).containsEntry("error", "TIMED_OUT");
    stack.ask("leave tcp"); // frames are parked, nobody answers
    assertThat(KernelPeer.run(namespace, "connect", "10.77.0.2", "4997", "30000").orFail())
        .contains("result=Connection timed out");
    stack.ask("arrive tcp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mode=tap offloads=true", "mode=tap offloads=false", "mode=tun offloads=false"})
  void tsharkFindsNothingMalformedAndNoWrongChecksum(String settings) throws Exception {
    boolean offloads = settings.contains("offloads=true");
    stack = StackProcess.start(namespace, (settings + " tcp.synRetries=1").split(" "));
    try (Capture capture = new Capture(namespace, "tap0")) {
      traffic();
      opensAndCloses();
      timeouts();
      assertThat(capture.stop()).isGreaterThan(4000);
      assertThat(capture.frames("tcp.flags == 2 && tcp.dstport == 4998")).hasSize(2);
      assertThat(capture.frames("tcp.flags == 2 && tcp.dstport == 4997")).hasSize(2);
      int partial = capture.assertNothingWrong(offloads);
      if (offloads) {
        assertThat(partial).isPositive();
        assertThat(capture.frames("ip.src == 10.77.0.2 && tcp.len > 1460")).isNotEmpty();
        assertThat(capture.frames("ip.src == 10.77.0.1 && tcp.len > 1460")).isNotEmpty();
      } else {
        assertThat(partial).isZero();
        assertThat(capture.frames("tcp.len > 1460")).isEmpty();
      }
    }
  }

  /** Segments that the kernel found damaged, of all that came into the namespace. */
  private long kernelsErrors() {
    List<List<String>> tcp =
        namespace
            .run("cat", "/proc/net/snmp")
            .orFail()
            .lines()
            .filter(line -> line.startsWith("Tcp: "))
            .map(line -> Arrays.asList(line.split(" ")))
            .toList();
    return Long.parseLong(tcp.get(1).get(tcp.get(0).indexOf("InErrs")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"offloads=true", "offloads=false"})
  void aGigabyteIsEchoedByteForByteAndNoFrameOfItIsWrong(String settings) throws Exception {
    boolean offloads = settings.equals("offloads=true");
    stack = StackProcess.start(namespace, settings);
    try (WireJudge judge = new WireJudge(namespace, "tap0", offloads)) {
      String result = new PacedEcho(namespace, judge, "10.77.0.2", ECHO_BYTES).finish();
      assertThat(result).contains("equal=true");
      assertThat(stack.number("counters", "Tcp.InErrs")).isZero();
      assertThat(kernelsErrors()).isZero();
      WireJudge.Result judged = judge.stop();
      assertThat(judged.bytes()).isGreaterThan(2 * ECHO_BYTES);
      assertThat(judged.partial() > 0).isEqualTo(offloads);
      System.out.printf("measured: %s: %s: %s%n", settings, result, judged);
    }
  }

  @Test
  void framesThatNobodyCanMakeSenseOfAreCountedAndHarmNothing() {
    stack = StackProcess.start(namespace);
    // IPv6 and a protocol nobody handles, from the kernel's own tools
    namespace.sysctl("net/ipv6/conf/tap0/disable_ipv6", "0");
    namespace.run("ping", "-c", "1", "-W", "1", "-I", "tap0", "ff02::1");
    Pings.assertNoneLost(namespace, 3, "-i", "0.05");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> stack.number("drops", "ETHERNET_UNKNOWN_TYPE") > 0);
  }
}
