package io.karavel.scripts.pathmtu;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Without a word from routers: RFC 4821. */
class MtuProbingTest {
  private static PacketScript with(String mode) {
    return PacketScript.on(StackHarness.builder().tcp("mtuProbing", mode).build());
  }

  private static int longest(List<WirePacket> sent) {
    return sent.stream().mapToInt(WirePacket::payloadLength).max().orElse(0);
  }

  /** Writes enough, acknowledges everything; the longest segment that was sent. */
  private static int exchange(PacketScript script) {
    script.write(40_000);
    int longest = 0;
    for (List<WirePacket> sent = script.takeSent(); !sent.isEmpty(); sent = script.takeSent()) {
      longest = Math.max(longest, longest(sent));
      WirePacket last = sent.get(sent.size() - 1);
      int end = last.sequenceNumber() + last.payloadLength() - script.localIsn();
      script.inject(". 1:1(0) ack " + end);
    }
    return longest;
  }

  @Test
  @Rfc({"4821 7.3", "4821 7.6.1"})
  void alwaysBeginsWithTheBaseAndProbesUpwards() {
    PacketScript script = with("always").openPassively();
    script.write(1024).expect("P. 1:1025(1024) ack 1").inject(". 1:1(0) ack 1025");
    int before = 1024;
    for (int i = 0; i < 6; i++) {
      int longest = exchange(script);
      assertThat(longest).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(1460);
      before = longest;
    }
    assertThat(before).isGreaterThan(1440);
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isGreaterThan(2);
    assertThat(script.harness().counter("TcpExt.TCPMTUPFail")).isZero();
  }

  @Test
  @Rfc({"4821 7.6.2", "4821 7.7"})
  void aProbeThatIsLostIsNoCongestionAndWasTooLarge() {
    PacketScript script = with("always").openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.write(10 * 1024);
    script.takeSent();
    script.inject(". 1:1(0) ack " + (10 * 1024 + 1)).write(30_000);
    List<WirePacket> sent = script.takeSent();
    assertThat(sent.get(0).payloadLength()).isEqualTo((1024 + 1460) / 2);
    int una = 10 * 1024 + 1;
    int right = una + (1024 + 1460) / 2;
    long before = script.harness().counter("TcpExt.TCPSackRecovery");
    script.inject(". 1:1(0) ack " + una + " <sack " + right + ":" + (right + 3 * 1024) + ">");
    List<WirePacket> again = script.takeSent();
    assertThat(again.get(0).payloadLength()).isEqualTo(1024);
    assertThat(again.get(1).payloadLength()).isEqualTo((1460 - 1024) / 2);
    assertThat(script.harness().counter("TcpExt.TCPMTUPFail")).isEqualTo(1);
    assertThat(script.harness().counter("TcpExt.TCPSackRecovery")).isEqualTo(before);
  }

  @Test
  @Rfc("4821 7.8")
  void blackholeTakesToTheBaseOnceLargeSegmentsSeemToBeSwallowed() {
    PacketScript script = with("blackhole").openPassively().mark();
    script.write(1460).expect("P. 1:1461(1460) ack 1");
    script.at("0.2s").expect("P. 1:1461(1460) ack 1");
    script.at("0.6s").expect("P. 1:1461(1460) ack 1");
    script.at("1.4s").expect("P. 1:1461(1460) ack 1");
    script.at("3s").expect(". 1:1025(1024) ack 1");
    script.at("6.2s").discardSent();
    script.inject(". 1:1(0) ack 1025").expect("P. 1025:1461(436) ack 1");
    script.inject(". 1:1(0) ack 1461").end();
  }

  /** Full segments of 1460 are lost since the opening; everything smaller arrives. */
  private static PacketScript swallowed() {
    PacketScript script = with("blackhole").openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.mark().write(1460).expect("P. 1:1461(1460) ack 1");
    script.at("0.2s").discardSent().at("0.6s").discardSent().at("1.4s").discardSent();
    script.at("3s").expect(". 1:1025(1024) ack 1").inject(". 1:1(0) ack 1025");
    return script.discardSent().inject(". 1:1(0) ack 1461");
  }

  /** The times of the retransmissions of what is written now, and their lengths. */
  private static List<Integer> lengthsUntil(PacketScript script, String seconds) {
    script.mark();
    java.util.List<Integer> lengths = new java.util.ArrayList<>();
    for (String time : seconds.split(" ")) {
      script.at(time + "s");
      script.takeSent().forEach(sent -> lengths.add(sent.payloadLength()));
    }
    return lengths;
  }

  @Test
  @Rfc("4821 7.7")
  void whereSmallOnesAreSwallowedTooPacketsMayBeFragmented() {
    PacketScript script = with("blackhole").openPassively().mark();
    script.write(1460).expect("[df] P. 1:1461(1460) ack 1");
    script.at("0.2s").discardSent().at("0.6s").discardSent().at("1.4s").discardSent();
    script.at("3s").expect("[df] . 1:1025(1024) ack 1");
    script.at("6.2s").expect("[df] . 1:513(512) ack 1");
    script.at("12.6s").expect("[nodf] . 1:513(512) ack 1");
    script.inject(". 1:1(0) ack 513").discardSent().inject(". 1:1(0) ack 1461").end();
  }

  @Test
  void whatIsSmallAnywayIsNotCutHoweverLongItIsLost() {
    PacketScript script = with("blackhole").openPassively().write(512);
    script.expect("P. 1:513(512) ack 1");
    assertThat(lengthsUntil(script, "0.2 0.6 1.4 3 6.2 12.6 25.4")).hasSize(7).containsOnly(512);
    script.inject(". 1:1(0) ack 513").end();
  }

  @Test
  void aSizeThatHadArrivedIsDoubtedLater() {
    PacketScript script = with("blackhole").openPassively().write(1460);
    script.expect("P. 1:1461(1460) ack 1").inject(". 1:1(0) ack 1461").write(1460);
    script.expect("P. 1461:2921(1460) ack 1");
    assertThat(lengthsUntil(script, "0.2 0.6 1.4 3 6.2 12.6 25.4")).containsOnly(1460);
    script.at("51s").expect(". 1461:2485(1024) ack 1");
    script.inject(". 1:1(0) ack 2485").discardSent().inject(". 1:1(0) ack 2921").end();
  }

  @Test
  void whereLaterOnesOfThatSizeArriveItIsNotTheSize() {
    PacketScript script = with("blackhole").openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.write(2920).discardSent().inject(". 1:1(0) ack 1 <sack 1461:2921>").discardSent();
    script.mark();
    assertThat(lengthsUntil(script, "0.2 0.6 1.4 3 6.2 12.6")).isNotEmpty().containsOnly(1460);
    script.inject(". 1:1(0) ack 2921").end();
  }

  @Test
  void whenTheSmallerOnesFareNoBetterTheyAreFullAgain() {
    PacketScript script = swallowed().write(1024);
    script.expect("P. 1461:2485(1024) ack 1").inject(". 1:1(0) ack 2485").write(1024);
    script.expect("P. 2485:3509(1024) ack 1");
    assertThat(lengthsUntil(script, "0.2 0.6 1.4 3 6.2 12.6")).containsOnly(1024);
    script.inject(". 1:1(0) ack 3509").write(1460).expect("P. 3509:4969(1460) ack 1");
    script.inject(". 1:1(0) ack 4969").end();
  }

  @Test
  @Rfc("4821 7.7")
  void theSearchBeginsAnewWhenItsIntervalIsOverWhichIsLive() {
    PacketScript script =
        PacketScript.on(
                StackHarness.builder()
                    .tcp("mtuProbing", "always")
                    .tcp("mtuProbeBase", 1448)
                    .build())
            .openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>");
    int una = probeIsLost(script, 1);
    assertThat(exchangeFrom(script, una)).isEqualTo(1448);
    una += 40_000;
    script.tcp("mtuProbeIntervalSeconds", 2).after("3s");
    assertThat(exchangeFrom(script, una)).isGreaterThan(1448);
    script.discardSent().inject(". 1:1(0) ack " + (una + 40_000)).end();
  }

  /** The probe goes and is lost, what follows it arrives; SND.UNA when all is over. */
  private static int probeIsLost(PacketScript script, int una) {
    script.write(10 * 1448).discardSent();
    int from = una + 10 * 1448;
    script.inject(". 1:1(0) ack " + from).write(40_000);
    assertThat(script.takeSent().get(0).payloadLength()).isEqualTo((1448 + 1460) / 2);
    int right = from + (1448 + 1460) / 2;
    script.inject(". 1:1(0) ack " + from + " <sack " + right + ":" + (right + 3 * 1448) + ">");
    int end = from + 40_000;
    exchangeFrom(script, from - 40_000, end);
    return end;
  }

  private static int exchangeFrom(PacketScript script, int una) {
    script.write(40_000);
    return exchangeFrom(script, una, una + 40_000);
  }

  private static int exchangeFrom(PacketScript script, int una, int end) {
    int longest = 0;
    int acknowledged = una;
    for (List<WirePacket> sent = script.takeSent(); !sent.isEmpty(); sent = script.takeSent()) {
      longest = Math.max(longest, longest(sent));
      for (WirePacket one : sent) {
        int behind = one.sequenceNumber() + one.payloadLength() - script.localIsn();
        acknowledged = Math.max(acknowledged, behind);
      }
      script.inject(". 1:1(0) ack " + Math.min(acknowledged, end));
    }
    return longest;
  }

  @Test
  void offNeverCuts() {
    PacketScript script = with("off").openPassively().mark();
    script.write(1460).expect("P. 1:1461(1460) ack 1");
    for (String time : "0.2 0.6 1.4 3 6.2 12.6".split(" ")) {
      script.at(time + "s").expect("P. 1:1461(1460) ack 1");
    }
    script.abort().discardSent().end();
  }

  @Test
  void modeAndBaseAreLive() {
    PacketScript script = with("off").openPassively();
    script.write(1460).expect("P. 1:1461(1460) ack 1").inject(". 1:1(0) ack 1461");
    script.tcp("mtuProbeBase", 500).tcp("mtuProbing", "always");
    script.write(1000).expect(". 1461:1961(500) ack 1", "P. 1961:2461(500) ack 1");
    script.inject(". 1:1(0) ack 2461").tcp("mtuProbing", "off");
    script.write(1460).expect("P. 2461:3921(1460) ack 1").inject(". 1:1(0) ack 3921").end();
  }
}
