package io.karavel.scripts.segments;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Header and options: RFC 9293 §3.1, §3.2, §3.7.1, and addresses that no segment may have. */
class HeaderTest {
  private static final String FULL_SYN = "S 0:0(0) win 65535 <mss 1460,sackOK,TS,nop,wscale 7>";

  private static PacketBuilder syn() {
    return new PacketBuilder()
        .from(StackHarness.PEER, 4000)
        .to(StackHarness.LOCAL, 80)
        .sequence(1)
        .flags(TcpHeader.SYN);
  }

  @Test
  @Rfc("9293 MUST-1")
  void theWindowFieldIsUnsigned() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("initialWindow", 64).build())
            .openPassively("S 0:0(0) win 65535 <mss 1000>")
            .write(100_000);
    int sent = script.takeSent().stream().mapToInt(WirePacket::payloadLength).sum();
    assertThat(sent).isEqualTo(64_000);
    script.end();
  }

  @Test
  @Rfc("9293 MUST-2")
  void everythingThatIsSentHasRightChecksums() {
    PacketScript script = PacketScript.create().listen().inject(FULL_SYN);
    List<WirePacket> synAck = script.takeSent();
    script.inject(". 1:1(0) ack 1 <TS>").accept().write(333);
    List<WirePacket> data = script.takeSent();
    script.abort();
    List<WirePacket> reset = script.takeSent();
    for (List<WirePacket> sent : List.of(synAck, data, reset)) {
      assertThat(sent).isNotEmpty().allMatch(WirePacket::checksumsAreValid);
    }
    script.end();
  }

  @Test
  @Rfc("9293 MUST-5")
  void optionsMayStandInAnySegment() {
    PacketScript.create()
        .openPassively()
        .inject("P. 1:11(10) ack 1 <nop,nop,kind 254 0102>")
        .expectWithin("40ms", ". 1:1(0) ack 11")
        .read(10)
        .inject("F. 11:11(0) ack 1 <mss 88,nop,nop>")
        .expectWithin("40ms", ". 1:1(0) ack 12")
        .write(500)
        .expect("P. 1:501(500) ack 12")
        .end();
  }

  @Test
  @Rfc("9293 MUST-4")
  void nothingIsReadBehindTheEndOfTheOptions() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <nop,nop,mss 700,eol,kind 3,mss 300>")
        .expect("S. 0:0(0) ack 1 <mss 1460>")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(1400)
        .expect(". 1:701(700) ack 1", "P. 701:1401(700) ack 1")
        .end();
  }

  @Test
  @Rfc("9293 MUST-64")
  void optionsAreReadWhereverTheyBegin() {
    PacketScript.create()
        .listen()
        .inject("S 0:0(0) win 65535 <nop,wscale 7,nop,nop,nop,mss 700,nop,sackOK>")
        .expect("S. 0:0(0) ack 1 <mss 1460,sackOK,nop,wscale *,nop,nop>")
        .inject(". 1:1(0) ack 1")
        .accept()
        .write(1400)
        .expect(". 1:701(700) ack 1", "P. 701:1401(700) ack 1")
        .end();
  }

  /** A SYN with four bytes of options, the second of which says a length that cannot be. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 255})
  @Rfc("9293 MUST-7")
  void anImpossibleOptionLengthHarmsNothing(int length) {
    StackHarness stack = StackHarness.create();
    PacketScript script = PacketScript.on(stack).openPassively().write(10).discardSent();
    byte[] segment =
        new PacketBuilder()
            .from(StackHarness.PEER, script.socket().remote().port())
            .to(StackHarness.LOCAL, 80)
            .sequence(script.peerIsn() + 1)
            .acknowledgment(script.localIsn() + 11)
            .flags(TcpHeader.ACK)
            .options(List.of(io.karavel.testkit.SegmentOption.of(2, 1000L)))
            .tcp();
    Raw.patchTcp(segment, 21, length);
    script.injectRaw(segment).discardSent();
    assertThat(stack.crashes()).isZero();
    script
        .inject(". 1:1(0) ack 11")
        .write(10)
        .expect("P. 11:21(10) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }

  @Test
  @Rfc({"9293 MUST-65", "9293 SHLD-5", "9293 MUST-67"})
  void theMssStandsInEverySynAndNowhereElseAndIsWhatTheLinkTakes() {
    StackHarness stack = StackHarness.builder().mtu(600).build();
    PacketScript script = PacketScript.on(stack).connect().expect("S 0:0(0) <mss 560,...>");
    script.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>").write(2000).shutdownOutput();
    assertThat(script.takeSent())
        .isNotEmpty()
        .allMatch(packet -> packet.option(TcpOptionParser.MAXIMUM_SEGMENT_SIZE) == null)
        .allMatch(packet -> packet.ipLength() <= 600);
    PacketScript.on(StackHarness.builder().mtu(576).build())
        .listen()
        .inject("S 0:0(0) win 65535 <mss 536>")
        .expect("S. 0:0(0) ack 1 <mss 536>")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-68", "9293 MUST-69"})
  void ourOptionsHaveLengthsThatFitAndZerosBehindThem() {
    PacketScript script = PacketScript.create().listen().inject(FULL_SYN);
    List<WirePacket> sent = script.takeSent();
    script.inject(". 1:1(0) ack 1 <TS>").inject("P. 11:21(10) ack 1 <TS>");
    // six bytes of options, which must be made eight
    PacketScript padded = PacketScript.create().listen();
    padded.inject("S 0:0(0) win 65535 <mss 1460,sackOK>");
    for (List<WirePacket> packets : List.of(sent, script.takeSent(), padded.takeSent())) {
      assertThat(packets).isNotEmpty().allMatch(packet -> Raw.optionsAreWellFormed(packet));
    }
  }

  @Test
  @Rfc("9293 MUST-50")
  void optionsOfIpArePassedOver() {
    StackHarness stack = StackHarness.create();
    PacketScript script = PacketScript.on(stack).listen();
    // record route with room for one address, and the end of the list
    script.injectRaw(Raw.withIpOptions(syn().tcp(), 7, 7, 4, 0, 0, 0, 0, 0));
    List<WirePacket> sent = stack.output();
    assertThat(script.takeSent().size() + sent.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.255", "255.255.255.255", "224.0.0.1"})
  @Rfc("9293 MUST-57")
  void aSynToManyIsDroppedSilently(String destination) {
    StackHarness stack = StackHarness.create();
    PacketScript.on(stack).listen();
    stack.deliver(syn().to(IpAddress.parse(destination), 80).tcp());
    assertThat(stack.output()).isEmpty();
    assertThat(stack.connections(c -> c.state() == TcpState.SYN_RECEIVED)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.255", "255.255.255.255", "224.0.0.1", "0.0.0.0", "10.77.0.2"})
  @Rfc("9293 MUST-63")
  void aSynFromAnAddressThatNobodyHasIsDroppedSilently(String source) {
    StackHarness stack = StackHarness.create();
    PacketScript.on(stack).listen();
    stack.deliver(syn().from(IpAddress.parse(source), 4000).tcp());
    assertThat(stack.output()).isEmpty();
    assertThat(stack.connections(c -> c.state() == TcpState.SYN_RECEIVED)).isEmpty();
  }
}
