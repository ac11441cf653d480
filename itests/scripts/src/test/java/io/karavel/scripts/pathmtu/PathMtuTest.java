package io.karavel.scripts.pathmtu;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Routers that carry less: what is believed of them, when, and for how long. */
class PathMtuTest {
  private static PacketScript twoSent() {
    return PacketScript.create()
        .openPassively()
        .write(2920)
        .expect("[df] . 1:1461(1460) ack 1", "[df] P. 1461:2921(1460) ack 1");
  }

  @Test
  @Rfc({"1191 6.3", "1122 4.2.3.9"})
  void whatIsTooLargeIsCutAndSentAgainAtOnceAndIsNoSignOfCongestion() {
    twoSent()
        .after("10ms")
        .inject("icmp fragmentation-needed mtu 1240 [1:1461(1460)]")
        .expect(". 1:1201(1200) ack 1", ". 1201:1461(260) ack 1")
        .expect(". 1461:2661(1200) ack 1", "P. 2661:2921(260) ack 1")
        .inject(". 1:1(0) ack 2921")
        .write(12_000)
        .check(s -> assertThat(s.takeSent()).hasSizeGreaterThanOrEqualTo(10))
        .end();
  }

  @Test
  void whatFitsIsNotSentAgain() {
    PacketScript.create()
        .openPassively()
        .write(1460)
        .expect("P. 1:1461(1460) ack 1")
        .write(500)
        .expect("P. 1461:1961(500) ack 1")
        .inject("icmp fragmentation-needed mtu 1240 [1:1461(1460)]")
        .expect(". 1:1201(1200) ack 1", ". 1201:1461(260) ack 1")
        .expectNothing()
        .inject(". 1:1(0) ack 1961")
        .end();
  }

  @Test
  @Rfc("5927 4.1")
  void aMessageAboutWhatIsNotInFlightIsIgnored() {
    PacketScript script = twoSent();
    script
        .inject(". 1:1(0) ack 1461")
        .inject("icmp fragmentation-needed mtu 1240 [1:1461(1460)]")
        .inject("icmp fragmentation-needed mtu 1240 [2922:4382(1460)]")
        .expectNothing();
    assertThat(script.harness().counter("TcpExt.OutOfWindowIcmps")).isEqualTo(2);
    script.inject(". 1:1(0) ack 2921").end();
  }

  @Test
  @Rfc("5927 7.2")
  void aMessageThatContradictsWhatArrivedWaitsForTheRetransmissionTimer() {
    PacketScript script = twoSent();
    script
        .inject(". 1:1(0) ack 2921")
        .write(1460)
        .expect("P. 2921:4381(1460) ack 1")
        .mark()
        .inject("icmp fragmentation-needed mtu 1240 [2921:4381(1460)]")
        .expectNothing();
    script.expectWithin("2s", ". 2921:4121(1200) ack 1").discardSent();
    script.inject(". 1:1(0) ack 4381").discardSent().end();
  }

  /** What it says has arrived before, so that nothing contradicts it. */
  @Test
  @Rfc("5927 7.2")
  void aMessageThatLetsThroughWhatHasArrivedIsBelievedAtOnce() {
    PacketScript.create()
        .openPassively()
        .write(1200)
        .expect("P. 1:1201(1200) ack 1")
        .inject(". 1:1(0) ack 1201")
        .write(1460)
        .expect("P. 1201:2661(1460) ack 1")
        .inject("icmp fragmentation-needed mtu 1240 [1201:2661(1460)]")
        .expect(". 1201:2401(1200) ack 1", "P. 2401:2661(260) ack 1")
        .inject(". 1:1(0) ack 2661")
        .end();
  }

  @Test
  @Rfc("5927 7.2")
  void andIsForgottenWhenWhatItQuotesArrives() {
    twoSent()
        .inject(". 1:1(0) ack 2921")
        .write(1460)
        .expect("P. 2921:4381(1460) ack 1")
        .inject("icmp fragmentation-needed mtu 1240 [2921:4381(1460)]")
        .inject(". 1:1(0) ack 4381")
        .write(1460)
        .expect("P. 4381:5841(1460) ack 1")
        .inject(". 1:1(0) ack 5841")
        .end();
  }

  @Test
  @Rfc("1191 5")
  void aRouterThatSaysNoMtuIsTakenToHaveTheNextCommonOne() {
    PacketScript.create()
        .openPassively()
        .write(1460)
        .expect("P. 1:1461(1460) ack 1")
        .inject("icmp fragmentation-needed [1:1461(1460)]")
        .expect(". 1:1453(1452) ack 1", "P. 1453:1461(8) ack 1")
        .inject(". 1:1(0) ack 1461")
        .end();
  }

  @Test
  void below552BytesPacketsMayBeFragmentedInstead() {
    PacketScript.create()
        .openPassively()
        .write(1000)
        .expect("[df] P. 1:1001(1000) ack 1")
        .inject("icmp fragmentation-needed mtu 68 [1:1001(1000)]")
        .expect("[nodf] . 1:513(512) ack 1", "[nodf] P. 513:1001(488) ack 1")
        .inject(". 1:1(0) ack 1001")
        .end();
  }

  @Test
  void with552BytesTheyMayNot() {
    PacketScript.create()
        .openPassively()
        .write(1000)
        .expect("[df] P. 1:1001(1000) ack 1")
        .inject("icmp fragmentation-needed mtu 552 [1:1001(1000)]")
        .expect("[df] . 1:513(512) ack 1", "[df] P. 513:1001(488) ack 1")
        .inject(". 1:1(0) ack 1001")
        .end();
  }

  @Test
  @Rfc("1191 6.3")
  void whenALargerMtuIsTriedAgainNothingIsFragmentedAnyMore() {
    PacketScript script = PacketScript.create().openPassively().write(1000);
    script
        .expect("[df] P. 1:1001(1000) ack 1")
        .inject("icmp fragmentation-needed mtu 68 [1:1001(1000)]")
        .expect("[nodf] . 1:513(512) ack 1", "[nodf] P. 513:1001(488) ack 1")
        .inject(". 1:1(0) ack 1001")
        .after("601s")
        .write(1460)
        .expect("[df] P. 1001:2461(1460) ack 1")
        .inject(". 1:1(0) ack 2461")
        .end();
  }

  /** One segment may always go: after a timeout the window was one, and that a small one. */
  @Test
  @Rfc("5681 3.1")
  void theWindowHasRoomForALargerSegmentOnceThePathHas() {
    PacketScript script =
        PacketScript.create().tcp("congestionControl", "newreno").tcp("mtuProbing", "off");
    script
        .openPassively()
        .write(1000)
        .discardSent()
        .inject("icmp fragmentation-needed mtu 552 [1:1001(1000)]")
        .discardSent();
    script.harness().advance(Duration.ofSeconds(599));
    assertThat(script.harness().output()).isNotEmpty();
    script.inject(". 1:1(0) ack 1001");
    script.harness().advance(Duration.ofSeconds(3));
    script.write(1460).expect("P. 1001:2461(1460) ack 1").inject(". 1:1(0) ack 2461").end();
  }

  @Test
  @Rfc("1191 6.3")
  void otherConnectionsToThatHostKnowAndTenMinutesLaterItIsForgotten() {
    PacketScript script = PacketScript.create();
    script.openPassively().write(1460).expect("P. 1:1461(1460) ack 1");
    script.flow("other", 40_001).openPassively();
    script
        .flow("main", 40_000)
        .inject("icmp fragmentation-needed mtu 1240 [1:1461(1460)]")
        .expect(". 1:1201(1200) ack 1", "P. 1201:1461(260) ack 1")
        .inject(". 1:1(0) ack 1461");
    script.flow("other", 40_001).write(1460).expect(". 1:1201(1200) ack 1");
    script.expect("P. 1201:1461(260) ack 1").inject(". 1:1(0) ack 1461");
    script.flow("later", 40_002).listen().inject("S 0:0(0) win 65535 <mss 1460>");
    script.expect("S. 0:0(0) ack 1 <mss 1200>").inject("R 1:1(0)");
    script.flow("main", 40_000).after("601s").write(1460).expect("P. 1461:2921(1460) ack 1");
    script.inject(". 1:1(0) ack 2921").end();
  }

  @Test
  void everythingIsHandedOver() {
    PacketScript script = PacketScript.create().openPassively().swapAfterEachStep("tcp");
    script
        .write(1460)
        .expect("P. 1:1461(1460) ack 1")
        .inject("icmp fragmentation-needed mtu 1240 [1:1461(1460)]")
        .expect(". 1:1201(1200) ack 1", "P. 1201:1461(260) ack 1")
        .inject(". 1:1(0) ack 1461")
        .write(1460)
        .expect(". 1461:2661(1200) ack 1", "P. 2661:2921(260) ack 1")
        .inject(". 1:1(0) ack 2921");
    script.flow("later", 40_002).inject("S 0:0(0) win 65535 <mss 1460>");
    script.expect("S. 0:0(0) ack 1 <mss 1200>").inject("R 1:1(0)").end();
  }

  @Test
  @Rfc("6298 5.3")
  void whatIsSentAgainForItHasItsTimeoutFromThen() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460>");
    script.mark().write(1000).expect("P. 1:1001(1000) ack 1").at("0.1s");
    script.inject("icmp fragmentation-needed mtu 640 [1:1001(1000)]");
    script.expect(". 1:601(600) ack 1", "P. 601:1001(400) ack 1");
    script.at("0.3s").expect(". 1:601(600) ack 1").inject(". 1:1(0) ack 1001").end();
  }

  /** What has arrived was as long as its data and its options. */
  @Test
  @Rfc("5927 7.2")
  void optionsBelongToWhatHasArrived() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460,TS>");
    script.write(1448).expect("P. 1:1449(1448) ack 1").inject(". 1:1(0) ack 1449 <TS>");
    script.mark().write(1448).expect("P. 1449:2897(1448) ack 1");
    script.inject("icmp fragmentation-needed mtu 1490 [1449:2897(1448)]").expectNothing();
    script.at("0.2s").expect(". 1449:2887(1438) ack 1").discardSent();
    script.inject(". 1:1(0) ack 2897 <TS>").end();
  }

  /** How long the peer's segments are is not what our way to it carries. */
  @Test
  @Rfc("1122 4.2.3.3")
  void theWindowGoesOnMovingByThePeersSegments() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460>");
    script.inject(". 1:1001(1000) ack 1").expect(". 1:1(0) ack 1001 win 65535");
    script.write(100).expect("P. 1:101(100) ack 1001");
    script.inject("icmp fragmentation-needed mtu 552 [1:101(100)]").expectNothing();
    script.inject(". 1001:2401(1400) ack 101").expect(". 101:101(0) ack 2401 win 65535");
    script.mark().inject(". 2401:3301(900) ack 101").expectNothing();
    script.at("40ms").expect(". 101:101(0) ack 3301 win 64635").end();
  }
}
