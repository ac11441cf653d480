package io.karavel.scripts.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was offered is kept, and no more is sent than was offered; what SACK says of duplicates. */
class OfferedWindowTest {
  @Test
  @Rfc("9293 3.8.6")
  void aSegmentThatFillsAHoleTellsItsWindowWithWhatItAcknowledges() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 3000 <mss 1000>")
        .peerWindow(3000)
        .inject(". 1:1(0) ack 1")
        .write(6000)
        .expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1")
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 3001:3001(0) ack 1")
        // older by its sequence number, but the window goes with what it acknowledges
        .inject(". 1:1001(1000) ack 3001 win 0")
        .expect(". 3001:3001(0) ack 2001")
        .expectNothing()
        .end();
  }

  @Test
  @Rfc("9293 SHLD-14")
  void theWindowOfOurSynIsKeptWhenBuffersBecomeSmallerMeanwhile() {
    PacketScript.create()
        .connect()
        .expect("S 0:0(0) win 65535")
        .tcp("receiveBufferInitial", 4096)
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>")
        .expect(". 1:1(0) ack 1 win 511")
        .end();
  }

  @Test
  @Rfc({"9293 3.8.6", "7323 2.4"})
  void everyByteOfAnOfferedWindowIsAcceptedHoweverSmallTheSegments() {
    StackHarness harness = StackHarness.builder().tcp("receiveBufferInitial", 20_343).build();
    PacketScript script =
        PacketScript.on(harness)
            .openPassively("S 0:0(0) win 65535 <mss 1000,nop,wscale 7>")
            .option(TcpOption.QUICK_ACK, true);
    int next = 1;
    int edge = 1 + 17_000;
    while (next < edge) {
      int length = Math.min(97, edge - next);
      script.inject(". " + next + ":" + (next + length) + "(" + length + ") ack 1");
      next += length;
      List<WirePacket> sent = script.takeSent();
      assertThat(sent).hasSize(1);
      int acknowledged = sent.get(0).acknowledgmentNumber() - script.peerIsn();
      assertThat(acknowledged).as("everything up to the offered edge %s", edge).isEqualTo(next);
      edge = Math.max(edge, acknowledged + (sent.get(0).window() << 7));
    }
    assertThat(edge).isLessThanOrEqualTo(1 + 20_343);
    script.end();
  }

  @Test
  @Rfc("2883 4")
  void theBlockBehindADuplicateIsTheLargerOneAroundIt() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1000,sackOK>")
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 1001:2001,...>")
        .inject(". 3001:4001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 3001:4001 1001:2001,...>")
        .inject(". 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 1001:2001 1001:2001 3001:4001,...>")
        .end();
  }
}
