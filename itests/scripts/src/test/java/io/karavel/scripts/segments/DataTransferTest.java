package io.karavel.scripts.segments;

import static io.karavel.tcp.TcpState.ESTABLISHED;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class DataTransferTest {
  @Test
  @Rfc({"896 0", "9293 MUST-17", "9293 SHLD-7"})
  void nagleHoldsASmallSegmentBackWhileAnotherIsUnacknowledged() {
    PacketScript.create()
        .openPassively()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .write(10)
        .write(10)
        .expectNothing()
        .after("50ms")
        .inject(". 1:1(0) ack 11")
        .expect("P. 11:31(20) ack 1")
        .end();
  }

  @Test
  @Rfc("9293 MUST-17")
  void noDelaySendsSmallSegmentsAtOnce() {
    PacketScript.create()
        .openPassively()
        .option(TcpOption.NO_DELAY, true)
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .write(10)
        .expect("P. 11:21(10) ack 1")
        .end();
  }

  @Test
  void corkHoldsPartialSegmentsUntilItIsPulled() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1000>")
        .option(TcpOption.CORK, true)
        .write(1500)
        .expect(". 1:1001(1000) ack 1")
        .option(TcpOption.CORK, false)
        .expect("P. 1001:1501(500) ack 1")
        .end();
  }

  @Test
  @Rfc({"9293 3.8.6", "9293 MUST-34"})
  void neverSendsBeyondTheOfferedWindow() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 2500 <mss 1000>")
        .peerWindow(2500)
        .inject(". 1:1(0) ack 1")
        .write(4000)
        .expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1")
        .expectNothing()
        .after("10ms")
        .inject(". 1:1(0) ack 2001")
        .expect(". 2001:3001(1000) ack 1", "P. 3001:4001(1000) ack 1")
        .end();
  }

  @Test
  @Rfc("7323 2.2")
  void theWindowOfASynIsNotScaled() {
    PacketScript.create()
        .openActively("S. 0:0(0) ack 1 win 1000 <mss 1000,nop,wscale 2>")
        .write(2000)
        .expect(". 1:1001(1000) ack 1")
        .expectNothing()
        .end();
  }

  @Test
  @Rfc("7323 2.3")
  void everyOtherWindowIsScaledAsThePeerSaid() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 1000 <mss 1000,nop,wscale 2>")
        .inject(". 1:1(0) ack 1 win 500")
        .write(3000)
        .expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1")
        .expectNothing()
        .end();
  }

  @Test
  @Rfc("6928 2")
  void theInitialWindowIsTenSegments() {
    PacketScript script =
        PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>").write(20_000);
    for (int i = 0; i < 10; i++) {
      script.expect(". " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1");
    }
    script.expectNothing();
    // slow start: two more for each full one acknowledged
    script
        .after("10ms")
        .inject(". 1:1(0) ack 2001")
        .expect(
            ". 10001:11001(1000) ack 1",
            ". 11001:12001(1000) ack 1",
            ". 12001:13001(1000) ack 1",
            ". 13001:14001(1000) ack 1")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-58", "5681 4.2", "9293 MUST-40", "9293 SHLD-18", "9293 SHLD-19"})
  void anAcknowledgementWaitsAtMostFortyMillisecondsAndForTwoFullSegmentsNotAtAll() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
    // the quick-ACK phase: sixteen at once
    long at = 1;
    for (int i = 0; i < 16; i++) {
      script.inject("P. " + at + ":" + (at + 100) + "(100) ack 1");
      at += 100;
      script.expect(". 1:1(0) ack " + at).read(100).discardSent().after("1ms");
    }
    script.inject("P. 1601:1701(100) ack 1").expectNothing();
    script.expectNothingFor("39ms").after("1ms").expect(". 1:1(0) ack 1701");
    script.read(100).discardSent().after("1ms");
    script.inject(". 1701:2701(1000) ack 1").expectNothing();
    script.inject(". 2701:3701(1000) ack 1").expect(". 1:1(0) ack 3701");
    script.read(2000).discardSent();
    script.end();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void dataThatWasReceivedAlreadyIsAcknowledgedAgainAndNotDeliveredAgain() {
    PacketScript.create()
        .openPassively()
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .read(100)
        .after("1s")
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 101")
        .inject("P. 51:151(100) ack 1")
        .expect(". 1:1(0) ack 151")
        .read(50)
        .end();
  }

  @Test
  @Rfc("9293 SHLD-31")
  void segmentsOutOfOrderAreKeptAndDeliveredInOrder() {
    PacketScript.create()
        .openPassively()
        .inject(". 101:201(100) ack 1")
        .expect(". 1:1(0) ack 1")
        .inject("P. 201:301(100) ack 1")
        .expect(". 1:1(0) ack 1")
        .expectNotReady(io.karavel.tcp.TcpSocket.READABLE)
        .inject(". 1:101(100) ack 1")
        .expect(". 1:1(0) ack 301")
        .read(300)
        .end();
  }

  @Test
  void aFinAheadOfMissingDataWaitsForIt() {
    PacketScript.create()
        .openPassively()
        .inject("F. 101:101(0) ack 1")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .inject("P. 1:101(100) ack 1")
        .expect(". 1:1(0) ack 102")
        .read(100)
        .readEnd()
        .end();
  }

  @Test
  @Rfc({"9293 3.10.7.4", "5961 5.2"})
  void whatLiesOutsideTheWindowIsAnsweredAndIgnored() {
    PacketScript.create()
        .openPassively()
        .inject("P. 2000000:2000100(100) ack 1")
        .expect(". 1:1(0) ack 1")
        .expectNotReady(io.karavel.tcp.TcpSocket.READABLE)
        .end();
  }

  @Test
  @Rfc("7323 5.3")
  void anOldTimestampIsAnsweredAndIgnored() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,TS val 1000 ecr 0>")
        .inject("P. 1:101(100) ack 1 <TS val 1001 ecr *>")
        .expect(". 1:1(0) ack 101")
        .read(100)
        .after("1s")
        .inject("P. 101:201(100) ack 1 <TS val 999 ecr *>")
        .expect(". 1:1(0) ack 101 <TS val * ecr 1001>")
        .expectNotReady(io.karavel.tcp.TcpSocket.READABLE)
        .end();
  }

  @Test
  @Rfc("9293 MUST-3")
  void aWrongChecksumIsDroppedAndCounted() {
    PacketScript script =
        PacketScript.create().openPassively().inject("[badsum] P. 1:101(100) ack 1");
    script.expectNothing();
    Assertions.assertThat(script.harness().drops(DropReason.TCP_CHECKSUM)).isEqualTo(1);
    script.end();
  }

  @Test
  @Rfc({"9293 MUST-4", "9293 MUST-6"})
  void unknownOptionsArePassedOver() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <kind 200 010203,mss 1000,nop,kind 99>")
        .write(1500)
        .expect(". 1:1001(1000) ack 1")
        .discardSent()
        .end();
  }

  @Test
  @Rfc({"1191 6.3", "9293 3.9.2.2"})
  void fragmentationNeededMakesSegmentsSmallerAndRepeatsThem() {
    PacketScript.create()
        .openPassively()
        .write(1460)
        .expect("P. 1:1461(1460) ack 1")
        .inject("icmp fragmentation-needed mtu 1000 [1:1461(1460)]")
        .expect(". 1:961(960) ack 1", "P. 961:1461(500) ack 1")
        .end();
  }

  @Test
  @Rfc({"5927 4", "9293 MUST-56"})
  void icmpErrorsAboutNothingSentOrThatAreHardDoNotEndTheConnection() {
    PacketScript.create()
        .openPassively()
        .write(100)
        .expect("P. 1:101(100) ack 1")
        .inject("icmp port-unreachable [1:101(100)]")
        .inject("icmp host-unreachable [1:101(100)]")
        .inject("icmp protocol-unreachable [5000:5000(0)]")
        .inject("icmp source-quench [1:101(100)]")
        .expectState(ESTABLISHED)
        .at("200ms")
        .expect("P. 1:101(100) ack 1")
        .inject(". 1:1(0) ack 101")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  void anEchoRequestIsAnsweredBesideTheConnection() {
    PacketScript script = PacketScript.create().openPassively().inject("icmp echo-request");
    script.expect("icmp echo-reply").end();
  }

  @Test
  void aBurstIsAnsweredOnce() {
    PacketScript.create()
        .openPassively()
        .injectTogether(
            ". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:3001(1000) ack 1")
        .expect(". 1:1(0) ack 3001")
        .read(3000)
        .end();
  }
}
