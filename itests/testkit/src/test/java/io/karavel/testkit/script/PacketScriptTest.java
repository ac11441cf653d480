package io.karavel.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** What scripts notice, and what they say then. */
class PacketScriptTest {
  @Test
  void whatDiffersIsShownBesideEachOtherWithEverythingSoFar() {
    assertThatThrownBy(
            () ->
                PacketScript.create()
                    .listen()
                    .after("10ms")
                    .inject("S 0:0(0) win 65535 <mss 1460>")
                    .expect("S. 0:0(0) ack 2"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("at 0.010s of the script")
        .hasMessageContaining("expected   S. 0:0(0) ack 2")
        .hasMessageContaining("sent       S. 0:0(0) ack 1 win")
        .hasMessageContaining("ack: 2 expected, 1 sent")
        .hasMessageContaining("0.010s  <  S 0:0(0) win 65535 <mss 1460>")
        .hasMessageContaining("0.000s     listen 80");
  }

  @Test
  void whatIsSentAndNotExpectedFailsAtTheNextStepInTime() {
    PacketScript script = PacketScript.create().connect();
    assertThatThrownBy(() -> script.after("1ms"))
        .hasMessageContaining("sent and was not expected")
        .hasMessageContaining("S 0:0(0)");
    assertThatThrownBy(script::end).hasMessageContaining("sent and was not expected");
  }

  @Test
  void whatIsSentEarlierThanExpectedFailsWithItsTime() {
    PacketScript script = PacketScript.create().connect().expect("S 0:0(0)");
    assertThatThrownBy(() -> script.at("1001ms")).hasMessageContaining("1.000s  S 0:0(0)");
  }

  @Test
  void whatIsNotSentFailsAndNamesTheNextTimer() {
    assertThatThrownBy(
            () -> PacketScript.create().connect().expect("S 0:0(0)").at("999ms").expect("S 0:0(0)"))
        .hasMessageContaining("nothing was sent, and the next timer is due at 1.000s");
  }

  @Test
  void aToleranceLetsPacketsComeEarlierAndLater() {
    PacketScript.create()
        .tolerance("20ms")
        .connect()
        .expect("S 0:0(0)")
        .at("1015ms")
        .expect("S 0:0(0)")
        .at("2990ms")
        .expect("S 0:0(0)")
        .end();
  }

  @Test
  void expectWithinGoesOnUntilSomethingIsSent() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .expectWithin("5s", "S 0:0(0)")
        .check(s -> assertThat(s.harness().clock().elapsedNanos()).isEqualTo(1_000_000_000L))
        .end();
  }

  @Test
  void callsThatFailAndStatesThatDifferAreToldApart() {
    assertThatThrownBy(() -> PacketScript.create().openPassively().expectState(TcpState.LAST_ACK))
        .hasMessageContaining("state: LAST-ACK expected, ESTABLISHED found");
    assertThatThrownBy(
            () ->
                PacketScript.create()
                    .openPassively()
                    .shutdownOutput()
                    .expect("F. 1:1(0) ack 1")
                    .write(1))
        .hasMessageContaining("write 1 bytes failed: OUTPUT_SHUT_DOWN");
    assertThatThrownBy(
            () -> PacketScript.create().openPassively().nextFails(TcpError.CLOSED).write(0))
        .hasMessageContaining("was to fail with CLOSED and did not");
    assertThatThrownBy(
            () -> PacketScript.create().openPassively().expectFailure(TcpError.TIMED_OUT))
        .hasMessageContaining("failure: TIMED_OUT expected, none found");
  }

  @Test
  void severalFlowsAreKeptApart() {
    PacketScript.create()
        .openPassively()
        .flow("second", 40_001)
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .flow("main", 40_000)
        .write(20)
        .expect("P. 1:21(20) ack 1")
        .end();
  }

  @Test
  void aScriptSurvivesTheReplacementOfAModuleAfterEachStep() {
    PacketScript.create()
        .replaceAfterEachStep("timer")
        .connect()
        .expect("S 0:0(0)")
        .at("1s")
        .expect("S 0:0(0)")
        .at("3s")
        .expect("S 0:0(0)")
        .end();
  }
}
