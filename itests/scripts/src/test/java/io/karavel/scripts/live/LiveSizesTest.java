package io.karavel.scripts.live;

import static io.karavel.tcp.TcpSocket.WRITABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Buffers, segment sizes, congestion windows and answers follow their keys while a stack runs. */
class LiveSizesTest {
  private static final String TCP = "io.karavel.tcp";

  @Test
  void sendBufferInitialIsWhatAConnectionTakesInAndMayGrowLater() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("sendBufferInitial", 8192).build())
            .openPassively("S 0:0(0) win 100 <mss 1000>");
    script.check(s -> assertThat(write(s)).isEqualTo(8192));
    script.discardSent().expectNotReady(WRITABLE).tcp("sendBufferInitial", 20_000);
    script.check(s -> assertThat(write(s)).isEqualTo(20_000 - 8192)).discardSent().end();
  }

  private static int write(PacketScript script) {
    try {
      return script.socket().write(ByteBuffer.allocate(1 << 20));
    } catch (io.karavel.tcp.TcpException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void receiveBufferInitialIsTheFirstWindowAndMayGrowLater() {
    StackHarness stack = StackHarness.builder().tcp("receiveBufferInitial", 8192).build();
    PacketScript.on(stack)
        .listen()
        .inject("S 0:0(0) win 65535 <mss 1000>")
        .expect("S. 0:0(0) ack 1 win 8192")
        .inject(". 1:1(0) ack 1")
        .accept()
        .tcp("receiveBufferInitial", 16_384)
        .expect(". 1:1(0) ack 1 win 16384")
        .end();
  }

  @Test
  void whatWasOfferedIsTakenAlthoughReceiveBufferInitialIsLowered() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("receiveBufferInitial", 16_000).build())
            .openPassively("S 0:0(0) win 65535 <mss 1000>")
            .tcp("receiveBufferInitial", 4096);
    script.inject(". 9001:10001(1000) ack 1").expect(". 1:1(0) ack 1");
    for (int at = 1; at < 9001; at += 1000) {
      script.inject(". " + at + ":" + (at + 1000) + "(1000) ack 1").discardSent();
    }
    for (int at = 10_001; at < 16_001; at += 1000) {
      script.inject(". " + at + ":" + (at + 1000) + "(1000) ack 1").discardSent();
    }
    script.inject(". 16001:16011(10) ack 1").expect(". 1:1(0) ack 16001 win 0");
    assertThat(script.harness().counter("TcpExt.TCPOFODrop")).isZero();
    assertThat(script.harness().counter("TcpExt.TCPRcvQDrop")).isZero();
    script.read(12_900).expectNothing().read(3100).expect(". 1:1(0) ack 16001 win 4096").end();
  }

  @Test
  void receiveBufferMaxSetsTheScaleOfNewConnections() {
    StackHarness stack = StackHarness.create();
    PacketScript script = PacketScript.on(stack).listen();
    script
        .inject("S 0:0(0) win 65535 <mss 1000,nop,wscale 0>")
        .expect("S. 0:0(0) ack 1 <mss 1460,nop,wscale 7>");
    stack.set(TCP, Map.of("receiveBufferInitial", 65_535, "receiveBufferMax", 65_535));
    script
        .flow("small", 40_001)
        .inject("S 0:0(0) win 65535 <mss 1000,nop,wscale 0>")
        .expect("S. 0:0(0) ack 1 <mss 1460,nop,wscale 0>");
    script.tcp("receiveBufferMax", 1 << 30);
    script
        .flow("large", 40_002)
        .inject("S 0:0(0) win 65535 <mss 1000,nop,wscale 0>")
        .expect("S. 0:0(0) ack 1 <mss 1460,nop,wscale 14>")
        .end();
  }

  @Test
  void notSentLowWaterHoldsTheApplicationBack() {
    PacketScript.create()
        .peerWindow(1000)
        .openPassively("S 0:0(0) win 1000 <mss 1000>")
        .write(3000)
        .expect(". 1:1001(1000) ack 1")
        .expectReady(WRITABLE)
        .tcp("notSentLowWater", 2000)
        .expectNotReady(WRITABLE)
        .tcp("notSentLowWater", 2001)
        .expectReady(WRITABLE)
        .end();
  }

  @Test
  void minSendMssIsTheSmallestSegmentThatAPeerCanMakeUsSend() {
    PacketScript script = PacketScript.create();
    script
        .openPassively("S 0:0(0) win 65535 <mss 20>")
        .write(96)
        .expect(". 1:49(48) ack 1", "P. 49:97(48) ack 1");
    script
        .tcp("minSendMss", 100)
        .flow("later", 40_001)
        .openPassively("S 0:0(0) win 65535 <mss 20>")
        .write(200)
        .expect(". 1:101(100) ack 1", "P. 101:201(100) ack 1")
        .end();
  }

  @Test
  void invalidRateLimitMillisSpacesTheAnswersToUnacceptableSegments() {
    PacketScript.create()
        .openPassively()
        .inject(". 0:0(0) ack 1")
        .expect(". 1:1(0) ack 1")
        .inject(". 0:0(0) ack 1")
        .expectNothing()
        .tcp("invalidRateLimitMillis", 100)
        .after("99ms")
        .inject(". 0:0(0) ack 1")
        .expectNothing()
        .after("1ms")
        .inject(". 0:0(0) ack 1")
        .expect(". 1:1(0) ack 1")
        .tcp("invalidRateLimitMillis", 0)
        .inject(". 0:0(0) ack 1")
        .expect(". 1:1(0) ack 1")
        .inject(". 0:0(0) ack 1")
        .expect(". 1:1(0) ack 1")
        .end();
  }

  @Test
  void slowStartAfterIdleDecidesWhetherTheWindowShrinksWhileNothingIsSent() {
    assertThat(segmentsAfterIdleness(true)).isEqualTo(10);
    assertThat(segmentsAfterIdleness(false)).isGreaterThan(10);
  }

  private static int segmentsAfterIdleness(boolean slowStartAfterIdle) {
    PacketScript script =
        PacketScript.create()
            .openPassively("S 0:0(0) win 65535 <mss 1000>")
            .write(10_000)
            .discardSent()
            .inject(". 1:1(0) ack 5001", ". 1:1(0) ack 10001")
            .expectNothing()
            .tcp("slowStartAfterIdle", slowStartAfterIdle)
            .after("10s")
            .write(60_000);
    return script.takeSent().size();
  }

  @Test
  void whatHoldsForNewConnectionsLeavesThoseThatExistAlone() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 20>");
    script
        .flow("embryo", 40_001)
        .inject("S 0:0(0) win 65535 <mss 20>")
        .expect("S. 0:0(0) ack 1")
        .tcp("minSendMss", 100)
        .tcp("rtoInitialMillis", 3000)
        .tcp("initialWindow", 1)
        .flow("main", 40_000)
        .write(480)
        .expect(". 1:49(48) ack 1");
    assertThat(script.takeSent()).hasSize(9);
    script.inject(". 1:1(0) ack 481").flow("embryo", 40_001).at("1s").expect("S. 0:0(0) ack 1");
    script.inject(". 1:1(0) ack 1").accept().write(48).expect("P. 1:49(48) ack 1");
    script.inject(". 1:1(0) ack 49");
    script
        .flow("later", 40_002)
        .openPassively("S 0:0(0) win 65535 <mss 20>")
        .write(1000)
        .expect(". 1:101(100) ack 1")
        .expectNothing()
        .inject(". 1:1(0) ack 101")
        .discardSent()
        .end();
  }
}
