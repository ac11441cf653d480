package io.karavel.scripts.opening;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static io.karavel.tcp.TcpState.SYN_SENT;

import io.karavel.tcp.TcpError;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Segments of an earlier life of the connection, and peers that have forgotten this one. */
class HistoricConnectionTest {
  @Test
  @Rfc({"9293 3.5.1", "9293 3.10.7.3"})
  void theClientAnswersTheAckOfAnOldSynWithAResetAndRepeatsItsOwnAtOnce() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0)")
        .after("100ms")
        // the server has seen a SYN ten numbers older
        .inject("S. 0:0(0) ack 4294967287 win 65535 <mss 1460>")
        .expect("R 4294967287:4294967287(0)", "S 0:0(0)")
        .expectState(SYN_SENT)
        .after("100ms")
        .inject("S. 5000:5000(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 5001")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("9293 3.5.1")
  void theServerDropsTheEmbryoOfAnOldSynAndTheNewOneOpens() {
    PacketScript.create()
        .listen()
        .peerIsn(90)
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject("R 1:1(0)")
        .expectState(CLOSED)
        .peerIsn(100)
        .forgetLocalIsn()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .end();
  }

  @Test
  @Rfc({"5961 4.2", "9293 3.10.7.4"})
  void aNewSynThatOvertakesTheResetIsChallengedAndOpensWhenRepeated() {
    PacketScript.create()
        .listen()
        .peerIsn(90)
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .after("10ms")
        // the SYN with 100
        .inject("S 10:10(0) win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(SYN_RECEIVED)
        .after("10ms")
        .inject("R 1:1(0)")
        .expectState(CLOSED)
        .acceptNothing()
        .after("1s")
        .peerIsn(100)
        .forgetLocalIsn()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("5961 4.2")
  void anOldSynBehindTheNewOneIsChallengedAndDoesNoHarm() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .after("10ms")
        .inject("S 4294967286:4294967286(0) win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(SYN_RECEIVED)
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc({"5961 4.2", "9293 MUST-12"})
  void aRebootedPeerThatConnectsAgainIsChallengedResetsAndOpens() {
    PacketScript.create()
        .openPassively()
        .after("1h")
        .inject("S 50000:50000(0) win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .inject("R 1:1(0)")
        .expectFailure(TcpError.CONNECTION_RESET)
        .expectState(CLOSED)
        .after("1s")
        .peerIsn(49_000)
        .forgetLocalIsn()
        .inject("S 0:0(0) win 65535 <mss 1460>")
        .expect("S. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("5961 4.2")
  void aSynInsideTheWindowIsChallengedToo() {
    PacketScript.create()
        .openPassively()
        .inject("S 500:500(0) win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("9293 3.5.1")
  void aRebootedPeerAnswersDataWithAResetAndTheApplicationIsTold() {
    PacketScript.create()
        .openPassively()
        .write(100)
        .expect("P. 1:101(100) ack 1")
        .inject("R 1:1(0)")
        .expectFailure(TcpError.CONNECTION_RESET)
        .expectNothingFor("1min")
        .end();
  }

  @Test
  @Rfc({"5961 3.2", "9293 3.10.7.4"})
  void aResetInsideTheWindowButNotAtItsEdgeIsChallenged() {
    PacketScript.create()
        .openPassively()
        .inject("R 2:2(0)")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .inject("R 1:1(0)")
        .expectFailure(TcpError.CONNECTION_RESET)
        .end();
  }

  @Test
  @Rfc({"5961 3.2", "9293 3.10.7.4"})
  void aResetOutsideTheWindowIsIgnored() {
    PacketScript.create()
        .openPassively()
        .inject("R 0:0(0)")
        .inject("R 2000000000:2000000000(0)")
        .expectNothing()
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("5961 5.2")
  void anAckOfWhatWasNeverSentIsAnsweredAndIgnored() {
    PacketScript.create()
        .openPassively()
        .inject(". 1:1(0) ack 1000")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }
}
