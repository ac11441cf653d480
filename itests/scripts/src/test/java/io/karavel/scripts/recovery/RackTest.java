package io.karavel.scripts.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Losses found by time, tails by probes, timeouts taken back. The round trip is 100 ms. */
class RackTest {
  private static final String SACK = "S 0:0(0) win 65535 <mss 1000,sackOK>";

  private static PacketScript open(PacketScript script) {
    return Flight.open(script, SACK);
  }

  /** Five segments in flight on a connection whose round trip is known. */
  private static PacketScript five() {
    return open(PacketScript.create())
        .write(1000)
        .expect("P. 1:1001(1000) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 1001")
        .write(5000)
        .expect(
            ". 1001:2001(1000) ack 1",
            ". 2001:3001(1000) ack 1",
            ". 3001:4001(1000) ack 1",
            ". 4001:5001(1000) ack 1",
            "P. 5001:6001(1000) ack 1")
        .mark();
  }

  @Test
  @Rfc({"8985 7.2", "8985 7.3"})
  void aLostTailIsProbedTwoRoundTripsAfterAndFoundBySack() {
    five()
        .after("100ms")
        .inject(". 1:1(0) ack 3001")
        // 2 SRTT and 2 ms; the last segment goes again
        .expectWithin("250ms", "P. 5001:6001(1000) ack 1")
        .after("100ms")
        // the probe arrived: what was sent before it and is missing was lost
        .inject(". 1:1(0) ack 3001 <sack 5001:6001>")
        .expectWithin("60ms", ". 3001:4001(1000) ack 1")
        .discardSent()
        .after("100ms")
        .inject(". 1:1(0) ack 6001")
        .check(
            script -> {
              assertThat(script.harness().counter("TcpExt.TCPLossProbes")).isEqualTo(1);
              assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero();
            })
        .end();
  }

  @Test
  @Rfc("8985 6.2")
  void oneSegmentSackedIsEnoughOnceAQuarterOfARoundTripHasPassed() {
    five()
        .after("100ms")
        .inject(". 1:1(0) ack 1001 <sack 5001:6001>")
        .expectNothingFor("20ms")
        .expectWithin("10ms", ". 1001:2001(1000) ack 1")
        .discardSent()
        .after("100ms")
        .inject(". 1:1(0) ack 6001")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero())
        .end();
  }

  /** The first of five is sent again, since three behind it have arrived. */
  private static PacketScript firstIsSentAgain() {
    return five()
        .after("100ms")
        .inject(". 1:1(0) ack 1001 <sack 2001:5001>")
        .expect(". 1001:2001(1000) ack 1")
        .after("10ms");
  }

  @Test
  @Rfc("3708 3")
  void aPacketThatTheNetworkHasRepeatedIsNoProofAgainstARetransmission() {
    firstIsSentAgain()
        .inject(". 1:1(0) ack 1001 <sack 3001:4001 2001:5001>")
        .check(
            script -> {
              assertThat(script.harness().counter("TcpExt.TCPDSACKRecv")).isEqualTo(1);
              assertThat(script.harness().counter("TcpExt.TCPDSACKUndo")).isZero();
            })
        .after("90ms")
        .inject(". 1:1(0) ack 6001 <sack 4001:5001>")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPDSACKUndo")).isZero())
        .end();
  }

  @Test
  @Rfc("3708 3")
  void theReportThatTheRetransmissionItselfCameTwiceTakesTheRecoveryBack() {
    firstIsSentAgain()
        .inject(". 1:1(0) ack 6001")
        .after("90ms")
        .inject(". 1:1(0) ack 6001 <sack 1001:2001>")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPDSACKUndo")).isEqualTo(1))
        .end();
  }

  /** The report shows a hole as well: the window that it widens is half a round trip now. */
  @Test
  @Rfc({"8985 6.2", "3708 3"})
  void theAcknowledgementThatTakesARecoveryBackIsLookedAtForLosses() {
    Flight.write(five(), 6001, 4)
        .after("100ms")
        .inject(". 1:1(0) ack 1001 <sack 2001:5001>")
        .expect(". 1001:2001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 5001 <sack 1001:2001 6001:10001>")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPDSACKUndo")).isEqualTo(1))
        .expectNothingFor("30ms")
        .expectWithin("20ms", ". 5001:6001(1000) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 10001")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero())
        .end();
  }

  @Test
  @Rfc("8985 7.2")
  void noProbeWhenItIsTurnedOff() {
    five()
        .tcp("tailLossProbe", false)
        .after("100ms")
        .inject(". 1:1(0) ack 3001")
        // the probe would go after 202 ms, the retransmission timer expires after 212.5 ms
        .expectNothingFor("210ms")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPLossProbes")).isZero());
  }

  @Test
  @Rfc("8985 7.2")
  void aProbeThatIsPlannedDoesNotGoOnceTheyAreTurnedOff() {
    five()
        .after("100ms")
        .inject(". 1:1(0) ack 3001")
        .expectNothingFor("150ms")
        .tcp("tailLossProbe", false)
        .expectNothingFor("60ms")
        .expectWithin("100ms", ". 3001:4001(1000) ack 1")
        .discardSent()
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPLossProbes")).isZero());
  }

  @Test
  @Rfc("5682 3.1")
  void aTimeoutStandsOnceFrtoIsTurnedOff() {
    PacketScript script =
        open(PacketScript.create().tcp("tailLossProbe", false))
            .write(1000)
            .expect("P. 1:1001(1000) ack 1")
            .after("100ms")
            .inject(". 1:1(0) ack 1001")
            .write(3000)
            .expect(
                ". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1", "P. 3001:4001(1000) ack 1")
            .tcp("frto", false)
            .expectWithin("400ms", ". 1001:2001(1000) ack 1")
            .after("10ms")
            .inject(". 1:1(0) ack 4001")
            .expectNothingFor("1s");
    assertThat(script.harness().counter("TcpExt.TCPSpuriousRTOs")).isZero();
    assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isEqualTo(1);
    script.end();
  }

  /** Without SACK: five later segments overtook one, which its timestamp betrays (RFC 3522). */
  private static PacketScript overtakenByFive() {
    PacketScript script =
        PacketScript.create()
            .connect()
            .expect("S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale>")
            .after("100ms")
            .inject("S. 0:0(0) ack 1 win 65535 <mss 1012,TS val 900 ecr 100>")
            .expect(". 1:1(0) ack 1 <...>")
            .write(8000);
    assertThat(script.takeSent()).hasSize(8);
    script.after("100ms");
    duplicates(script, 3, 1, 200);
    script.expect(". 1:1001(1000) ack 1 <...>");
    duplicates(script, 2, 1, 200);
    script.expectNothing().inject(". 1:1(0) ack 8001 <TS val 1000 ecr 200>");
    assertThat(script.harness().counter("TcpExt.TCPFullUndo")).isEqualTo(1);
    script.write(8000);
    assertThat(script.takeSent()).hasSize(8);
    return script.after("100ms");
  }

  private static void duplicates(PacketScript script, int count, int ack, int echo) {
    for (int i = 0; i < count; i++) {
      script.inject(". 1:1(0) ack " + ack + " <TS val 1000 ecr " + echo + ">");
    }
  }

  @Test
  @Rfc("3522 3.2")
  void withoutSackAsManyDuplicatesAsWereForNothingAreWaitedFor() {
    PacketScript script = overtakenByFive();
    duplicates(script, 5, 8001, 300);
    script.expectNothing();
    duplicates(script, 1, 8001, 300);
    script.expect(". 8001:9001(1000) ack 1 <...>").discardSent().end();
  }

  @Test
  void maxReorderingBoundsThatAtOnce() {
    PacketScript script = overtakenByFive().tcp("maxReordering", 4);
    duplicates(script, 3, 8001, 300);
    script.expectNothing();
    duplicates(script, 1, 8001, 300);
    script.expect(". 8001:9001(1000) ack 1 <...>").discardSent().end();
  }

  /** Three are on their way and the timer has expired. */
  private static PacketScript timedOut() {
    return open(PacketScript.create().tcp("tailLossProbe", false))
        .write(1000)
        .expect("P. 1:1001(1000) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 1001")
        .write(3000)
        .expect(". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1", "P. 3001:4001(1000) ack 1")
        .expectWithin("400ms", ". 1001:2001(1000) ack 1")
        .after("10ms");
  }

  private static long timeoutsTakenBack(PacketScript script) {
    return script.harness().counter("TcpExt.TCPSpuriousRTOs");
  }

  /** Steps 2b and 3b: two new segments go before anything else does, and more progress tells. */
  @Test
  @Rfc({"5682 2.1", "5682 3.1"})
  void progressAfterATimeoutLetsTwoNewSegmentsGoAndMoreProgressTakesItBack() {
    PacketScript script = timedOut();
    script
        .write(10_000)
        .expectNothing()
        .inject(". 1:1(0) ack 2001")
        .expect(". 4001:5001(1000) ack 1", ". 5001:6001(1000) ack 1")
        .after("10ms")
        .inject(". 1:1(0) ack 3001");
    assertThat(timeoutsTakenBack(script)).isEqualTo(1);
    assertThat(script.info().details()).containsEntry("recovery", "open");
    assertThat((int) script.info().details().get("cwnd")).isGreaterThanOrEqualTo(10_000);
    // what had been sent before the timeout never goes again
    script.expect(
        ". 6001:7001(1000) ack 1",
        ". 7001:8001(1000) ack 1",
        ". 8001:9001(1000) ack 1",
        ". 9001:10001(1000) ack 1",
        ". 10001:11001(1000) ack 1",
        ". 11001:12001(1000) ack 1",
        ". 12001:13001(1000) ack 1",
        "P. 13001:14001(1000) ack 1");
    script.after("100ms").inject(". 1:1(0) ack 14001").expectNothingFor("1s").end();
  }

  /** Step 3a: what was sent in the meantime arrives, what was sent before does not. */
  @Test
  @Rfc({"5682 2.1", "5682 3.1"})
  void aDuplicateAfterTheNewSegmentsMeansThatTheTimeoutWasRight() {
    PacketScript script = timedOut();
    script
        .write(10_000)
        .inject(". 1:1(0) ack 2001")
        .expect(". 4001:5001(1000) ack 1", ". 5001:6001(1000) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 2001 <sack 4001:5001>");
    assertThat(script.takeSent().get(0).sequenceNumber() - script.localIsn()).isEqualTo(2001);
    assertThat(timeoutsTakenBack(script)).isZero();
    assertThat(script.info().details()).containsEntry("recovery", "loss");
    script.abort().discardSent().end();
  }

  /** Step 2a: nothing of what was sent before has arrived. */
  @Test
  @Rfc({"5682 2.1", "5682 3.1"})
  void aDuplicateAtOnceMeansThatTheTimeoutWasRight() {
    PacketScript script = timedOut();
    script
        .inject(". 1:1(0) ack 1001 <sack 2001:3001>")
        .expectNothing()
        .write(10_000)
        .inject(". 1:1(0) ack 3001")
        .expect(". 3001:4001(1000) ack 1");
    assertThat(script.takeSent()).hasSizeLessThanOrEqualTo(2);
    assertThat(timeoutsTakenBack(script)).isZero();
    script.abort().discardSent().end();
  }

  /** Step 2b where there is nothing new: as if there were no F-RTO. */
  @Test
  @Rfc({"5682 2.1", "5682 3.1"})
  void withNothingNewToSendWhatIsLostGoesAgainAfterATimeout() {
    PacketScript script = timedOut();
    script
        .inject(". 1:1(0) ack 2001")
        .expect(". 2001:3001(1000) ack 1", "P. 3001:4001(1000) ack 1")
        .after("100ms")
        .inject(". 1:1(0) ack 4001");
    assertThat(timeoutsTakenBack(script)).isZero();
    script.expectNothingFor("1s").end();
  }

  @Test
  @Rfc("5682 3.1")
  void aTimeoutBeforeADelayedAcknowledgementIsTakenBack() {
    PacketScript script =
        timedOut()
            // everything had arrived: it is acknowledged before the repetition can have been
            .inject(". 1:1(0) ack 4001")
            .expectNothingFor("1s");
    assertThat(script.harness().counter("TcpExt.TCPSpuriousRTOs")).isEqualTo(1);
    assertThat(script.info().details()).containsEntry("recovery", "open");
    script.end();
  }

  @Test
  @Rfc("8985 6.2")
  void stateOfRecoveryGoesOnInANewModule() {
    five()
        .after("100ms")
        .inject(". 1:1(0) ack 1001 <sack 5001:6001>")
        .expectNothingFor("10ms")
        .replace("tcp")
        .expectWithin("20ms", ". 1001:2001(1000) ack 1")
        .discardSent()
        .replace("tcp")
        .after("100ms")
        .inject(". 1:1(0) ack 6001")
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero())
        .end();
  }
}
