package io.karavel.scripts.recovery;

import static io.karavel.scripts.recovery.Flight.segment;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** What is lost, what is not, and that it never stalls: RFC 2018, 6675, 8985 §6, 9937. */
class SelectiveRecoveryTest {
  private static void noTimeout(PacketScript script) {
    assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero();
  }

  @Test
  @Rfc({"6675 5", "8985 6.2", "9293 MUST-19"})
  void threeSegmentsSackedBehindItMeanThatItIsLost() {
    Flight.selective(5)
        .after("100ms")
        .inject(". 1:1(0) ack 1 <sack 1001:2001>")
        .inject(". 1:1(0) ack 1 <sack 1001:3001>")
        .expectNothing()
        .inject(". 1:1(0) ack 1 <sack 1001:4001>")
        .expect(segment(1))
        .inject(". 1:1(0) ack 5001")
        .check(SelectiveRecoveryTest::noTimeout)
        .end();
  }

  @Test
  @Rfc({"2018 5", "6675 5"})
  void onlyTheHolesGoAgain() {
    Flight.selective(10)
        .after("100ms")
        .inject(". 1:1(0) ack 1 <sack 1001:2001 3001:4001 5001:10001>")
        .expect(segment(1), segment(2001), segment(4001))
        .after("100ms")
        .inject(". 1:1(0) ack 10001")
        .expectNothingFor("3s")
        .check(SelectiveRecoveryTest::noTimeout)
        .end();
  }

  /** Half of the flight is the aim: what is delivered is replaced, never more at once. */
  @Test
  @Rfc({"9937 6", "6675 5", "9293 MUST-19"})
  void theRecoveryComesToHalfOfTheFlightWithoutABurst() {
    PacketScript script = Flight.selective(10).write(20_000);
    script
        .after("100ms")
        // 1 lost, 3 delivered, 6 on their way: half of what is delivered goes
        .inject(". 1:1(0) ack 1 <sack 1001:4001>")
        .expect(segment(1))
        .inject(". 1:1(0) ack 1 <sack 1001:5001>")
        .expect(segment(10_001))
        .inject(". 1:1(0) ack 1 <sack 1001:6001>")
        .expectNothing()
        // the first one again, a new one and three old ones are on their way: that is half
        .inject(". 1:1(0) ack 1 <sack 1001:7001>")
        .expectNothing()
        .inject(". 1:1(0) ack 1 <sack 1001:8001>")
        .expect(segment(11_001))
        .inject(". 1:1(0) ack 1 <sack 1001:9001>")
        .expect(segment(12_001))
        .inject(". 1:1(0) ack 1 <sack 1001:10001>")
        .expect(segment(13_001))
        .after("100ms")
        .inject(". 1:1(0) ack 10001");
    assertThat(script.takeSent()).hasSize(1);
    assertThat(script.info().details())
        .containsEntry("recovery", "open")
        .containsEntry("ssthresh", 5000);
    noTimeout(script);
    script.end();
  }

  @Test
  @Rfc("8985 6.2")
  void aRetransmissionThatIsLostGoesOnceMoreWithoutATimeout() {
    PacketScript script = Flight.selective(10).write(5000);
    script.after("100ms").inject(". 1:1(0) ack 1 <sack 1001:10001>");
    script
        .expect(segment(1))
        .discardSent()
        .after("100ms")
        // what was sent after it has arrived, itself not
        .inject(". 1:1(0) ack 1 <sack 1001:13001>")
        .expect(segment(1))
        .discardSent()
        .after("50ms")
        .inject(". 1:1(0) ack 15001")
        .check(
            s -> {
              noTimeout(s);
              assertThat(s.harness().counter("TcpExt.TCPLostRetransmit")).isEqualTo(1);
            })
        .end();
  }

  @Test
  @Rfc({"2018 8", "6298 5.4"})
  void aReceiverThatThrewAwayWhatItHadSackedGetsItAgain() {
    PacketScript script =
        Flight.selective(5)
            .after("100ms")
            .inject(". 1:1(0) ack 1 <sack 1001:5001>")
            .expect(segment(1))
            .after("100ms")
            .inject(". 1:1(0) ack 1001");
    script
        .expectWithin("2s", segment(1001))
        .after("100ms")
        .inject(". 1:1(0) ack 2001")
        .expect(segment(2001), segment(3001))
        .after("100ms")
        .inject(". 1:1(0) ack 4001")
        .expect("P" + segment(4001))
        .after("100ms")
        .inject(". 1:1(0) ack 5001");
    script.expectNothingFor("3s").end();
  }

  @Test
  @Rfc({"6675 5", "9293 MUST-19"})
  void aFinBehindALossIsSackedAndClosesOnceTheHoleIsFilled() {
    Flight.selective(5)
        .close()
        .expect("F. 5001:5001(0) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 1 <sack 1001:5002>")
        .expect(segment(1))
        .expectState(TcpState.FIN_WAIT_1)
        .after("100ms")
        .inject(". 1:1(0) ack 5002")
        .expectState(TcpState.FIN_WAIT_2)
        .check(SelectiveRecoveryTest::noTimeout)
        .inject("F. 1:1(0) ack 5002")
        .expect(". 5002:5002(0) ack 2")
        .expectState(TcpState.TIME_WAIT)
        .end();
  }

  @Test
  @Rfc({"8985 7.2", "8985 7.3"})
  void aFinLostInARecoveryIsProbedFor() {
    Flight.selective(5)
        .close()
        .expect("F. 5001:5001(0) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 1 <sack 1001:5001>")
        .expect(segment(1))
        .after("100ms")
        .inject(". 1:1(0) ack 5001")
        .expectWithin("300ms", "F. 5001:5001(0) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 5002")
        .expectState(TcpState.FIN_WAIT_2)
        .end();
  }

  @Test
  @Rfc({"9293 MUST-35", "6675 5"})
  void aWindowThatClosesInARecoveryIsProbedAndGoesOnWhenItOpens() {
    Flight.selective(5)
        .write(3000)
        .expect(segment(5001), segment(6001), "P" + segment(7001))
        .after("100ms")
        .inject(". 1:1(0) ack 1 win 8000 <sack 1001:8001>")
        .expect(segment(1))
        .write(4000)
        .discardSent()
        .after("100ms")
        .inject(". 1:1(0) ack 8001 win 0")
        .discardSent()
        .expectWithin("500ms", ". 8001:8002(1) ack 1")
        .after("50ms")
        .inject(". 1:1(0) ack 8001 win 65535")
        .check(script -> assertThat(script.takeSent()).isNotEmpty())
        .after("100ms")
        .inject(". 1:1(0) ack 12001")
        .expectNothingFor("3s")
        .end();
  }

  /** The first and the fifth of eight are missing. */
  private static final String TWO_HOLES = " <sack 1001:4001 5001:8001>";

  private static final String SECOND_HOLE = " <sack 5001:8001>";

  /** The hole was sent within a window: it may go again, one at a time, and nothing else may. */
  @Test
  @Rfc({"9293 3.8.6", "9293 SHLD-15", "6675 5"})
  void aWindowThatShutsAboveAHoleHasTheHoleAloneRepeatedUntilItOpens() {
    PacketScript script = Flight.selective(8);
    script
        .after("100ms")
        .inject(". 1:1(0) ack 1" + TWO_HOLES)
        .expect(segment(1), segment(4001))
        .after("100ms")
        // the second one was lost again, and below the recovery point there is no room any more
        .inject(". 1:1(0) ack 4001 win 0" + SECOND_HOLE)
        .write(6000)
        .expectNothing();
    for (String time : "500ms 1s 2s".split(" ")) {
      script
          .expectWithin(time, segment(4001))
          .after("100ms")
          .inject(". 1:1(0) ack 4001 win 0" + SECOND_HOLE)
          .expectNothing();
    }
    script
        .inject(". 1:1(0) ack 4001 win 65535" + SECOND_HOLE)
        .expect(segment(4001))
        .after("100ms")
        .inject(". 1:1(0) ack 8001");
    theRestGoes(script, 8001);
  }

  /** What fills a hole takes no room: the peer may take it though its window is shut. */
  @Test
  @Rfc({"9293 MUST-35", "9293 SHLD-15", "6675 5"})
  void aRecoveryThatBeginsAtAShutWindowEndsAtItAndTheRestWaits() {
    PacketScript script = Flight.selective(8);
    script
        .after("100ms")
        .inject(". 1:1(0) ack 1 win 0" + TWO_HOLES)
        .expect(segment(1))
        .write(6000)
        .expectNothing()
        .after("100ms")
        .inject(". 1:1(0) ack 4001 win 0" + SECOND_HOLE)
        .expect(segment(4001))
        .after("100ms")
        .inject(". 1:1(0) ack 8001 win 0")
        .check(SelectiveRecoveryTest::noTimeout)
        .check(s -> assertThat(s.info().details()).containsEntry("recovery", "open"))
        .expectWithin("500ms", ". 8001:8002(1) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 8002");
    theRestGoes(script, 8002);
  }

  @Test
  @Rfc({"9293 SHLD-15", "6675 5", "8985 6.2"})
  void aWindowThatOpensBeforeTheTimerExpiresLetsTheRecoveryGoOn() {
    PacketScript script = Flight.selective(8);
    script
        .after("100ms")
        .inject(". 1:1(0) ack 1" + TWO_HOLES)
        .expect(segment(1), segment(4001))
        .after("100ms")
        .inject(". 1:1(0) ack 4001 win 0" + SECOND_HOLE)
        .write(6000)
        .expectNothingFor("50ms")
        .inject(". 1:1(0) ack 4001 win 65535" + SECOND_HOLE)
        // to half of the flight, one of which is the hole
        .expect(segment(8001), segment(9001), segment(10_001))
        .after("100ms")
        .inject(". 1:1(0) ack 4001 <sack 5001:11001>")
        .check(s -> assertThat(s.takeSent().get(0).sequenceNumber() - s.localIsn()).isEqualTo(4001))
        .check(SelectiveRecoveryTest::noTimeout)
        .after("100ms")
        .inject(". 1:1(0) ack 14001")
        .check(s -> assertThat(s.info().details()).containsEntry("recovery", "open"))
        .expectNothingFor("3s")
        .end();
  }

  /** Up to 14,001, each segment once and in order, as fast as slow start lets them. */
  private static void theRestGoes(PacketScript script, int from) {
    long timeouts = script.harness().counter("TcpExt.TCPTimeouts");
    int next = from;
    for (int round = 0; next < 14_001; round++) {
      assertThat(round).as("round trips").isLessThan(4);
      for (WirePacket packet : script.takeSent()) {
        assertThat(packet.sequenceNumber() - script.localIsn()).isEqualTo(next);
        next += packet.payloadLength();
      }
      script.after("100ms").inject(". 1:1(0) ack " + next);
    }
    assertThat(script.info().details()).containsEntry("recovery", "open");
    assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isEqualTo(timeouts);
    script.expectNothingFor("3s").end();
  }

  @Test
  @Rfc({"8985 7.2", "8985 7.3", "6298 5.4"})
  void whenTheProbeIsLostTooTheTimerBringsTheTail() {
    Flight.selective(3)
        .after("100ms")
        .inject(". 1:1(0) ack 1001")
        .expectWithin("210ms", "P" + segment(2001))
        .expectWithin("260ms", segment(1001))
        .after("100ms")
        .inject(". 1:1(0) ack 2001")
        .expect("P" + segment(2001))
        .after("100ms")
        .inject(". 1:1(0) ack 3001")
        .check(
            script -> {
              assertThat(script.harness().counter("TcpExt.TCPLossProbes")).isEqualTo(1);
              assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isEqualTo(1);
            })
        .expectNothingFor("3s")
        .end();
  }

  /** What is new says as much as what is old and does not go for nothing. */
  @Test
  @Rfc("8985 7.3")
  void theProbeIsNewDataWhereThereIsSome() {
    Flight.selective(10)
        .write(3000)
        .expectNothing()
        .expectWithin("210ms", segment(10_001))
        .discardSent()
        .after("50ms")
        .inject(". 1:1(0) ack 11001")
        .check(script -> assertThat(script.takeSent()).hasSize(2))
        .check(SelectiveRecoveryTest::noTimeout)
        .end();
  }
}
