package io.karavel.testkit.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.testkit.IcmpName;
import io.karavel.testkit.PacketFormat;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import org.junit.jupiter.api.Test;

class NotationTest {
  @Test
  void readsASynWithAllItsOptions() {
    SegmentPattern syn =
        Notation.parse("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
    assertThat(syn.flags()).isEqualTo(TcpHeader.SYN);
    assertThat(syn.sequence()).isZero();
    assertThat(syn.length()).isZero();
    assertThat(syn.acknowledgment()).isNull();
    assertThat(syn.window()).isEqualTo(65535);
    assertThat(PacketFormat.options(syn.options()))
        .isEqualTo("<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
    assertThat(syn.moreOptions()).isFalse();
  }

  @Test
  void readsASegmentWithSackBlocks() {
    SegmentPattern ack = Notation.parse(". 1:1(0) ack 1 win 65000 <sack 1001:4001 5001:6001>");
    assertThat(ack.flags()).isEqualTo(TcpHeader.ACK);
    assertThat(ack.acknowledgment()).isEqualTo(1);
    assertThat(ack.options().get(0).values()).containsExactly(1001L, 4001L, 5001L, 6001L);
  }

  @Test
  void tellsPushApartFromTheOtherFlags() {
    SegmentPattern segment = Notation.parse("FP. 1:11(10) ack 1");
    assertThat(segment.flags()).isEqualTo(TcpHeader.FIN | TcpHeader.ACK);
    assertThat(segment.push()).isTrue();
    assertThat(segment.length()).isEqualTo(10);
  }

  @Test
  void aSequenceRangeMayWrapAround() {
    assertThat(Notation.parse(". 4294967295:1(2) ack 1").sequence()).isEqualTo(4294967295L);
  }

  @Test
  void whatIsLeftOutOfAnOptionStandsForAny() {
    SegmentPattern syn = Notation.parse("S 0:0(0) <mss,TS,wscale *,...>");
    assertThat(syn.options()).hasSize(3);
    assertThat(syn.options().get(0).values()).isEmpty();
    assertThat(syn.options().get(2).values()).containsExactly((Long) null);
    assertThat(syn.moreOptions()).isTrue();
  }

  @Test
  void noOptionsAreSomethingElseThanOptionsNotWritten() {
    assertThat(Notation.parse(". 1:1(0) ack 1 <>").options()).isEmpty();
    assertThat(Notation.parse(". 1:1(0) ack 1").options()).isNull();
  }

  @Test
  void readsFieldsOfTheIpHeader() {
    SegmentPattern segment = Notation.parse("[ttl 1, ect0, nodf, badsum] F. 1:1(0) ack 1");
    assertThat(segment.ip().timeToLive()).isEqualTo(1);
    assertThat(segment.ip().ecn()).isEqualTo(2);
    assertThat(segment.ip().dontFragment()).isFalse();
    assertThat(segment.ip().badTcpChecksum()).isTrue();
  }

  @Test
  void readsAnIcmpMessageWithTheSegmentItQuotes() {
    SegmentPattern icmp = Notation.parse("icmp fragmentation-needed mtu 1200 [1:1461(1460)]");
    assertThat(icmp.icmp().name()).isEqualTo(IcmpName.FRAGMENTATION_NEEDED);
    assertThat(icmp.icmp().mtu()).isEqualTo(1200);
    assertThat(icmp.icmp().quotedSequence()).isEqualTo(1);
    assertThat(icmp.icmp().quotedLength()).isEqualTo(1460);
  }

  @Test
  void readsFastOpenCookiesAndOptionsWithoutAName() {
    SegmentPattern syn = Notation.parse("S 0:0(0) <FO 0102030405060708,kind 253 f989>");
    assertThat(syn.options().get(0).kind()).isEqualTo(TcpOptionParser.FAST_OPEN);
    assertThat(syn.options().get(0).hex()).isEqualTo("0102030405060708");
    assertThat(syn.options().get(1).kind()).isEqualTo(253);
  }

  @Test
  void saysWhatIsWrongWithAPacket() {
    assertWrong("S 0:10(0)", "0 and 0 bytes make 0");
    assertWrong("X 0:0(0)", "write FLAGS");
    assertWrong("S 0:0(0) ack 1", "not the flag '.'");
    assertWrong(". 1:1(0) win 1 ack 1", "in this order");
    assertWrong(". 1:1(0) ack 1 <sock 1:2>", "option 'sock 1:2' is none of");
    assertWrong(". 1:1(0) ack 1 <sack 1>", "too many or too few");
    assertWrong(". 1:1(0) ack 1 win 65536", "'65536' is not a number of 0 to 65535");
    assertWrong("[hop 3] . 1:1(0) ack 1", "'hop 3' is none of ttl");
    assertWrong("icmp host-unreached", "'host-unreached' is no ICMP message");
  }

  private static void assertWrong(String packet, String why) {
    assertThatThrownBy(() -> Notation.parse(packet))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
