package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Peers of an open connection that lie in their acknowledgements or send as badly as they can: what
 * they may bring about and what they make the stack keep. The time that they cost is bounded by
 * {@link PeerCostTest}, the smallest segments by {@link TinySegmentsTest}.
 */
class HostilePeerTest {
  private static int cwnd(PacketScript script) {
    return (int) script.info().details().get("cwnd");
  }

  private static int end(PacketScript script, List<WirePacket> sent) {
    WirePacket last = sent.get(sent.size() - 1);
    return last.sequenceNumber() + last.payloadLength() - script.localIsn();
  }

  /** Sends and acknowledges until so many bytes are in flight; answers SND.UNA and SND.NXT. */
  private static int[] inFlight(PacketScript script, int bytes) {
    int una = 1;
    int next = 1;
    while (next - una < bytes) {
      script.write(20_000);
      List<WirePacket> sent = script.takeSent();
      if (sent.isEmpty()) {
        una = next;
        script.inject(". 1:1(0) ack " + una + " win 65535");
        sent = script.takeSent();
      }
      next = sent.isEmpty() ? next : end(script, sent);
    }
    return new int[] {una, next};
  }

  private static PacketScript tinySegments() {
    StackHarness stack = StackHarness.builder().tcp("sendBufferInitial", 1 << 20).build();
    return PacketScript.on(stack).openPassively("S 0:0(0) win 65535 <mss 48,sackOK,nop,wscale 5>");
  }

  /** A segment size of 48 makes many segments of few bytes; one block spans them all. */
  @Test
  void oneBlockOverThousandsOfTinySegmentsHarmsNothing() {
    PacketScript script = tinySegments();
    int[] range = inFlight(script, 100_000);
    int una = range[0];
    int next = range[1];
    for (int i = 0; i < 200; i++) {
      String block = (una + 48) + ":" + (next - 48 * i % 4800);
      script.inject(". 1:1(0) ack " + una + " win 65535 <sack " + block + ">").discardSent();
    }
    assertThat((int) script.info().details().get("inFlight")).isBetween(0, next - una);
    script.inject(". 1:1(0) ack " + next + " win 65535").discardSent();
    script.abort().discardSent().end();
  }

  /** Every second segment is acknowledged selectively, in the order that splits most. */
  @Test
  void thousandsOfHolesAreKeptWithinBounds() {
    PacketScript script = tinySegments();
    int[] range = inFlight(script, 200_000);
    int una = range[0];
    int next = range[1];
    for (int at = next - 96; at > una + 96; at -= 144) {
      String blocks = at + ":" + (at + 48);
      script.inject(". 1:1(0) ack " + una + " win 65535 <sack " + blocks + ">").discardSent();
    }
    for (int i = 0; i < 2000; i++) {
      // what is known already, again and again
      int at = next - 96 - 144 * (i % 500);
      String blocks = at + ":" + (at + 48) + " " + (una + 144) + ":" + (una + 192);
      script.inject(". 1:1(0) ack " + una + " win 65535 <sack " + blocks + ">").discardSent();
    }
    assertThat(script.harness().tcpSummary().bufferBytes()).isLessThan(2 << 20);
    script.inject(". 1:1(0) ack " + next + " win 65535").discardSent();
    script.abort().discardSent().end();
  }

  /** RFC 5961 §5 answers what acknowledges data never sent, and it does not count. */
  @Test
  @Rfc("5961 5")
  void anAcknowledgementOfWhatWasNeverSentDoesNotCount() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
    script.write(100_000).discardSent();
    int before = cwnd(script);
    for (int ahead = 10_002; ahead < 60_000; ahead += 1000) {
      script.inject(". 1:1(0) ack " + ahead);
      assertThat(script.takeSent()).allMatch(sent -> sent.payloadLength() == 0);
    }
    assertThat(cwnd(script)).isEqualTo(before);
    // answers are rationed
    assertThat(script.harness().counter("TcpExt.TCPChallengeACK")).isLessThanOrEqualTo(10);
    script.abort().discardSent().end();
  }

  /**
   * However early a peer acknowledges, no window lets more go than what it said it has room for.
   */
  @Test
  @Rfc("9293 3.8.6")
  void acknowledgingEarlyNeverSendsMoreThanTheWindowThatWasOffered() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 20000 <mss 1000>");
    int next = 1;
    for (int i = 0; i < 50; i++) {
      script.write(30_000);
      List<WirePacket> sent = script.takeSent();
      while (!sent.isEmpty()) {
        int una = next;
        next = end(script, sent);
        assertThat(next - una).isLessThanOrEqualTo(20_000);
        script.inject(". 1:1(0) ack " + next + " win 20000");
        sent = script.takeSent();
      }
    }
    script.end();
  }

  /** RFC 5681 §3.1: the window grows by bytes newly acknowledged, not by acknowledgements. */
  @Test
  @Rfc({"5681 3.1", "3465 2.1"})
  void anAcknowledgementInAThousandPartsCountsAsOne() {
    int whole = grownBy(1);
    assertThat(grownBy(10)).isEqualTo(whole);
    assertThat(grownBy(1000)).isEqualTo(whole);
  }

  private static int grownBy(int parts) {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
    script.write(60_000).discardSent();
    int before = cwnd(script);
    for (int part = 1; part <= parts; part++) {
      script.inject(". 1:1(0) ack " + (1 + 1000 * part / parts)).discardSent();
    }
    int grown = cwnd(script) - before;
    script.abort().discardSent().end();
    return grown;
  }

  /**
   * Without SACK a peer can invent duplicates: each lets one segment go at most, as RFC 5681 §3.2
   * has it, and what they swelled is gone when the recovery ends.
   */
  @Test
  @Rfc("5681 3.2")
  void inventedDuplicatesLetOneSegmentGoEachAndLeaveTheWindowReduced() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
    script.write(60_000);
    List<WirePacket> sent = script.takeSent();
    int before = cwnd(script);
    int next = end(script, sent);
    for (int i = 0; i < 1000; i++) {
      script.inject(". 1:1(0) ack 1");
      sent = script.takeSent();
      assertThat(sent).hasSizeLessThanOrEqualTo(1);
      next = sent.isEmpty() ? next : Math.max(next, end(script, sent));
    }
    assertThat(next).isLessThanOrEqualTo(60_001);
    script.inject(". 1:1(0) ack " + next).discardSent();
    assertThat(cwnd(script)).isLessThan(before);
    script.abort().discardSent().end();
  }

  /**
   * Ranges of one byte that never close: as many are kept as the limit says, the rest comes again.
   */
  @Test
  void aHundredThousandTinySegmentsOutOfOrderAreKeptWithinBounds() {
    PacketScript script =
        PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000,sackOK>");
    for (int i = 0; i < 100_000; i++) {
      int at = 3 + 2 * (int) (i * 7919L % 30_000);
      script.inject(". " + at + ":" + (at + 1) + "(1) ack 1");
      if (i % 50 == 0) {
        script.discardSent();
      }
    }
    script.discardSent();
    assertThat((int) script.info().details().get("outOfOrderRanges")).isLessThanOrEqualTo(1024);
    assertThat(script.harness().tcpSummary().bufferBytes()).isLessThan(200_000);
    script.inject(". 1:3(2) ack 1").discardSent().abort().discardSent().end();
  }

  /**
   * The window may shrink at any moment: nothing new goes beyond it, and all arrives in the end.
   */
  @Test
  @Rfc("9293 SHLD-15")
  void aWindowThatShrinksAgainAndAgainStopsWhatIsNewAndNothingElse() {
    PacketScript script =
        PacketScript.on(StackHarness.create())
            .option(TcpOption.NO_DELAY, true)
            .openPassively("S 0:0(0) win 8000 <mss 1000>");
    script.write(8000);
    assertThat(end(script, script.takeSent())).isEqualTo(8001);
    for (int window = 7000; window >= 1000; window -= 1000) {
      script.inject(". 1:1(0) ack 1 win " + window).write(100).expectNothing();
    }
    script.inject(". 1:1(0) ack 8001 win 8000");
    assertThat(end(script, script.takeSent())).isEqualTo(8701);
    script.inject(". 1:1(0) ack 8701 win 8000").end();
  }
}
