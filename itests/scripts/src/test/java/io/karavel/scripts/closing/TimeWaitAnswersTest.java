package io.karavel.scripts.closing;

import static io.karavel.tcp.TcpState.TIME_WAIT;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** What a connection in TIME-WAIT says, with which window and timestamps, and how often. */
class TimeWaitAnswersTest {
  private static PacketScript stamped() {
    return PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,TS val 1000 ecr 0,nop,wscale 7>")
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2 <TS val 1000 ecr *>")
        .expect(". 2:2(0) ack 2 win 896 <nop,nop,TS val 0 ecr 1000>")
        .expectState(TIME_WAIT)
        .mark();
  }

  private static PacketScript plain() {
    return PacketScript.create()
        .openPassively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(TIME_WAIT)
        .mark();
  }

  /** The window is scaled as it was, our clock goes on, the peer's latest timestamp is echoed. */
  @Test
  @Rfc({"7323 2.3", "7323 4.3"})
  void aRepeatedFinIsAnsweredWithTheTimestampThatItBrought() {
    stamped()
        .at("5s")
        .inject("F. 1:1(0) ack 2 <TS val 6000 ecr *>")
        .expect(". 2:2(0) ack 2 win 896 <nop,nop,TS val 5000 ecr 6000>")
        .at("7s")
        .inject("F. 1:1(0) ack 2 <TS val 6001 ecr *>")
        .expect(". 2:2(0) ack 2 win 896 <nop,nop,TS val 7000 ecr 6001>")
        .expectState(TIME_WAIT)
        .end();
  }

  /** An older one is of an old segment: it is answered, and nothing is learnt from it. */
  @Test
  @Rfc("7323 5.3")
  void anOlderTimestampIsNotEchoed() {
    stamped()
        .at("5s")
        .inject("F. 1:1(0) ack 2 <TS val 999 ecr *>")
        .expect(". 2:2(0) ack 2 <nop,nop,TS val 5000 ecr 1000>")
        .inject("F. 1:1(0) ack 2 <TS val 998 ecr *>")
        .expect(". 2:2(0) ack 2 <nop,nop,TS val 5000 ecr 1000>")
        .inject(". 2:2(0) ack 2 <TS val 997 ecr *>")
        .expectNothing()
        .end();
  }

  /** Each FIN is answered, however many there are. */
  @Test
  @Rfc("9293 3.10.7.4")
  void everyFinIsAnswered() {
    plain()
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .end();
  }

  /** A SYN that may not reopen it is challenged at invalidRateLimitMillis apart. */
  @Test
  @Rfc("5961 7")
  void challengesAreSpaced() {
    String syn = "S 4294960000:4294960000(0) win 65535 <mss 1460>";
    plain()
        .inject(syn)
        .expect(". 2:2(0) ack 2")
        .inject(syn)
        .at("499ms")
        .inject(syn)
        .expectNothing()
        .at("500ms")
        .inject(syn)
        .expect(". 2:2(0) ack 2")
        .at("999ms")
        .inject(syn)
        .expectNothing()
        .at("1s")
        .inject(syn)
        .expect(". 2:2(0) ack 2")
        .end();
  }
}
