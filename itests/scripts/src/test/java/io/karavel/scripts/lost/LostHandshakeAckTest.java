package io.karavel.scripts.lost;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;

import io.karavel.scripts.Times;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Message 3, the ACK of the handshake. It has no timer: the server repeats its SYN-ACK. */
class LostHandshakeAckTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";
  private static final String SYN_ACK = "S. 0:0(0) ack 1 win 65535 <mss 1460>";

  @Test
  @Rfc("9293 3.10.7.4")
  void theClientIsEstablishedAndAnswersEachRepeatedSynAck() {
    PacketScript script = PacketScript.create().openActively().expectState(ESTABLISHED);
    for (String second : new String[] {"1", "3", "7", "15", "31"}) {
      script.at(second + "s").inject(SYN_ACK).expect(". 1:1(0) ack 1").expectState(ESTABLISHED);
    }
    script.expectNothingFor("1h").end();
  }

  @Test
  void lostForEverTheServerRepeatsTheSynAckAndGivesUpSilently() {
    PacketScript script = PacketScript.create().listen().inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1 3 7 15 31");
    script.expectNothingUntil("63s").expectState(CLOSED).acceptNothing().end();
  }

  @Test
  void lostSeveralTimesTheNextOneOpens() {
    PacketScript script = PacketScript.create().listen().inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1 3");
    script.at("3.01s").inject(". 1:1(0) ack 1").accept().expectState(ESTABLISHED);
    script.expectNothingFor("1h").end();
  }

  @Test
  void theClientsDataCompletesTheHandshake() {
    PacketScript script = PacketScript.create().listen().inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1");
    script
        .at("1.5s")
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .accept()
        .read(100)
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  void dataReachingAServerThatGaveUpGetsAReset() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("synAckRetries", 1).build())
            .listen()
            .inject(SYN);
    Times.expectAll(script, "S. 0:0(0) ack 1", "0 1");
    script
        .expectNothingUntil("3s")
        .expectState(CLOSED)
        .at("4s")
        .inject("P. 1:101(100) ack 1")
        .expect("R 1:1(0)")
        .end();
  }
}
