package io.karavel.scripts.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** How often what is unacceptable is answered, and what the answer tells. */
class AcceptanceTest {
  private static final String FULL_SYN = "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 100 ecr 0>";

  @Test
  @Rfc({"5961 4.2", "7323 5.3"})
  void aSynWithAnOlderTimestampIsChallengedLikeAnyOther() {
    PacketScript script = PacketScript.create().openPassively(FULL_SYN);
    for (int i = 0; i < 3; i++) {
      script
          .inject("S 5:5(0) win 65535 <mss 1000,TS val 99 ecr 0>")
          .expect(". 1:1(0) ack 1 <nop,nop,TS>");
    }
    assertThat(script.harness().counter("TcpExt.TCPChallengeACK")).isEqualTo(3);
    script.expectState(TcpState.ESTABLISHED).end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void aRepeatedFinIsAnsweredEveryTimeAndAnOldAcknowledgementNot() {
    PacketScript script =
        PacketScript.create().openPassively().inject("F. 1:1(0) ack 1").after("40ms").discardSent();
    for (int i = 0; i < 3; i++) {
      script.inject("F. 1:1(0) ack 1").expect(". 1:1(0) ack 2");
    }
    script.inject(". 1:1(0) ack 1").expect(". 1:1(0) ack 2");
    script.inject(". 1:1(0) ack 1").expectNothing();
    script.after("500ms").inject(". 1:1(0) ack 1").expect(". 1:1(0) ack 2").end();
  }

  @Test
  @Rfc({"9293 3.10.7.4", "9293 3.4"})
  void whatLiesBehindAZeroWindowIsRefusedAndWhatStandsAtItIsLookedAt() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 4096).openPassively();
    script.inject(". 1:4097(4096) ack 1").discardSent().write(10).discardSent();
    script.inject(". 4098:4108(10) ack 11").expect(". 11:11(0) ack 4097 win 0");
    assertThat(script.harness().drops(DropReason.TCP_SEQUENCE)).isEqualTo(1);
    assertThat(script.socket().unacknowledged()).isEqualTo(10);
    script.inject(". 4097:4107(10) ack 11").expect(". 11:11(0) ack 4097 win 0");
    assertThat(script.socket().unacknowledged()).isZero();
    script.end();
  }
}
