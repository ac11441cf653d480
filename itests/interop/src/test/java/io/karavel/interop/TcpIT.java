package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections between the kernel's TCP and ours. */
@Requires({"ss", "curl"})
class TcpIT {
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

  @Test
  void curlGetsThePage() {
    stack = StackProcess.start(namespace);
    assertThat(namespace.run("curl", "-sS", "-m", "20", "http://10.77.0.2/").orFail())
        .contains("Karavel");
    assertThat(namespace.run("curl", "-sS", "-m", "20", "http://10.77.0.2/status").orFail())
        .startsWith("{");
  }

  @ParameterizedTest
  @ValueSource(strings = {"offloads=true", "offloads=false"})
  void echoesManyMegabytesByteForByte(String offloads) {
    stack = StackProcess.start(namespace, offloads);
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "200000000").orFail())
        .contains("equal=true");
    assertThat(stack.values("counters"))
        .hasEntrySatisfying("Tcp.InErrs", errors -> assertThat(Long.parseLong(errors)).isZero());
  }

  @Test
  void twoHundredConnectionsAtOnceEchoByteForByte() {
    stack = StackProcess.start(namespace);
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "100000", "200").orFail())
        .contains("equal=true");
  }

  @Test
  void aConnectionThatWeOpenCarriesBytesBothWays() throws Exception {
    stack = StackProcess.start(namespace);
    Process server = namespace.start(new ProcessBuilder(KernelPeer.command("serve", "5000", "1")));
    KernelPeer.awaitListening(server);
    String id = stack.values("connect 10.77.0.1 5000").get("id");
    assertThat(id).isNotNull();
    assertThat(stack.values("echo " + id + " 20000000")).containsEntry("equal", "true");
    stack.ask("close " + id);
    assertThat(server.waitFor()).isZero();
  }

  @Test
  void connectsToPortsWhereNobodyListensAreRefusedOnEitherSide() {
    stack = StackProcess.start(namespace);
    assertThat(KernelPeer.run(namespace, "connect", "10.77.0.2", "4999", "5000").orFail())
        .contains("result=Connection refused");
    assertThat(stack.values("connect 10.77.0.1 4999")).containsEntry("error", "CONNECTION_REFUSED");
  }

  /** Waits until ss and our list show these states for the one connection there is, or none. */
  private void assertStates(String kernel, String ours) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(states(SocketLine.ofKernel(namespace))).as("ss").isEqualTo(kernel);
              assertThat(states(SocketLine.ofStack(stack))).as("tcp:list").isEqualTo(ours);
            });
  }

  /** The states of the connections. */
  private static String states(List<SocketLine> lines) {
    return lines.stream()
        .filter(line -> !line.isListener())
        .map(SocketLine::standardState)
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void ssAndTcpListAgreeStateByStateWhoeverOpensAndCloses(
      boolean kernelOpens, boolean kernelCloses) {
    stack = StackProcess.start(namespace);
    try (KernelSockets kernel = KernelSockets.start(namespace)) {
      String id;
      if (kernelOpens) {
        String listener = stack.values("listen 6000").get("id");
        assertThat(kernel.values("connect c 10.77.0.2 6000")).containsValue("connected");
        id = stack.values("accept " + listener).get("id");
      } else {
        kernel.ask("listen l 6001");
        id = stack.values("connect 10.77.0.1 6001").get("id");
        kernel.ask("accept c l");
      }
      assertStates("ESTABLISHED", "ESTABLISHED");
      if (kernelCloses) {
        kernel.ask("shutdown c");
        assertStates("FIN-WAIT-2", "CLOSE-WAIT");
        assertThat(stack.values("read " + id + " 1")).containsEntry("read", "0");
        stack.ask("close " + id);
        assertStates("TIME-WAIT", "");
      } else {
        stack.ask("shutdown " + id);
        assertStates("CLOSE-WAIT", "FIN-WAIT-2");
        assertThat(kernel.values("read c 1")).containsEntry("read", "0");
        kernel.ask("close c");
        assertStates("", "TIME-WAIT");
      }
    }
  }

  @Test
  void aResetFromEitherSideEndsTheConnectionOnBoth() {
    stack = StackProcess.start(namespace);
    try (KernelSockets kernel = KernelSockets.start(namespace)) {
      kernel.ask("listen l 6001");
      String aborted = stack.values("connect 10.77.0.1 6001").get("id");
      kernel.ask("accept c l");
      stack.ask("abort " + aborted);
      assertStates("", "");
      stack.values("connect 10.77.0.1 6001");
      kernel.ask("accept d l");
      assertStates("ESTABLISHED", "ESTABLISHED");
      kernel.ask("linger d 0");
      kernel.ask("close d");
      assertStates("", "");
    }
  }

  @Test
  void connectsThatNobodyAnswersTimeOutOnEitherSideAndOursNamesTheReason() {
    stack = StackProcess.start(namespace, "tcp.synRetries=2", "tcp.synLinearTimeouts=0");
    // an address on the link that nobody has: the neighbour does not answer
    assertThat(stack.values("connect 10.77.0.99 80 30")).containsEntry("error", "HOST_UNREACHABLE");
    namespace
        .sysctl("net/ipv4/tcp_syn_retries", "1")
        .sysctl("net/ipv4/tcp_syn_linear_timeouts", "0");
    stack.ask("leave tcp"); // frames are parked, nobody answers
    assertThat(KernelPeer.run(namespace, "connect", "10.77.0.2", "7", "30000").orFail())
        .contains("result=Connection timed out");
  }

  @Test
  void connectionsOutliveTheSwapOfEveryModuleUnderThem() throws Exception {
    stack = StackProcess.start(namespace);
    Process client =
        namespace.start(
            new ProcessBuilder(KernelPeer.command("echo", "10.77.0.2", "7", "50000000", "4")));
    while (client.isAlive()) {
      for (String slot : new String[] {"nic", "ip", "timer", "tcp"}) {
        stack.ask("swap " + slot);
        stack.ask("leave " + slot);
        stack.ask("arrive " + slot);
      }
    }
    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("equal=true");
  }
}
