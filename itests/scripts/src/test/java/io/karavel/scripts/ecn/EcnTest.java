package io.karavel.scripts.ecn;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import io.karavel.wire.TcpHeader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Marks received are echoed, marks told are answered: RFC 3168 §6.1.2 to §6.1.6. */
class EcnTest {
  private static PacketScript open(PacketScript script) {
    return script
        .listen()
        .inject("SEW 0:0(0) win 65535 <mss 1000>")
        .expect("SE. 0:0(0) ack 1")
        .inject(". 1:1(0) ack 1")
        .accept();
  }

  private static PacketScript open() {
    return open(PacketScript.create());
  }

  // ---- the receiver ----

  @Test
  @Rfc("3168 6.1.3")
  void aMarkIsEchoedUntilThePeerSaysThatItReducedItsWindow() {
    open()
        .inject("[ce] . 1:1001(1000) ack 1")
        .expect("E. 1:1(0) ack 1001")
        .inject("[ect0] . 1001:2001(1000) ack 1", "[ect0] . 2001:3001(1000) ack 1")
        .expect("E. 1:1(0) ack 2001", "E. 1:1(0) ack 3001")
        .inject("[ect0] W. 3001:4001(1000) ack 1")
        .expect(". 1:1(0) ack 4001")
        .end();
  }

  @Test
  @Rfc("3168 6.1.3")
  void dataCarriesTheEchoToo() {
    open()
        .inject("[ce] . 1:1001(1000) ack 1")
        .expect("E. 1:1(0) ack 1001")
        .write(100)
        .expect("[ect0] PE. 1:101(100) ack 1001")
        .end();
  }

  @Test
  @Rfc("3168 6.1.3")
  void aMarkedSegmentThatSaysCwrBeginsANewEcho() {
    open()
        .inject("[ce] . 1:1001(1000) ack 1")
        .expect("E. 1:1(0) ack 1001")
        .inject("[ce] W. 1001:2001(1000) ack 1")
        .expect("E. 1:1(0) ack 2001")
        .end();
  }

  @Test
  @Rfc("3168 6.1.3")
  void aMarkOnDataOutOfOrderCounts() {
    open().inject("[ce] . 1001:2001(1000) ack 1").expect("E. 1:1(0) ack 1").end();
  }

  @Test
  @Rfc("3168 6.1.4")
  void aMarkOnABareAcknowledgementDoesNot() {
    open().inject("[ce] . 1:1(0) ack 1").write(10).expect("P. 1:11(10) ack 1").end();
  }

  @Test
  void withoutAgreementAMarkIsNotEchoed() {
    PacketScript.create()
        .openPassively()
        .inject("[ce] . 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 1001")
        .end();
  }

  /** Sixteen full segments, each acknowledged at once; from then on every second is. */
  private static PacketScript pastTheQuickPhase() {
    PacketScript script = open();
    for (int next = 1; next < 16_001; next += 1000) {
      script.inject("[ect0] . " + next + ":" + (next + 1000) + "(1000) ack 1").discardSent();
    }
    return script.inject("[ect0] . 16001:17001(1000) ack 1").expectNothing();
  }

  /** The peer's window may be small once it was reduced: it is not kept waiting. */
  @Test
  @Rfc("3168 6.1.3")
  void whatSaysCwrIsAcknowledgedAtOnce() {
    pastTheQuickPhase()
        .inject("[ect0] . 17001:18001(1000) ack 1")
        .expect(". 1:1(0) ack 18001")
        .inject("[ect0] W. 18001:19001(1000) ack 1")
        .expect(". 1:1(0) ack 19001")
        .end();
  }

  @Test
  @Rfc("3168 6.1.3")
  void aMarkIsToldAtOnceAndTheNextSegmentsAreAcknowledgedSingly() {
    pastTheQuickPhase()
        .inject("[ect0] . 17001:18001(1000) ack 1")
        .expect(". 1:1(0) ack 18001")
        .inject("[ce] . 18001:19001(1000) ack 1")
        .expect("E. 1:1(0) ack 19001")
        .inject("[ect0] . 19001:20001(1000) ack 1")
        .expect("E. 1:1(0) ack 20001")
        .end();
  }

  /** What is not marked as capable though others were was sent again (§6.1.5): a small window. */
  @Test
  @Rfc("3168 6.1.5")
  void whatWasSentAgainIsAcknowledgedAtOnce() {
    pastTheQuickPhase()
        .inject("[ect0] . 17001:18001(1000) ack 1")
        .expect(". 1:1(0) ack 18001")
        .inject("[noecn] . 18001:19001(1000) ack 1")
        .expect(". 1:1(0) ack 19001")
        .end();
  }

  // ---- the sender ----

  @Test
  @Rfc({"3168 6.1.2", "3168 6.1.5"})
  void anEchoReducesTheWindowOnceAndTheNextNewDataSaysSo() {
    PacketScript script = open().write(40_000);
    assertThat(script.takeSent()).hasSize(10);
    script.inject("E. 1:1(0) ack 1001");
    // Seven tenths of ten segments (CUBIC) or half of them: nine are still out.
    script.expectNothing();
    script.inject("E. 1:1(0) ack 2001", "E. 1:1(0) ack 3001").discardSent();
    script.inject("E. 1:1(0) ack 9001");
    List<WirePacket> sent = script.takeSent();
    assertThat(script.harness().counter("TcpExt.TCPEcnReductions")).isEqualTo(1);
    assertThat(sent).isNotEmpty().hasSizeLessThan(9);
    assertThat(sent).allMatch(packet -> (packet.trafficClass() & 3) == 2);
  }

  @Test
  @Rfc("3168 6.1.2")
  void onlyTheFirstNewSegmentCarriesCwr() {
    PacketScript script = open().write(40_000);
    script.takeSent();
    script.inject("E. 1:1(0) ack 10001");
    List<WirePacket> sent = script.takeSent();
    assertThat(sent).hasSizeGreaterThan(2);
    assertThat(sent.get(0).has(TcpHeader.CWR)).isTrue();
    assertThat(sent.stream().skip(1)).noneMatch(packet -> packet.has(TcpHeader.CWR));
  }

  @Test
  @Rfc("3168 6.1.2")
  void anEchoInALaterWindowReducesAgain() {
    PacketScript script = open().write(60_000);
    int next = 1 + 1000 * script.takeSent().size();
    script.inject("E. 1:1(0) ack " + next);
    next += 1000 * script.takeSent().size();
    script.inject(". 1:1(0) ack " + next);
    next += 1000 * script.takeSent().size();
    script.inject("E. 1:1(0) ack " + next).discardSent();
    assertThat(script.harness().counter("TcpExt.TCPEcnReductions")).isEqualTo(2);
  }

  @Test
  @Rfc("3168 6.1.5")
  void whatIsSentAgainIsNotMarkedCapable() {
    PacketScript script = open().write(1000).expect("[ect0] P. 1:1001(1000) ack 1");
    script.at("0.2s").expect("[noecn] P. 1:1001(1000) ack 1");
    script.inject(". 1:1(0) ack 1001").write(1000).expect("[ect0] PW. 1001:2001(1000) ack 1").end();
  }

  @Test
  @Rfc("3168 6.1.6")
  void aWindowProbeIsNotMarkedCapable() {
    open()
        .inject(". 1:1(0) ack 1 win 0")
        .write(100)
        .at("0.2s")
        .expect("[noecn] . 1:2(1) ack 1")
        .inject(". 1:1(0) ack 1 win 0")
        .abort()
        .discardSent()
        .end();
  }

  @Test
  @Rfc("3168 6.1.4")
  void bareAcknowledgementsAndFinsAreNotMarkedCapable() {
    open()
        .inject("[ect0] . 1:1001(1000) ack 1")
        .expect("[noecn] . 1:1(0) ack 1001")
        .close()
        .discardSent();
    open().close().expect("[noecn] F. 1:1(0) ack 1").end();
  }

  @Test
  void trafficClassAndCodepointShareTheByte() {
    open()
        .option(io.karavel.tcp.TcpOption.TRAFFIC_CLASS, 0xb8)
        .write(100)
        .expect("[tos 0xba] P. 1:101(100) ack 1")
        .end();
  }

  @Test
  void everythingIsHandedOver() {
    open(PacketScript.create().swapAfterEachStep("tcp"))
        .inject("[ce] . 1:1001(1000) ack 1")
        .expect("E. 1:1(0) ack 1001")
        .write(1000)
        .expect("[ect0] PE. 1:1001(1000) ack 1001")
        .inject("E. 1001:1001(0) ack 1001")
        .write(1000)
        .expect("[ect0] PEW. 1001:2001(1000) ack 1001")
        .end();
  }
}
