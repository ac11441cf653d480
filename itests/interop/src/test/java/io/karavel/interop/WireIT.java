package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes over the wire, judged by tshark: a mixture of everything, connects that time out, and
 * large transfers, of which {@code -Dkaravel.echoBytes=1000000000} makes a gigabyte each way.
 */
@Requires({"tshark", "tcpdump", "ping", "curl", "nft"})
class WireIT {
  private static final long ECHO_BYTES = Long.getLong("karavel.echoBytes", 50_000_000);

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
    namespace.run("ping", "-c", "1000", "-i", "0.002", "-W", "2", "10.77.0.2").orFail();
    namespace.run("ping", "-c", "5", "-i", "0.02", "-s", "8192", "-W", "2", "10.77.0.2").orFail();
    assertThat(stack.values("ping 10.77.0.1 5 8192")).containsEntry("replies", "5");
    namespace.run("curl", "-sS", "-m", "20", "http://10.77.0.2/").orFail();
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "300000", "10").orFail())
        .contains("equal=true");
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "20000", "200").orFail())
        .contains("equal=true");
    KernelPeer.run(namespace, "connect", "10.77.0.2", "4999", "5000").orFail();
    assertThat(stack.values("connect 10.77.0.1 4999")).containsEntry("error", "CONNECTION_REFUSED");
  }

  /** SYNs in both directions that nobody answers. */
  private void timeouts() {
    namespace.run("nft", "add table ip deaf").orFail();
    namespace.run("nft", "add chain ip deaf in { type filter hook input priority 0 ; }").orFail();
    namespace.run("nft", "add rule ip deaf in tcp dport 4998 drop").orFail();
    assertThat(stack.values("connect 10.77.0.1 4998 30")).containsEntry("error", "TIMED_OUT");
    stack.ask("leave tcp"); // frames are parked, nobody answers
    assertThat(KernelPeer.run(namespace, "connect", "10.77.0.2", "7", "30000").orFail())
        .contains("result=Connection timed out");
    stack.ask("arrive tcp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mode=tap offloads=true", "mode=tap offloads=false", "mode=tun offloads=false"})
  void tsharkFindsNothingMalformedAndNoWrongChecksum(String settings) throws Exception {
    boolean offloads = settings.contains("offloads=true");
    stack = StackProcess.start(namespace, (settings + " tcp.synRetries=1").split(" "));
    try (Capture capture = Capture.start(namespace, "tap0")) {
      traffic();
      timeouts();
      capture.stop();
      assertThat(capture.frames("tcp.stream eq 0")).hasSizeGreaterThan(5);
      for (String end : new String[] {"10.77.0.1", "10.77.0.2"}) {
        assertThat(capture.frames("tcp.flags == 2 && tcp.dstport != 4999 && ip.src == " + end))
            .as("SYNs of %s", end)
            .hasSizeGreaterThanOrEqualTo(2);
      }
      int partial = capture.assertNothingWrong(offloads);
      if (offloads) {
        assertThat(partial).isPositive();
        assertThat(capture.frames("ip.src == 10.77.0.2 && tcp.len > 1460")).isNotEmpty();
        assertThat(capture.frames("ip.src == 10.77.0.1 && tcp.len > 1460")).isNotEmpty();
      } else {
        assertThat(capture.frames("tcp.len > 1460")).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"offloads=true", "offloads=false"})
  void aLargeTransferIsEchoedByteForByteAndNoFrameOfItIsWrong(String offloads) throws Exception {
    stack = StackProcess.start(namespace, offloads);
    try (Capture capture = Capture.start(namespace, "tap0")) {
      String result =
          KernelPeer.run(namespace, "echo", "10.77.0.2", "7", Long.toString(ECHO_BYTES)).orFail();
      capture.stop();
      assertThat(result).contains("equal=true");
      assertThat(stack.number("counters", "Tcp.InErrs")).isZero();
      int partial = capture.assertNothingWrong(offloads.equals("offloads=true"));
      System.out.printf(
          "measured: %s %d bytes: %s; %d frames with the pseudo-header's sum%n",
          offloads, ECHO_BYTES, result.replace('\n', ' '), partial);
    }
  }

  @Test
  void framesThatNobodyCanMakeSenseOfAreCountedAndHarmNothing() {
    stack = StackProcess.start(namespace);
    // IPv6 and a protocol nobody handles, from the kernel's own tools
    namespace.sysctl("net/ipv6/conf/tap0/disable_ipv6", "0");
    namespace.run("ping", "-c", "1", "-W", "1", "-I", "tap0", "ff02::1");
    assertThat(namespace.run("ping", "-c", "3", "-i", "0.05", "10.77.0.2").orFail())
        .contains(" 0% packet loss");
    assertThat(stack.number("drops", "ETHERNET_UNKNOWN_TYPE")).isPositive();
  }
}
