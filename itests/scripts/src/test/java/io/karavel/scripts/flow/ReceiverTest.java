package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the receiver acknowledges, what window it offers, and what it bears from hostile peers. */
class ReceiverTest {
  private static PacketScript open() {
    return PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
  }

  @Test
  @Rfc({"9293 MUST-58", "9293 SHLD-19"})
  void theFirstSegmentsAreAcknowledgedAtOnceAndThenEverySecond() {
    PacketScript script = open();
    int next = 1;
    for (int i = 0; i < 16; i++, next += 1000) {
      script.inject(". " + next + ":" + (next + 1000) + "(1000) ack 1");
      script.expect(". 1:1(0) ack " + (next + 1000));
    }
    script.inject(". " + next + ":" + (next + 1000) + "(1000) ack 1").expectNothing();
    next += 1000;
    script.inject(". " + next + ":" + (next + 1000) + "(1000) ack 1");
    script.expect(". 1:1(0) ack " + (next + 1000));
    next += 1000;
    script.mark().inject(". " + next + ":" + (next + 1000) + "(1000) ack 1");
    script.at("40ms").expect(". 1:1(0) ack " + (next + 1000)).end();
  }

  /** After a pause the peer begins slowly again: it is not kept waiting for its first answers. */
  @Test
  void afterAPauseTheFirstSegmentIsAcknowledgedAtOnceAgain() {
    PacketScript script = open();
    int next = 1;
    for (int i = 0; i < 16; i++, next += 1000) {
      script.inject(". " + next + ":" + (next + 1000) + "(1000) ack 1").discardSent();
    }
    script.mark().inject("P. " + next + ":" + (next + 1000) + "(1000) ack 1");
    next += 1000;
    script.at("40ms").expect(". 1:1(0) ack " + next);
    script.after("2s").inject("P. " + next + ":" + (next + 1000) + "(1000) ack 1");
    script.expect(". 1:1(0) ack " + (next + 1000)).end();
  }

  /** The FIN needs no room: it is taken behind data that fills the window to its last byte. */
  @Test
  void aFinBehindAFullWindowIsTaken() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 4096).openPassively();
    for (int next = 1; next < 3001; next += 1000) {
      script.inject(". " + next + ":" + (next + 1000) + "(1000) ack 1").discardSent();
    }
    script.mark().inject("PF. 3001:4097(1096) ack 1");
    script.at("40ms").expect(". 1:1(0) ack 4098 win 0");
    script.expectState(TcpState.CLOSE_WAIT).read(4096).readEnd().end();
  }

  @Test
  @Rfc({"9293 MUST-58", "9293 MUST-59"})
  void segmentsThatArriveTogetherAreAllTakenBeforeOneAcknowledgementGoes() {
    String[] burst = new String[8];
    for (int i = 0; i < burst.length; i++) {
      burst[i] = ". " + (1 + i * 1000) + ":" + (1001 + i * 1000) + "(1000) ack 1";
    }
    open().injectTogether(burst).expect(". 1:1(0) ack 8001").read(8000).discardSent().end();
  }

  @Test
  @Rfc("9293 SHLD-18")
  void anAnswerTakesTheAcknowledgementWithIt() {
    open()
        .inject("P. 1:11(10) ack 1")
        .expect(". 1:1(0) ack 11")
        .write(10)
        .expect("P. 1:11(10) ack 11")
        .inject("P. 11:21(10) ack 11")
        .expectNothing()
        .after("10ms")
        .write(10)
        .expect("P. 11:21(10) ack 21")
        .end();
  }

  @Test
  void aHigherCeilingLetsTheDelayFollowTheTimeBetweenSegments() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("delayedAckMillis", 400).build())
            .openPassively("S 0:0(0) win 65535 <mss 1000>");
    script.inject("P. 1:11(10) ack 1").expect(". 1:1(0) ack 11");
    script.write(1).expect("P. 1:2(1) ack 11").inject(". 11:11(0) ack 2");
    script.mark().inject("P. 11:21(10) ack 2").at("40ms").expect(". 2:2(0) ack 21").end();
  }

  @Test
  void aBurstIsAnsweredOnce() {
    String[] burst = new String[10];
    for (int i = 0; i < burst.length; i++) {
      burst[i] = ". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1";
    }
    open().injectTogether(burst).expect(". 1:1(0) ack 10001").expectNothing().end();
  }

  @Test
  @Rfc({"5681 4.2", "9293 3.8.6.3"})
  void whatMakesOrFillsAGapIsAcknowledgedAtOnce() {
    open()
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 1")
        .inject(". 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 2001")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-39", "9293 3.8.6.2.2"})
  void theWindowOpensInStepsWorthSendingFor() {
    PacketScript script =
        PacketScript.create()
            .option(TcpOption.RECEIVE_BUFFER_BYTES, 8000)
            .openPassively("S 0:0(0) win 65535 <mss 1000>");
    for (int at = 1; at < 8001; at += 1000) {
      script.inject(". " + at + ":" + (at + 1000) + "(1000) ack 1").discardSent();
      script.after("40ms").discardSent();
    }
    script.read(500).expectNothing().read(499).expectNothing().read(1);
    script.expect(". 1:1(0) ack 8001 win 1000").end();
  }

  @Test
  void whatCameFirstStaysWhenLaterDataDiffers() {
    PacketScript script = open();
    script.inject(". 101:201(100) ack 1").expect(". 1:1(0) ack 1");
    // The content follows the number in the script: under a shifted origin other bytes come for
    // 101 to 201, and ten more.
    long isn = script.peerIsn() & 0xffffffffL;
    script.peerIsn(isn - 50).inject(". 151:261(110) ack 1").discardSent().peerIsn(isn);
    script.inject(". 1:101(100) ack 1").expect(". 1:1(0) ack 211").read(200);
    script.abort().discardSent().end();
  }

  @Test
  void tenThousandTinyRangesAreBoundedAndTheConnectionGoesOn() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("receiveBufferInitial", 131_072).build())
            .openPassively("S 0:0(0) win 65535 <mss 1000,sackOK,TS val 1 ecr 0,nop,wscale 7>");
    for (int i = 0; i < 10_000; i++) {
      int at = 11 + 5 * i;
      script.inject(". " + at + ":" + (at + 1) + "(1) ack 1 <TS>");
      if (i % 100 == 0) {
        script.discardSent();
      }
    }
    script.discardSent();
    Map<String, Object> details = script.info().details();
    assertThat((int) details.get("outOfOrderRanges")).isLessThanOrEqualTo(1024);
    assertThat(script.harness().counter("TcpExt.TCPOFODrop")).isGreaterThan(8000);
    assertThat(script.harness().tcpSummary().bufferBytes()).isLessThan(200_000);
    script.inject(". 1:11(10) ack 1 <TS>").discardSent().read(11).end();
  }

  @Test
  void aPeerWithATinyMssGetsSegmentsOfTheLeastSize() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1>")
        .write(96)
        .expect(". 1:49(48) ack 1", "P. 49:97(48) ack 1")
        .end();
  }

  @Test
  void aPeerThatTakesItsWindowBackIsProbedAndGoesOn() {
    PacketScript script = open().write(3000);
    script.expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:3001(1000) ack 1");
    script.mark().inject(". 1:1(0) ack 1 win 0");
    script.expectWithin("1s", ". 1:1001(1000) ack 1").inject(". 1:1(0) ack 1 win 0");
    script.inject(". 1:1(0) ack 1 win 65535").discardSent().inject(". 1:1(0) ack 3001").end();
  }
}
