package io.karavel.scripts.pathmtu;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How RFC 4821 searches: options count, and only what is certain is learnt. */
class MtuSearchTest {
  private static final int BASE = 1024;
  private static final int FULL = 1460;
  private static final int TIMESTAMP = 12;
  private static final String STAMPED_SYN = "S 0:0(0) win 65535 <mss 1460,sackOK,TS>";

  private static PacketScript with(String mode) {
    return PacketScript.on(StackHarness.builder().tcp("mtuProbing", mode).build());
  }

  private static List<Integer> lengths(PacketScript script) {
    List<Integer> lengths = new ArrayList<>();
    for (WirePacket packet : script.takeSent()) {
      lengths.add(packet.payloadLength());
    }
    return lengths;
  }

  private static void acknowledge(PacketScript script, int upTo) {
    script.inject(". 1:1(0) ack " + upTo + " <TS>");
  }

  /** What may be sent is a packet, so that the data in it is shorter by the options. */
  @Test
  @Rfc({"4821 7.2", "4821 7.7"})
  void whereTimestampsTakeTheirPlaceTheDataIsShorterByIt() {
    PacketScript script = with("blackhole").openPassively(STAMPED_SYN).mark();
    script.write(FULL - TIMESTAMP);
    List<Integer> lengths = new ArrayList<>(lengths(script));
    for (String time : "0.2 0.6 1.4 3 6.2".split(" ")) {
      script.at(time + "s");
      lengths.addAll(lengths(script));
    }
    assertThat(lengths).containsExactly(1448, 1448, 1448, 1448, BASE, BASE / 2);
    acknowledge(script, FULL - TIMESTAMP + 1);
    script.discardSent().end();
  }

  @Test
  @Rfc("4821 7.6.1")
  void theProbeIsInTheMiddleBetweenWhatArrivesAndWhatIsPossible() {
    PacketScript script = with("always").openPassively(STAMPED_SYN);
    script.write(10 * BASE);
    assertThat(lengths(script)).containsOnly(BASE);
    acknowledge(script, 10 * BASE + 1);
    int middle = (BASE + FULL - TIMESTAMP) / 2;
    script.write(40_000);
    assertThat(lengths(script)).startsWith(middle, BASE, BASE);
    acknowledge(script, 10 * BASE + 1 + middle);
    // it has arrived: it is the size of all that follow, and the next probe looks above it
    int next = (middle + FULL - TIMESTAMP) / 2;
    assertThat(lengths(script)).contains(next).doesNotContain(FULL - TIMESTAMP);
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isEqualTo(1);
  }

  @Test
  @Rfc("4821 7.6.2")
  void belowAProbeThatWasLostTheNextIsInTheMiddleAgain() {
    PacketScript script = with("always").openPassively(STAMPED_SYN);
    script.write(10 * BASE).discardSent();
    int una = 10 * BASE + 1;
    acknowledge(script, una);
    script.write(30_000);
    List<WirePacket> sent = script.takeSent();
    int lost = sent.get(0).payloadLength();
    int right = una + lost;
    script.inject(". 1:1(0) ack " + una + " <TS,sack " + right + ":" + (right + 3 * BASE) + ">");
    assertThat(script.harness().counter("TcpExt.TCPMTUPFail")).isEqualTo(1);
    int next = 0;
    for (int acknowledged = una; next == 0; ) {
      for (WirePacket one : sent) {
        int end = one.sequenceNumber() + one.payloadLength() - script.localIsn();
        acknowledged = Math.max(acknowledged, end);
      }
      acknowledge(script, acknowledged);
      sent = script.takeSent();
      assertThat(sent).isNotEmpty();
      next =
          sent.stream()
              .mapToInt(WirePacket::payloadLength)
              .filter(l -> l > BASE)
              .findFirst()
              .orElse(0);
    }
    assertThat(next).isBetween((BASE + lost) / 2 - 1, (BASE + lost) / 2);
  }

  /** An acknowledgement of what was sent before it says nothing of the probe. */
  @Test
  @Rfc("4821 7.6.1")
  void onlyItsOwnAcknowledgementIsItsSuccess() {
    PacketScript script = with("always").openPassively();
    script.write(10 * BASE).discardSent();
    script.inject(". 1:1(0) ack " + (5 * BASE + 1)).write(40_000);
    int probe = (BASE + FULL) / 2;
    List<Integer> sent = lengths(script);
    assertThat(sent).contains(probe);
    int before = 10 * BASE + 1;
    for (int length : sent.subList(0, sent.indexOf(probe))) {
      before += length;
    }
    script.inject(". 1:1(0) ack " + before);
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isZero();
    assertThat(lengths(script)).isNotEmpty().containsOnly(BASE);
    script.inject(". 1:1(0) ack " + (before + probe));
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isEqualTo(1);
  }

  /** Lost beside others it was congestion: nothing is learnt, and it goes again in pieces. */
  @Test
  @Rfc("4821 7.6.3")
  void aProbeThatIsLostBesideOthersProvesNothing() {
    PacketScript script = with("always").openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>");
    script.write(10 * BASE).discardSent();
    script.inject(". 1:1(0) ack " + (5 * BASE + 1)).write(40_000);
    int probe = (BASE + FULL) / 2;
    List<Integer> sent = lengths(script);
    int behind = 10 * BASE + 1;
    for (int length : sent.subList(0, sent.indexOf(probe) + 1)) {
      behind += length;
    }
    int una = 5 * BASE + 1;
    // everything from SND.UNA to the probe is missing, what follows has come
    script.inject(". 1:1(0) ack " + una + " <sack " + behind + ":" + (behind + 3 * BASE) + ">");
    List<WirePacket> again = new ArrayList<>(script.takeSent());
    assertThat(script.harness().counter("TcpExt.TCPMTUPFail")).isZero();
    assertThat(script.harness().counter("TcpExt.TCPSackRecovery")).isEqualTo(1);
    String block = " <sack " + behind + ":" + (behind + 3 * BASE) + ">";
    for (int at = una + BASE; at < behind - probe + BASE; at += BASE) {
      script.inject(". 1:1(0) ack " + Math.min(at, behind - probe) + block);
      again.addAll(script.takeSent());
    }
    assertThat(again).allMatch(packet -> packet.payloadLength() <= BASE);
    assertThat(again)
        .extracting(packet -> packet.sequenceNumber() - script.localIsn())
        .contains(behind - probe, behind - probe + BASE);
  }

  /** It need not be found out beyond what a router has said. */
  @Test
  @Rfc("4821 7.4")
  void whatARouterSaysBoundsTheSearch() {
    PacketScript script = with("always").openPassively();
    script.write(10 * BASE).discardSent();
    script.inject("icmp fragmentation-needed mtu 1140 [9217:10241(1024)]").expectNothing();
    int acknowledged = 10 * BASE + 1;
    script.inject(". 1:1(0) ack " + acknowledged).write(60_000);
    int longest = 0;
    for (List<WirePacket> sent = script.takeSent(); !sent.isEmpty(); sent = script.takeSent()) {
      for (WirePacket one : sent) {
        longest = Math.max(longest, one.payloadLength());
        int end = one.sequenceNumber() + one.payloadLength() - script.localIsn();
        acknowledged = Math.max(acknowledged, end);
      }
      script.inject(". 1:1(0) ack " + acknowledged);
    }
    assertThat(longest).isBetween(1050, 1100);
  }

  /** It has not arrived, so it is not waited for, and nothing was congested. */
  @Test
  @Rfc({"4821 7.6.2", "1191 6.4"})
  void aProbeThatARouterCallsTooLargeGoesAgainInPiecesAtOnce() {
    PacketScript script = probing();
    int una = 10 * BASE + 1;
    int probe = (BASE + FULL) / 2;
    String quoted = " [" + una + ":" + (una + probe) + "(" + probe + ")]";
    script.inject("icmp fragmentation-needed mtu " + (probe + 39) + quoted);
    List<WirePacket> again = script.takeSent();
    assertThat(again).extracting(WirePacket::payloadLength).containsExactly(BASE, probe - BASE);
    assertThat(again.get(0).sequenceNumber() - script.localIsn()).isEqualTo(una);
    assertThat(script.harness().counter("TcpExt.TCPMTUPFail")).isEqualTo(1);
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isZero();
    script.inject(". 1:1(0) ack " + (una + probe));
    assertThat(script.harness().counter("TcpExt.TCPRenoRecovery")).isZero();
  }

  /** What it says is larger than the probe, which may arrive yet. */
  @Test
  @Rfc("4821 7.4")
  void aProbeThatARouterCarriesIsWaitedFor() {
    PacketScript script = probing();
    int una = 10 * BASE + 1;
    int probe = (BASE + FULL) / 2;
    String quoted = " [" + una + ":" + (una + probe) + "(" + probe + ")]";
    script.inject("icmp fragmentation-needed mtu " + (probe + 40) + quoted).expectNothing();
    script.inject(". 1:1(0) ack " + (una + probe));
    assertThat(script.harness().counter("TcpExt.TCPMTUPSuccess")).isEqualTo(1);
    assertThat(lengths(script)).contains(probe).doesNotContain(FULL);
  }

  /** A probe is on its way, and all before it has arrived. */
  private static PacketScript probing() {
    PacketScript script = with("always").openPassively();
    script.write(10 * BASE).discardSent();
    script.inject(". 1:1(0) ack " + (10 * BASE + 1)).write(40_000);
    assertThat(lengths(script)).startsWith((BASE + FULL) / 2);
    return script;
  }
}
