package io.karavel.scripts.opening;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.SYN_SENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

class OpeningTest {
  @Test
  @Rfc("9293 3.5")
  void theClientOpensWithThreeMessages() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0) <mss 1460,...>")
        .expectState(SYN_SENT)
        .after("30ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .expectReady(TcpSocket.CONNECTED)
        .expectNothingFor("1h")
        .end();
  }

  @Test
  @Rfc("9293 3.5")
  void theServerOpensWithThreeMessages() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .expectState(SYN_RECEIVED)
        .acceptNothing()
        .after("30ms")
        .inject(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .accept()
        .expectNothingFor("1h")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-14", "7323 2.2", "2018 2"})
  void optionsAreOfferedByTheClientAndAgreedWhereTheServerHasThemToo() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale>")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 900 ecr 100,nop,wscale 7>")
        .expect(". 1:1(0) ack 1 <TS val 100 ecr 900>")
        .after("5ms")
        .write(10)
        .expect("P. 1:11(10) ack 1 <TS val 105 ecr 900>")
        .end();
  }

  @Test
  @Rfc({"7323 2.2", "7323 3.2", "2018 2"})
  void whatThePeerDoesNotOfferIsNotUsed() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(1000)
        .expect("P. 1:1001(1000) ack 1 <>")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-15", "9293 MUST-16"})
  void withoutAnMssOptionSegmentsAre536BytesAtMost() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535")
        .write(1072)
        .expect(". 1:537(536) ack 1", "P. 537:1073(536) ack 1")
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void theAckThatCompletesTheHandshakeMayCarryData() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .accept()
        .read(100)
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void dataInPlaceOfTheLostBareAckCompletesTheHandshake() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        // ". 1:1(0) ack 1" is lost
        .after("500ms")
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .accept()
        .read(100)
        .expectNothingFor("10s")
        .end();
  }

  @Test
  @Rfc("7413 4.2")
  void dataOnASynIsNotAcknowledgedWithoutACookieAndComesAgain() {
    PacketScript.create()
        .listen()
        .inject("S 0:100(100) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .read(100)
        .end();
  }

  @Test
  @Rfc({"6528 3", "9293 MUST-8"})
  void initialSequenceNumbersOfOneTupleFollowAClockOfFourMicroseconds() {
    PacketScript script = PacketScript.create();
    script.connectFrom(50_000).expect("S 0:0(0)");
    int first = script.localIsn();
    script.close().after("3s").forgetLocalIsn().connectFrom(50_000).expect("S 0:0(0)");
    assertThat(script.localIsn() - first).isEqualTo(3_000_000 / 4);
    script.end();
  }

  @Test
  @Rfc({"6528 3", "9293 SHLD-1", "9293 MUST-9"})
  void initialSequenceNumbersOfDifferentTuplesDoNotFollowFromEachOther() {
    PacketScript script = PacketScript.create();
    script.connectFrom(50_000).expect("S 0:0(0)");
    int first = script.localIsn();
    script.close().forgetLocalIsn().connectFrom(50_001).expect("S 0:0(0)");
    assertThat(Math.abs(script.localIsn() - first)).isGreaterThan(1_000_000);
    PacketScript other =
        PacketScript.on(StackHarness.builder().seed(2).build())
            .connectFrom(50_000)
            .expect("S 0:0(0)");
    assertThat(other.localIsn()).isNotEqualTo(first);
    script.end();
    other.end();
  }

  @Test
  @Rfc("9293 3.8.1")
  void aRetransmittedSynKeepsItsSequenceNumber() {
    PacketScript.create().connect().expect("S 0:0(0)").at("1s").expect("S 0:0(0)").end();
  }

  @Test
  @Rfc("6298 5.7")
  void afterALostSynTheFirstTimeoutOfTheDataIsThreeSeconds() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .at("1s")
        .expect("S 0:0(0)")
        .at("1050ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .write(100)
        .expect("P. 1:101(100) ack 1")
        .at("4050ms")
        .expect("P. 1:101(100) ack 1")
        .end();
  }

  @Test
  @Rfc({"6298 2.2", "7323 4.1"})
  void afterALostSynTimestampsTellTheTrueRoundTrip() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0) <mss,sackOK,TS val 0 ecr 0,wscale>")
        .at("1s")
        .expect("S 0:0(0) <mss,sackOK,TS val 1000 ecr 0,wscale>")
        .at("1100ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,TS val 50 ecr 1000>")
        .expect(". 1:1(0) ack 1")
        .write(100)
        .expect("P. 1:101(100) ack 1")
        // SRTT 100 ms, RTTVAR 50 ms: 100 + 4 · 50
        .at("1400ms")
        .expect("P. 1:101(100) ack 1")
        .end();
  }

  @Test
  @Rfc({"9293 3.5.1", "9293 3.10.7.3"})
  void aRefusedConnectIsToldApart() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .inject("R. 0:0(0) ack 1")
        .expectFailure(TcpError.CONNECTION_REFUSED)
        .expectState(CLOSED)
        .expectNothingFor("1min")
        .end();
  }

  @Test
  @Rfc({"5961 3.2", "9293 3.10.7.3"})
  void aResetThatDoesNotAcknowledgeTheSynIsIgnored() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .inject("R 0:0(0)")
        .expectState(SYN_SENT)
        .inject("R. 0:0(0) ack 2")
        .expectState(SYN_SENT)
        .end();
  }

  @Test
  @Rfc({"9293 3.5.3", "9293 3.10.7.1"})
  void aSynToAPortWithoutListenerIsAnsweredWithAReset() {
    PacketScript.create()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("R. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 777")
        .expect("R 777:777(0)")
        .inject("R 1:1(0)")
        .expectNothing()
        .end();
  }

  @Test
  @Rfc("9293 MUST-10")
  void aSimultaneousOpenReachesEstablished() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .after("10ms")
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .expectState(SYN_RECEIVED)
        .after("10ms")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expectState(ESTABLISHED)
        .discardSent()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .end();
  }

  @Test
  @Rfc("7323 2.2")
  void theWindowOfASimultaneousSynAckIsTakenToTheByte() {
    PacketScript script =
        PacketScript.create()
            .connect()
            .discardSent()
            .inject("S 0:0(0) win 65535 <mss 1460,nop,wscale 7>")
            .discardSent()
            .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>")
            .expectState(ESTABLISHED);
    assertThat(script.info().details()).containsEntry("sndWnd", 65535);
    script.discardSent().inject(". 1:1(0) ack 1 win 511");
    assertThat(script.info().details()).containsEntry("sndWnd", 511 << 7);
  }

  @Test
  @Rfc("9293 MUST-11")
  void anEmbryoGoesBackToNothingWhenItIsReset() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject("R 1:1(0)")
        .expectState(CLOSED)
        .acceptNothing()
        .expectNothingFor("5min")
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.3")
  void closingInSynSentSendsNothingAndALateAnswerGetsAReset() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .close()
        .expectState(CLOSED)
        .expectNothingFor("10s")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("R 1:1(0)")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-56", "9293 3.9.2.2", "9293 MUST-47", "9293 MUST-54", "9293 SHLD-25"})
  void icmpErrorsWhileOpeningAreSoftAndNameTheFailureInTheEnd() {
    PacketScript.create()
        .tcp("synRetries", 2)
        .connect()
        .expect("S 0:0(0)")
        .inject("icmp host-unreachable [0:0(0)]")
        .expectState(SYN_SENT)
        .at("1s")
        .expect("S 0:0(0)")
        .at("3s")
        .expect("S 0:0(0)")
        .expectNothingUntil("7s")
        .expectFailure(TcpError.HOST_UNREACHABLE)
        .end();
  }
}
