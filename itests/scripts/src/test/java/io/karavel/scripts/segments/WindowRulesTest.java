package io.karavel.scripts.segments;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.scripts.Times;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Windows, silly windows and pushes: RFC 9293 §3.7.4, §3.8.6 and §3.9.1. */
class WindowRulesTest {
  private static PacketScript fullOwnWindow() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 8192).openPassively();
    for (int from = 1; from < 8193; from += 1024) {
      script.inject(". " + from + ":" + (from + 1024) + "(1024) ack 1").discardSent();
    }
    // the acknowledgement that may be delayed comes and is passed over
    script.harness().advance(Duration.ofSeconds(1));
    script.harness().output();
    return script;
  }

  @Test
  @Rfc("9293 MUST-38")
  void theSenderDoesNotFillASillyWindow() {
    PacketScript script =
        PacketScript.create()
            .peerWindow(4000)
            .openPassively("S 0:0(0) win 4000 <mss 1000>")
            .write(5000);
    script.discardSent().inject(". 1:1(0) ack 4001 win 100").expectNothing();
    // by the override, and then in one piece
    script.expectWithin("1s", ". 4001:4101(100) ack 1").end();
  }

  @Test
  @Rfc("9293 MUST-39")
  void theReceiverDoesNotOfferASillyWindow() {
    PacketScript script = fullOwnWindow().read(100).expectNothing().read(900).expectNothing();
    // a full segment of the peer's, or half of the buffer, is worth telling
    script.read(3096).expect(". 1:1(0) ack 8193 win 4096").end();
  }

  @Test
  @Rfc("9293 MUST-66")
  void aResetIsTakenThroughAZeroWindow() {
    fullOwnWindow()
        .inject("R 8193:8193(0)")
        .expectState(CLOSED)
        .read(8192)
        .expectFailure(TcpError.CONNECTION_RESET)
        .end();
  }

  @Test
  @Rfc("9293 MUST-66")
  void urgencyIsTakenThroughAZeroWindow() {
    PacketScript script = fullOwnWindow().inject("U. 8193:8193(0) ack 1 urg 5");
    assertThat(script.socket().urgentAvailable()).isEqualTo(8197);
    script.end();
  }

  @Test
  @Rfc("9293 SHLD-14")
  void theRightEdgeStaysWhereItWasOffered() {
    PacketScript script =
        PacketScript.create().option(TcpOption.RECEIVE_BUFFER_BYTES, 8192).openPassively();
    for (int from = 1; from < 8193; from += 1024) {
      int next = from + 1024;
      script.inject(". " + from + ":" + next + "(1024) ack 1");
      script.takeSent().forEach(p -> assertThat(edge(script, p)).isEqualTo(8193));
    }
    script.end();
  }

  private static int edge(PacketScript script, io.karavel.testkit.WirePacket packet) {
    return packet.acknowledgmentNumber() - script.peerIsn() + packet.window();
  }

  @Test
  @Rfc({"9293 MUST-34", "9293 SHLD-15", "9293 SHLD-16", "9293 MUST-35"})
  void aWindowThatShrinksHoldsNewDataBackAndEndsNothing() {
    PacketScript script =
        PacketScript.create()
            .peerWindow(5000)
            .openPassively("S 0:0(0) win 5000 <mss 1000>")
            .write(8000);
    script.discardSent().after("10ms").inject(". 1:1(0) ack 1001 win 500").expectNothing();
    // what lies within the window is repeated, nothing new is sent, and nobody gives up
    Times.expectAll(script.mark(), ". 1001:2001(1000) ack 1", "0.2");
    script.inject(". 1:1(0) ack 5001 win 0").expectNothing();
    for (int i = 0; i < 20; i++) {
      script.expectWithin("121s", ". 5001:5002(1) ack 1").inject(". 1:1(0) ack 5001 win 0");
    }
    script.expectState(ESTABLISHED).inject(". 1:1(0) ack 5001 win 5000").discardSent().end();
  }

  /** As long as the peer answers, and far beyond the 924.6 s of retries2. */
  @Test
  @Rfc("9293 SHLD-17")
  void whatAClosedWindowNoLongerTakesTimesNothingOut() {
    PacketScript script =
        PacketScript.create()
            .peerWindow(5000)
            .openPassively("S 0:0(0) win 5000 <mss 1000>")
            .write(5000)
            .discardSent()
            .after("10ms")
            .inject(". 1:1(0) ack 1001 win 0")
            .expectNothing();
    for (int i = 0; i < 20; i++) {
      script.expectWithin("121s", ". 1001:2001(1000) ack 1").inject(". 1:1(0) ack 1001 win 0");
    }
    assertThat(script.harness().clock().elapsedNanos())
        .isGreaterThan(Duration.ofSeconds(925).toNanos());
    script.expectState(ESTABLISHED).inject(". 1:1(0) ack 1001 win 5000").discardSent();
    script.inject(". 1:1(0) ack 5001 win 5000").expectState(ESTABLISHED).end();
  }

  @Test
  @Rfc({"9293 MUST-60", "9293 MUST-61", "9293 SHLD-27", "9293 SHLD-28"})
  void writesAreJoinedIntoFullSegmentsAndTheLastOneIsPushed() {
    PacketScript script =
        PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>").write(100);
    script.expect("P. 1:101(100) ack 1");
    for (int i = 0; i < 24; i++) {
      script.write(100);
    }
    assertThat(script.takeSent()).hasSize(2).allMatch(p -> p.payloadLength() == 1000);
    script.inject(". 1:1(0) ack 2101").expect("P. 2101:2501(400) ack 1").end();
  }
}
