package io.karavel.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentMatcherTest {
  private static final IpEndpoint LOCAL = IpEndpoint.of("10.77.0.2", 80);
  private static final IpEndpoint PEER = IpEndpoint.of("10.77.0.1", 40000);

  private final Flow flow = new Flow("main", LOCAL, PEER);

  private final PacketBuilder synAck =
      new PacketBuilder()
          .from(LOCAL.address(), LOCAL.port())
          .to(PEER.address(), PEER.port())
          .flags(TcpHeader.SYN | TcpHeader.ACK)
          .sequence(5000)
          .acknowledgment(Flow.PEER_ISN + 1)
          .window(500)
          .options(
              List.of(
                  SegmentOption.of(TcpOptionParser.MAXIMUM_SEGMENT_SIZE, 1460L),
                  SegmentOption.of(TcpOptionParser.SACK_PERMITTED),
                  SegmentOption.of(TcpOptionParser.TIMESTAMPS, 777L, 33L),
                  SegmentOption.of(TcpOptionParser.NO_OPERATION),
                  SegmentOption.of(TcpOptionParser.WINDOW_SCALE, 7L)));

  private List<String> differences(PacketBuilder sent, String expected) {
    WirePacket packet = WirePacket.ip(sent.tcp());
    SegmentPattern pattern = Notation.parse(expected);
    if (packet.has(TcpHeader.SYN)) {
      flow.learnSequence(packet);
    }
    flow.learn(packet, pattern);
    return SegmentMatcher.differences(pattern, packet, flow);
  }

  @Test
  void numbersAreRelativeToTheInitialOnesAndToTheFirstTimestampWritten() {
    assertThat(
            differences(
                synAck, "S. 0:0(0) ack 1 win 500 <mss 1460,sackOK,TS val 100 ecr 33,nop,wscale 7>"))
        .isEmpty();
  }

  @Test
  void whatIsNotWrittenIsNotCompared() {
    assertThat(differences(synAck, "S. 0:0(0)")).isEmpty();
    assertThat(differences(synAck, "S. 0:0(0) <mss,sackOK,TS,wscale>")).isEmpty();
    assertThat(differences(synAck, "S. 0:0(0) <mss 1460,...>")).isEmpty();
    assertThat(differences(synAck, "S. 0:0(0) <...,wscale 7>")).isEmpty();
  }

  @Test
  void eachDifferenceIsNamed() {
    assertThat(differences(synAck, "S 0:0(0)")).containsExactly("flags: S expected, S. sent");
    assertThat(differences(synAck, "S. 0:0(0) ack 2")).containsExactly("ack: 2 expected, 1 sent");
    assertThat(differences(synAck, "S. 0:0(0) win 501"))
        .containsExactly("win: 501 expected, 500 sent");
    assertThat(differences(synAck, "[ttl 63, ce] S. 0:0(0)"))
        .containsExactly("ttl: 63 expected, 64 sent", "ecn: 3 expected, 0 sent");
    assertThat(differences(synAck, "S. 1:1(0) ack 1"))
        .containsExactly("sequence number: 1 expected, 0 sent");
  }

  @Test
  void optionsThatAreMissingOrTooManyOrOutOfOrderDiffer() {
    assertThat(differences(synAck, "S. 0:0(0) <>"))
        .containsExactly("options: mss 1460 was not expected");
    assertThat(differences(synAck, "S. 0:0(0) <mss 1460,sackOK,TS>"))
        .containsExactly("options: wscale 7 was not expected");
    assertThat(differences(synAck, "S. 0:0(0) <sackOK,mss 1460,...>"))
        .containsExactly("options: mss 1460 expected, TS val 0 ecr 33 sent");
    assertThat(differences(synAck, "S. 0:0(0) <mss 1460,sackOK,TS,wscale 8>"))
        .containsExactly("options: wscale 8 expected, wscale 7 sent");
  }

  @Test
  void paddingCountsOnlyWhereItIsWritten() {
    assertThat(differences(synAck, "S. 0:0(0) <mss 1460,sackOK,TS,wscale 7>")).isEmpty();
    assertThat(differences(synAck, "S. 0:0(0) <mss 1460,nop,sackOK,TS,wscale 7>")).isNotEmpty();
  }

  @Test
  void aWrongChecksumIsADifference() {
    assertThat(differences(synAck.badTcpChecksum(true), "S. 0:0(0)"))
        .containsExactly("checksum: wrong");
  }

  @Test
  void thePayloadIsComparedWithWhatTheApplicationWrote() {
    differences(synAck, "S. 0:0(0)");
    byte[] written = flow.nextToWrite(100);
    flow.wrote(written, 100);
    PacketBuilder data =
        synAck.flags(TcpHeader.ACK).sequence(5001).options(List.of()).payload(written);
    assertThat(differences(data, ". 1:101(100) ack 1")).isEmpty();
    written[7]++;
    assertThat(differences(data.payload(written), ". 1:101(100) ack 1"))
        .containsExactly("payload: differs from what was written at byte 7");
    assertThat(differences(data.payload(new byte[101]), ". 1:102(101) ack 1"))
        .containsExactly("payload: the application wrote 100 bytes only");
  }
}
