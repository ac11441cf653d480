package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Slow start, congestion avoidance, and what a timeout leaves of the window: RFC 5681 §3.1. */
class CongestionRulesTest {
  private static final int MSS = 1000;

  private long acknowledged = 1;

  /** A connection with far more to send than the window lets it; how much goes out at first. */
  private PacketScript sending() {
    StackHarness stack = StackHarness.builder().tcp("congestionControl", "newreno").build();
    PacketScript script =
        PacketScript.on(stack).openPassively("S 0:0(0) win 65535 <mss 1000,nop,wscale 7>");
    script.write(120 * MSS);
    return script;
  }

  /** How many segments, all of them new and full, were sent at this moment. */
  private int segments(PacketScript script) {
    int count = 0;
    for (WirePacket packet : script.takeSent()) {
      assertThat(packet.payloadLength()).isEqualTo(MSS);
      count++;
    }
    return count;
  }

  private void acknowledge(PacketScript script, int segments) {
    acknowledged += (long) segments * MSS;
    script.inject(". 1:1(0) ack " + acknowledged);
  }

  /** The window grows by what is newly acknowledged, not by the number of acknowledgements. */
  @Test
  @Rfc({"9293 MUST-19", "5681 3.1", "6928 2"})
  void slowStartSendsTwiceWhatIsAcknowledged() {
    PacketScript script = sending();
    assertThat(segments(script)).isEqualTo(10);
    acknowledge(script.after("10ms"), 2);
    assertThat(segments(script)).isEqualTo(4);
    acknowledge(script, 1);
    assertThat(segments(script)).isEqualTo(2);
    // in two halves it makes no more
    script.inject(". 1:1(0) ack " + (acknowledged + MSS / 2));
    assertThat(segments(script)).isEqualTo(1);
    acknowledge(script, 1);
    assertThat(segments(script)).isEqualTo(1);
    script.end();
  }

  /** One segment after a timeout, slow start to half of what was in flight, then one per window. */
  @Test
  @Rfc({"9293 MUST-19", "9293 MUST-18", "5681 3.1", "6298 5.5"})
  void aTimeoutLeavesOneSegmentAndFromHalfOfTheFlightTheWindowGrowsByOneSegment() {
    PacketScript script = sending().tcp("tailLossProbe", false);
    assertThat(segments(script)).isEqualTo(10);
    for (String time : "0.2 0.6 1.4".split(" ")) {
      script.at(time + "s").expect(". 1:1001(1000) ack 1");
    }
    acknowledge(script.after("10ms"), 10);
    int[] windows = new int[6];
    for (int round = 0; round < windows.length; round++) {
      windows[round] = segments(script);
      script.after("10ms");
      for (int i = 0; i < windows[round]; i++) {
        acknowledge(script, 1);
      }
    }
    assertThat(windows).isSorted();
    assertThat(script.info().details()).containsEntry("ssthresh", 5 * MSS);
    for (int round = 1; round < windows.length; round++) {
      assertThat(windows[round] - windows[round - 1]).as("round %d", round).isBetween(0, 1);
    }
    assertThat(windows[5] - windows[1]).isBetween(3, 4);
    script.discardSent().end();
  }
}
