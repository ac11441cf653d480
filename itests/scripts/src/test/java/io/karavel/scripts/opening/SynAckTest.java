package io.karavel.scripts.opening;

import static io.karavel.tcp.TcpState.CLOSE_WAIT;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.scripts.Times;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** What comes with the answer to our SYN, and when the SYN is repeated after other answers. */
class SynAckTest {
  private static PacketScript connecting() {
    return PacketScript.create().connect().expect("S 0:0(0)");
  }

  @Test
  @Rfc("9293 3.10.7.3")
  void textWithTheSynAckIsTakenAndNothingElseOfIt() {
    connecting()
        .inject("S. 0:100(100) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 101")
        .expectState(ESTABLISHED)
        .read(100)
        .inject("P. 101:201(100) ack 1")
        .expect(". 1:1(0) ack 201")
        .read(100)
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc("9293 3.10.7.3")
  void soIsAFin() {
    connecting()
        .inject("SF. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 2")
        .expectState(CLOSE_WAIT)
        .readEnd()
        .write(10)
        .expect("P. 1:11(10) ack 2")
        .end();
    connecting()
        .inject("SF. 0:50(50) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 52")
        .expectState(CLOSE_WAIT)
        .read(50)
        .readEnd()
        .end();
  }

  @Test
  @Rfc("9293 MUST-15")
  void withoutAnMssItIs536() {
    connecting()
        .inject("S. 0:0(0) ack 1 win 65535")
        .expect(". 1:1(0) ack 1")
        .write(1000)
        .expect(". 1:537(536) ack 1", "P. 537:1001(464) ack 1")
        .end();
  }

  /** Ours holds for the windows that we offer then: 7/8 of 131072 bytes, in units of 128. */
  @Test
  @Rfc("7323 2.2")
  void aScaleOfZeroIsAnAgreementOnScaling() {
    PacketScript script =
        connecting().inject("S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 0>").discardSent();
    assertThat(script.info().details())
        .containsEntry("sndWindShift", 0)
        .containsEntry("rcvWindShift", 7);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 win 896").end();
  }

  /** And without one of the peer's, neither scales. */
  @Test
  @Rfc("7323 2.2")
  void withoutAScaleNoWindowIsScaled() {
    PacketScript script = connecting().inject("S. 0:0(0) ack 1 win 65535 <mss 1460>").discardSent();
    assertThat(script.info().details())
        .containsEntry("sndWindShift", 0)
        .containsEntry("rcvWindShift", 0);
    script.inject("P. 1:101(100) ack 1").expect(". 1:1(0) ack 101 win 65435").end();
  }

  /** An echo of this very millisecond is a round trip too: no timeout of 3 s for the data. */
  @Test
  @Rfc("6298 5.7")
  void timestampsTellARoundTripOfNoTimeToo() {
    PacketScript script =
        connecting().at("1s").expect("S 0:0(0) <mss,sackOK,TS val 1000 ecr 0,...>");
    script.inject("S. 0:0(0) ack 1 win 65535 <mss 1460,TS val 50 ecr 1000>");
    script.expect(". 1:1(0) ack 1").write(100).expect("P. 1:101(100) ack 1");
    script.at("1.2s").expect("P. 1:101(100) ack 1").end();
  }

  /** The SYN-ACK of a simultaneous opening has a timetable of its own, from when it first goes. */
  @Test
  @Rfc({"9293 3.5", "6298 5"})
  void theSynAckOfASimultaneousOpeningIsRepeatedByItsOwnTimetable() {
    PacketScript script = connecting().at("0.5s").inject("S 0:0(0) win 65535 <mss 1460>");
    Times.expectAll(script, "S. 0:0(0) ack 1", "0.5 1.5 3.5 7.5");
    script.expectState(SYN_RECEIVED).end();
  }

  /** The SYN that follows our RST at once begins its interval anew. */
  @Test
  @Rfc("9293 3.5.1")
  void theSynBehindAResetIsRepeatedAnIntervalLater() {
    PacketScript script =
        connecting().at("0.5s").inject("S. 0:0(0) ack 4294967287 win 65535 <mss 1460>");
    script.expect("R 4294967287:4294967287(0)", "S 0:0(0)");
    Times.expectAll(script, "S 0:0(0)", "1.5 3.5 7.5");
    script.end();
  }
}
