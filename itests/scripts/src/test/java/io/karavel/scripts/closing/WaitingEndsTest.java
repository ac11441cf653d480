package io.karavel.scripts.closing;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.FIN_WAIT_2;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** FIN-WAIT-2 and TIME-WAIT: how long, what ends them, what arrives in them. */
class WaitingEndsTest {
  private static PacketScript orphanInFinWait2(PacketScript script) {
    return script
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 2")
        .expectState(FIN_WAIT_2)
        .mark();
  }

  private static PacketScript timeWait(PacketScript script) {
    return script
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .mark();
  }

  @Test
  void anOrphanLeavesFinWait2AfterFinTimeoutFromTheAckOfItsFin() {
    orphanInFinWait2(PacketScript.create())
        .expectNothingUntil("59.999s")
        .expectState(FIN_WAIT_2)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .inject("F. 1:1(0) ack 2")
        .expect("R 2:2(0)")
        .end();
  }

  @Test
  void theTimeBeginsAtTheCloseIfThatIsLater() {
    PacketScript.create()
        .openActively()
        .shutdownOutput()
        .expect("F. 1:1(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .expectNothingFor("1000s")
        .close()
        .expectNothing()
        .mark()
        .expectNothingUntil("59.999s")
        .expectState(FIN_WAIT_2)
        .expectNothingUntil("60s")
        .expectState(CLOSED)
        .end();
  }

  @Test
  void itIsNeverShorterThanThreeAndAHalfTimeouts() {
    PacketScript.on(StackHarness.builder().tcp("finTimeoutSeconds", 1).build())
        .connect()
        .expect("S 0:0(0)")
        .after("500ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .close()
        .expect("F. 1:1(0) ack 1")
        // the next sample is 500 ms too: RTTVAR is 250 · 3/4, RTO 500 + 4 · 187.5 = 1250 ms
        .after("500ms")
        .inject(". 1:1(0) ack 2")
        .mark()
        .expectNothingUntil("4.374s")
        .expectState(FIN_WAIT_2)
        .expectNothingUntil("4.375s")
        .expectState(CLOSED)
        .end();
  }

  @Test
  void theSocketCanAskForAnotherTimeOrForNone() {
    PacketScript.create()
        .option(TcpOption.LINGER_FIN_WAIT_SECONDS, 7)
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .mark()
        .expectNothingUntil("6.999s")
        .expectState(FIN_WAIT_2)
        .expectNothingUntil("7s")
        .expectState(CLOSED)
        .end();
    PacketScript.create()
        .option(TcpOption.LINGER_FIN_WAIT_SECONDS, -1)
        .openActively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject(". 1:1(0) ack 2")
        .expect("R 2:2(0)")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc({"9293 3.6.1", "9293 MUST-13"})
  void timeWaitLastsAsConfiguredWhateverFinTimeoutIs() {
    timeWait(
            PacketScript.on(
                StackHarness.builder()
                    .tcp("timeWaitSeconds", 7)
                    .tcp("finTimeoutSeconds", 100)
                    .build()))
        .expectNothingUntil("6.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("7s")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void aRepeatedFinIsAcknowledgedAgainAndRestartsTimeWait() {
    timeWait(PacketScript.create())
        .at("40s")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectNothingUntil("99.999s")
        .expectState(TIME_WAIT)
        .expectNothingUntil("100s")
        .expectState(CLOSED)
        .end();
  }

  @Test
  @Rfc("1337 3")
  void aResetEndsTimeWaitUnlessRfc1337IsFollowed() {
    timeWait(PacketScript.create()).inject("R 2:2(0)").expectState(CLOSED).end();
    timeWait(PacketScript.on(StackHarness.builder().tcp("rfc1337", true).build()))
        .inject("R 2:2(0)")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  @Rfc({"6191 2", "9293 3.6.1"})
  void aNewSynWithAHigherSequenceNumberReopensTheConnection() {
    PacketScript.create()
        .openPassively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .after("5s")
        .peerIsn(PEER_ISN + 70_000)
        .forgetLocalIsn()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .expectState(SYN_RECEIVED)
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  private static final int PEER_ISN = -1000;

  @Test
  @Rfc("6191 2")
  void aNewSynWithALowerSequenceNumberIsChallenged() {
    PacketScript.create()
        .openPassively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .after("5s")
        .inject("S 4294960000:4294960000(0) win 65535 <mss 1460>")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .end();
  }

  @Test
  @Rfc({"6191 2", "9293 SHLD-4"})
  void withTimestampsANewerOneReopensWhateverTheSequenceNumber() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,TS val 1000 ecr 0>")
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2 <TS val 1000 ecr *>")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .after("5s")
        // an older timestamp is of the old life
        .inject("S 4294960000:4294960000(0) win 65535 <mss 1460,TS val 999 ecr 0>")
        .expect(". 2:2(0) ack 2")
        .after("1s")
        .peerIsn(PEER_ISN - 70_000)
        .forgetLocalIsn()
        .inject("S 0:0(0) win 65535 <mss 1460,TS val 7000 ecr 0>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1 <TS val 7000 ecr *>")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }
}
