package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two TAP devices with an interface each on one stack, while both carry traffic. */
@Requires({"ping", "curl", "tcpdump", "tshark"})
@SuppressWarnings("try") // what is closed need not be asked anything before
class TwoDevicesIT {
  private static final String SECOND = "10.78.0.2";
  private static final String SECOND_HOST = "10.78.0.1";

  private NetworkNamespace namespace;
  private StackProcess stack;
  private WireJudge judge;

  @BeforeEach
  void start() throws Exception {
    namespace = NetworkNamespace.create();
    stack = StackProcess.start(namespace);
    judge = new WireJudge(namespace, "any", true);
  }

  /** Of what passed over either device nothing was wrong. */
  @AfterEach
  void end() throws Exception {
    try (NetworkNamespace removed = namespace;
        StackProcess closed = stack;
        WireJudge ended = judge) {
      System.out.println("measured: " + ended.stop());
    }
  }

  private void addSecond() {
    stack.ask("device tap1 hostAddress=" + SECOND_HOST + "/24 reopenMinMs=50");
    stack.ask("interface if1 device=tap1 addresses=" + SECOND + "/24");
  }

  /** Goes on until its {@link PacedEcho#end}. */
  private PacedEcho echo(String address) {
    return new PacedEcho(namespace, judge, address, Long.MAX_VALUE);
  }

  private void assertAnswers(String address) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(
                        namespace.run("ping", "-c", "3", "-i", "0.05", "-W", "2", address).output())
                    .contains(" 0% packet loss"));
    assertThat(namespace.run("curl", "-sS", "-m", "20", "http://" + address + "/").orFail())
        .contains("Karavel");
  }

  @Test
  void bothCarryTrafficAtTheSameTime() throws Exception {
    addSecond();
    assertAnswers(SECOND);
    List<PacedEcho> echoes = List.of(echo(StackProcess.ADDRESS), echo(SECOND));
    List<CompletableFuture<String>> results = echoes.stream().map(PacedEcho::start).toList();
    assertThat(stack.values("ping " + StackProcess.HOST_ADDRESS + " 50"))
        .containsEntry("replies", "50");
    assertThat(stack.values("ping " + SECOND_HOST + " 50")).containsEntry("replies", "50");
    echoes.forEach(PacedEcho::end);
    for (CompletableFuture<String> result : results) {
      assertThat(result.get()).contains("equal=true");
    }
    assertThat(stack.values("counters")).containsEntry("Tcp.InErrs", "0");
  }

  @Test
  void oneIsMadeChangedAndRemovedWhileTheOtherCarriesTraffic() throws Exception {
    PacedEcho through = echo(StackProcess.ADDRESS);
    CompletableFuture<String> result = through.start();
    for (int i = 0; i < 3; i++) {
      addSecond();
      assertAnswers(SECOND);
      stack.ask("device tap1 mtu=1200 txQueueLength=77");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(namespace.run("ip", "link", "show", "tap1").output())
                      .contains("mtu 1200", "qlen 77"));
      stack.ask("interface if1 addresses=10.78.0.3/24");
      assertAnswers("10.78.0.3");
      assertThat(namespace.run("ping", "-c", "1", "-W", "1", SECOND).exit()).isNotZero();
      stack.ask("interface-remove if1");
      stack.ask("device-remove tap1");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(namespace.run("ip", "-br", "link").orFail())
                      .contains("tap0")
                      .doesNotContain("tap1"));
    }
    through.end();
    assertThat(result.get()).contains("equal=true");
    assertAnswers(StackProcess.ADDRESS);
    assertThat(stack.number("counters", "Lane.ModuleCrashes")).isZero();
  }

  @Test
  void aConnectionOfARemovedInterfaceLivesOnWhenItIsMadeAgain() {
    addSecond();
    try (KernelSockets sockets = KernelSockets.start(namespace)) {
      String listener = stack.values("listen 6000").get("id");
      assertThat(sockets.values("connect c " + SECOND + " 6000")).containsValue("connected");
      String id = stack.values("accept " + listener).get("id");
      stack.ask("interface-remove if1");
      stack.ask("device-remove tap1");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> !namespace.run("ip", "-br", "link").orFail().contains("tap1"));
      addSecond();
      assertAnswers(SECOND);
      sockets.ask("write c 1000");
      assertThat(stack.values("read " + id + " 1000")).containsEntry("read", "1000");
      stack.ask("write " + id + " 1000");
      assertThat(sockets.values("read c 1000")).containsEntry("read", "1000");
    }
  }
}
