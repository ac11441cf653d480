package io.karavel.scripts.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Losses found by time, tails by probes, timeouts taken back. The round trip is 100 ms. */
class RackTest {
  private static final String SACK = "S 0:0(0) win 65535 <mss 1000,sackOK>";

  private static PacketScript open(PacketScript script) {
    return script
        .listen()
        .inject(SACK)
        .expect("S. 0:0(0) ack 1 <...>")
        .after("100ms")
        .inject(". 1:1(0) ack 1")
        .accept();
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

  @Test
  @Rfc("8985 7.2")
  void noProbeWhenItIsTurnedOff() {
    five()
        .tcp("tailLossProbe", false)
        .after("100ms")
        .inject(". 1:1(0) ack 3001")
        .expectNothingFor("190ms")
        .discardSent()
        .check(script -> assertThat(script.harness().counter("TcpExt.TCPLossProbes")).isZero());
  }

  @Test
  @Rfc("5682 3.1")
  void aTimeoutBeforeADelayedAcknowledgementIsTakenBack() {
    PacketScript script =
        open(PacketScript.create().tcp("tailLossProbe", false))
            .write(1000)
            .expect("P. 1:1001(1000) ack 1")
            .after("100ms")
            .inject(". 1:1(0) ack 1001")
            .write(3000)
            .expect(
                ". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1", "P. 3001:4001(1000) ack 1")
            .expectWithin("400ms", ". 1001:2001(1000) ack 1")
            // everything had arrived: it is acknowledged before the repetition can have been
            .after("10ms")
            .inject(". 1:1(0) ack 4001")
            .expectNothingFor("1s");
    assertThat(script.harness().counter("TcpExt.TCPSpuriousRTOs")).isEqualTo(1);
    assertThat(script.info().details()).containsEntry("recovery", "open");
    script.end();
  }

  @Test
  @Rfc({"8985 6.2", "9293 MUST-20"})
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
