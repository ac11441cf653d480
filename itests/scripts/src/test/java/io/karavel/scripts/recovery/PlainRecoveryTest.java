package io.karavel.scripts.recovery;

import static io.karavel.scripts.recovery.Flight.segment;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Without SACK: limited transmit and NewReno, RFC 3042, 5681 §3.2 and 6582. */
class PlainRecoveryTest {
  private static PacketScript duplicates(PacketScript script, int count, int ack) {
    for (int i = 0; i < count; i++) {
      script.inject(". 1:1(0) ack " + ack);
    }
    return script;
  }

  @Test
  @Rfc({"3042 2", "5681 3.2"})
  void eachOfTheFirstTwoDuplicatesLetsOneNewSegmentGoAndTheThirdTheLostOne() {
    PacketScript script = Flight.plain(10).write(10_000).expectNothing().after("100ms");
    duplicates(script, 1, 1).expect(segment(10_001));
    duplicates(script, 1, 1).expect(segment(11_001));
    duplicates(script, 1, 1).expect(segment(1));
    script.discardSent().end();
  }

  @Test
  @Rfc("3042 2")
  void nothingNewGoesBeyondTheOfferedWindow() {
    PacketScript script = Flight.plain(10).write(10_000).expectNothing();
    script.after("100ms").inject(". 1:1(0) ack 1 win 10000").discardSent();
    for (int i = 0; i < 2; i++) {
      script.inject(". 1:1(0) ack 1 win 10000").expectNothing();
    }
    script.inject(". 1:1(0) ack 1 win 10000").expect(segment(1)).end();
  }

  @Test
  @Rfc({"6582 3.2", "5681 3.2", "9293 MUST-19"})
  void aPartialAcknowledgementSendsTheNextHoleAndAFullOneEndsIt() {
    PacketScript script = Flight.plain(10).after("100ms");
    duplicates(script, 3, 1).expect(segment(1));
    // segments 4 and 7 were lost as well
    script.after("100ms").inject(". 1:1(0) ack 3001").expect(segment(3001));
    script.after("100ms").inject(". 1:1(0) ack 6001").expect(segment(6001));
    script.after("100ms").inject(". 1:1(0) ack 10001").expectNothingFor("3s");
    assertThat(script.info().details())
        .containsEntry("recovery", "open")
        .containsEntry("ssthresh", 5000);
    assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero();
    script.end();
  }

  /** After a timeout the duplicates are answers to what was repeated, no sign of a new loss. */
  @Test
  @Rfc("6582 4")
  void duplicatesOfARetransmissionAfterATimeoutStartNoRecovery() {
    PacketScript script =
        Flight.plain(5).tcp("tailLossProbe", false).expectWithin("400ms", segment(1));
    script.discardSent().after("100ms").inject(". 1:1(0) ack 1001");
    int sent = script.takeSent().size();
    assertThat(sent).isPositive();
    duplicates(script.after("10ms"), 4, 1001);
    assertThat(script.harness().counter("TcpExt.TCPRenoRecovery")).isZero();
    script.discardSent().after("100ms").inject(". 1:1(0) ack 5001").expectNothingFor("3s").end();
  }
}
