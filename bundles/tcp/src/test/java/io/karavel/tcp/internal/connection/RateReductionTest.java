package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import org.junit.jupiter.api.Test;

/** How much goes out during a recovery: the pseudo-code of RFC 9937 §6, worked out by hand. */
class RateReductionTest {
  /** Flight, window of so many segments of 1000 bytes, and more to send. */
  private static Scene inFlight(int segments, Object... more) {
    Object[] all = new Object[more.length + 2];
    all[0] = "initialWindow";
    all[1] = segments;
    System.arraycopy(more, 0, all, 2, more.length);
    Scene scene = Scene.selective(all);
    scene.write(100_000);
    assertThat(scene.sent()).hasSize(segments);
    return scene.after(100);
  }

  @Test
  void belowTheThresholdAsMuchGoesAsWasDeliveredAndOneMoreWhenItIsSafe() {
    Scene scene = inFlight(10);
    // 6 lost, 4 delivered, nothing in the network: 4 go
    scene.sack(1, 6001, 10_001);
    scene.expect(
        ". 1(1000) ack 1", ". 1001(1000) ack 1", ". 2001(1000) ack 1", ". 3001(1000) ack 1");
    // one more delivered, progress: one and one more
    scene.sack(1001, 6001, 10_001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    // the threshold of 5000 is met: one for one
    scene.sack(2001, 6001, 10_001).expect(". 10001(1000) ack 1");
    scene.sack(3001, 6001, 10_001).expect(". 11001(1000) ack 1");
    scene.sack(6001, 6001, 10_001);
    scene.expect(". 12001(1000) ack 1", ". 13001(1000) ack 1", ". 14001(1000) ack 1");
    assertThat(scene.connection().recovery).isEqualTo(Recovery.RECOVERY);
    assertThat(scene.connection().inFlight()).isEqualTo(5000);
    // it is over: the window is the threshold, what is there counts once
    scene.sack(10_001).expectNothing();
    assertThat(scene.connection().recovery).isEqualTo(Recovery.OPEN);
    assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(5000);
  }

  @Test
  void aboveTheThresholdHalfAsMuchGoesAsIsDelivered() {
    Scene scene = inFlight(20);
    // 4 lost, 4 delivered, 12 in the network, the threshold is 10: half of 4 goes
    scene.sack(1, 4001, 8001).expect(". 1(1000) ack 1", ". 1001(1000) ack 1");
    scene.sack(1, 4001, 9001).expectNothing();
    scene.sack(1, 4001, 10_001).expect(". 2001(1000) ack 1");
    scene.sack(1, 4001, 11_001).expectNothing();
    scene.sack(1, 4001, 12_001).expect(". 3001(1000) ack 1");
    scene.sack(1, 4001, 13_001).expectNothing();
    // now the threshold is met: one for one
    scene.sack(1, 4001, 14_001).expectNothing();
    scene.sack(1, 4001, 15_001).expect(". 20001(1000) ack 1");
  }

  @Test
  void theRetransmissionThatBeginsItGoesWhateverTheShare() {
    Scene scene = inFlight(20);
    // limited transmit (RFC 3042)
    scene.sack(1, 1001, 2001).expect(". 20001(1000) ack 1");
    scene.sack(1, 1001, 3001).expect(". 21001(1000) ack 1");
    // half of one
    scene.sack(1, 1001, 4001).expect(". 1(1000) ack 1");
    scene.sack(1, 1001, 5001).expectNothing();
  }

  @Test
  void whatWasSackedBeforeIsNotDeliveredAgainByItsAcknowledgement() {
    Scene scene = inFlight(20);
    scene.sack(1, 1001, 5001).expect(". 1(1000) ack 1", ". 20001(1000) ack 1");
    // one is new in it, not five: half of one
    scene.sack(5001).expectNothing();
    assertThat(scene.connection().inFlight()).isEqualTo(16_000);
  }

  @Test
  void whatWasSackedBeforeTheRecoveryIsNoPartOfItsFlight() {
    Scene scene = inFlight(20);
    scene.sack(1, 1001, 2001).expect(". 20001(1000) ack 1");
    scene.sack(1, 1001, 3001).expect(". 21001(1000) ack 1");
    // RecoverFS: 22000 less the 2000 of before; the threshold is half of the 20000 that were out
    // but for limited transmit (RFC 5681 §3.2): 500 of each 1000
    int[] delivered = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    int[] out = {1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
    int next = 0;
    for (int i = 0; i < delivered.length; i++) {
      scene.sack(1, 1001, 3001 + 1000 * delivered[i]);
      next += scene.sent().size();
      assertThat(next).as("sent after %d delivered", delivered[i]).isEqualTo(out[i]);
    }
  }

  @Test
  void anAcknowledgementThatDeliversNothingLetsNothingGo() {
    Scene scene = inFlight(10);
    scene.sack(1, 6001, 10_001).sent();
    scene.sack(1001, 6001, 10_001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    scene.sack(2001, 6001, 10_001).expect(". 10001(1000) ack 1");
    // the same once more
    scene.sack(2001, 6001, 10_001).expectNothing();
    scene.sack(2001, 6001, 10_001).expectNothing();
  }

  @Test
  void anAcknowledgementThatTellsOfMoreLossIsNotSafe() {
    Scene scene = inFlight(20);
    scene.sack(1, 1001, 5001).expect(". 1(1000) ack 1", ". 20001(1000) ack 1");
    // progress to the next hole, and that is lost too
    scene.after(50).sack(5001, 6001, 20_001);
    int in = scene.connection().inFlight();
    assertThat(in).isLessThanOrEqualTo(10_000);
    assertThat(scene.sent()).contains(". 5001(1000) ack 1");
  }

  @Test
  void withoutSackTheWindowSwellsInstead() {
    Scene scene =
        Scene.plain("initialWindow", 10, "congestionControl", "newreno")
            .in(io.karavel.tcp.TcpState.ESTABLISHED);
    scene.write(100_000).sent();
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 1);
    }
    scene.sent();
    assertThat(RateReduction.rules(scene.connection())).isFalse();
  }

  @Test
  void itRulesInARecoveryOnly() {
    Scene scene = inFlight(10);
    assertThat(RateReduction.rules(scene.connection())).isFalse();
    scene.sack(1, 6001, 10_001).sent();
    assertThat(RateReduction.rules(scene.connection())).isTrue();
    scene.after(2000).sent();
    assertThat(scene.connection().recovery).isEqualTo(Recovery.LOSS);
    assertThat(RateReduction.rules(scene.connection())).isFalse();
  }
}
