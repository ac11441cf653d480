package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import org.junit.jupiter.api.Test;

/**
 * What follows from a loss that was none, and from one that was: RFC 8985 §6.2 step 4, RFC 5682
 * §2.1 without SACK and §3.1 with it, RFC 4015 §3.3.
 */
class UndoneLossTest {
  private static long count(Scene scene, String name) {
    return scene.peer.count("TcpExt." + name);
  }

  /** The first of ten was overtaken by four; it was sent again. */
  private static Scene overtaken() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    return scene.after(100).sack(1, 1001, 5001).expect(". 1(1000) ack 1");
  }

  /** Four are out and the timer has expired, F-RTO looks on; new data is there. */
  private static Scene timedOut(Scene scene) {
    scene.write(4000).sent();
    scene.now = scene.peer.nextDeadline();
    scene.peer.onDeadline(scene.now);
    return scene.expect(". 1(1000) ack 1").after(10).write(10_000).expectNothing();
  }

  private static Scene plain() {
    return timedOut(
        Scene.plain("initialWindow", 10, "congestionControl", "newreno", "tailLossProbe", false)
            .in(TcpState.ESTABLISHED));
  }

  /** RFC 8985 §6.2 step 4: a quarter of the least round trip more for each such round. */
  @Test
  void aReportOfADuplicateWidensTheTimeThatReorderingIsGiven() {
    Scene scene = overtaken();
    long roundTrip = 100 * Wire.MILLI;
    LossVariables loss = scene.connection().loss;
    loss.rack.noteReordering(1);
    assertThat(loss.rack.windowNanos(roundTrip, Wire.SECOND, false, 0)).isEqualTo(roundTrip / 4);
    scene.after(100).sack(5001, 1, 1001);
    assertThat(loss.rack.windowNanos(roundTrip, Wire.SECOND, false, 0)).isEqualTo(roundTrip / 2);
  }

  @Test
  void aReportAboutWhatWasSentOnceDoesNot() {
    Scene scene = overtaken();
    LossVariables loss = scene.connection().loss;
    loss.rack.noteReordering(1);
    scene.after(100).sack(5001, 2001, 3001);
    assertThat(loss.rack.windowNanos(100 * Wire.MILLI, Wire.SECOND, false, 0))
        .isEqualTo(25 * Wire.MILLI);
  }

  @Test
  void anAcknowledgementThatTakesNothingBackStillShowsFurtherLosses() {
    Scene scene = overtaken();
    scene.after(20).sack(1, 1001, 5001, 6001, 10_001);
    assertThat(scene.sent()).contains(". 5001(1000) ack 1");
    assertThat(scene.connection().recovery).isEqualTo(Recovery.RECOVERY);
  }

  /** The pipe of RFC 6675 is the whole flight again, and its lost bytes are none. */
  @Test
  void whatATimeoutHeldToBeLostIsOnItsWayAfterAll() {
    Scene scene = timedOut(Scene.selective("tailLossProbe", false));
    scene.inject("A", 1, 0, 1001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    assertThat(scene.connection().sent.lostBytes()).isEqualTo(3000);
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isEqualTo(1);
    assertThat(scene.connection().sent.lostBytes()).isZero();
    assertThat(scene.connection().inFlight()).isEqualTo(scene.connection().flight());
  }

  /** RFC 4015 §3.3: the window is that of before, and nothing of the recovery bounds it. */
  @Test
  void afterARecoveryForNothingTheWholeWindowMayGo() {
    Scene scene = overtaken();
    scene.after(50).sack(5001, 1, 1001).write(20_000);
    assertThat(scene.connection().recovery).isEqualTo(Recovery.OPEN);
    assertThat(scene.connection().flight())
        .isGreaterThanOrEqualTo(scene.connection().congestion.congestionWindowBytes() - 1000);
  }

  // ---- RFC 5682 §2.1: F-RTO without SACK ----

  @Test
  void withoutSackTwoAcknowledgementsThatAdvanceTakeATimeoutBack() {
    Scene scene = plain();
    scene.inject("A", 1, 0, 1001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isEqualTo(1);
    assertThat(scene.connection().recovery).isEqualTo(Recovery.OPEN);
    assertThat(scene.sent()).allMatch(sent -> !sent.startsWith(". 2001("));
  }

  @Test
  void withoutSackADuplicateAfterTheNewDataMeansThatItWasRight() {
    Scene scene = plain();
    scene.inject("A", 1, 0, 1001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.sent()).contains(". 1001(1000) ack 1");
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
    assertThat(scene.connection().recovery).isEqualTo(Recovery.LOSS);
  }

  /** What was sent again is acknowledged with it: its repetition may have filled a hole. */
  @Test
  void withoutSackProgressOverWhatWasSentAgainProvesNothing() {
    Scene scene = plain();
    scene.inject("A", 1, 0, 501);
    assertThat(scene.sent()).contains(". 4001(1000) ack 1");
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
  }

  // ---- two recoveries, one after the other ----

  /** The second of two recoveries has begun; the first had sent its first segment again. */
  private static Scene second() {
    Scene scene = overtaken();
    scene.after(100).inject("A", 1, 0, 10_001).write(10_000).sent();
    scene.after(100).sack(10_001, 11_001, 15_001);
    assertThat(scene.sent()).contains(". 10001(1000) ack 1");
    return scene;
  }

  /** RFC 3708 §3: each retransmission of this recovery, not of the one before. */
  @Test
  void whatTheRecoveryBeforeHasSentAgainNeedNotComeTwice() {
    Scene scene = second();
    scene.after(100).sack(15_001, 10_001, 11_001);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
  }

  @Test
  void aDuplicateOfTheRecoveryBeforeTakesNothingBack() {
    Scene scene = second();
    scene.sack(10_001, 1, 1001, 11_001, 15_001);
    assertThat(count(scene, "TCPDSACKUndo")).isZero();
    assertThat(scene.connection().recovery).isEqualTo(Recovery.RECOVERY);
  }

  /** A super-segment counts by its segments. */
  @Test
  void eachSegmentOfASuperSegmentMustComeTwice() {
    Scene scene = Scene.selective();
    scene.peer.segmentationBytes = 65_000;
    scene.write(10_000).sent();
    scene.after(100).sack(1, 4001, 10_001);
    assertThat(scene.sent()).hasSize(4);
    scene.after(100).sack(10_001, 1, 1001).sack(10_001, 1001, 2001).sack(10_001, 2001, 3001);
    assertThat(count(scene, "TCPDSACKUndo")).isZero();
    scene.sack(10_001, 3001, 4001);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
  }

  // ---- acknowledgements that prove nothing ----

  @Test
  void progressThatTakesNothingBackShowsFurtherLossesToo() {
    Scene scene = overtaken();
    scene.after(20).sack(5001, 6001, 10_001);
    assertThat(scene.sent()).contains(". 5001(1000) ack 1");
  }

  /** RFC 5682 §3.1: it is only what was sent once that proves something, with the next ACK. */
  @Test
  void progressWithinWhatWasSentAgainLeavesTheQuestionOpen() {
    Scene scene = timedOut(Scene.selective("tailLossProbe", false));
    scene.inject("A", 1, 0, 501).inject("A", 1, 0, 1001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
    assertThat(scene.sent()).contains(". 1001(1000) ack 1").doesNotContain(". 2001(1000) ack 1");
    scene.inject("A", 1, 0, 3001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isEqualTo(1);
  }

  /** RFC 5682 §3.1 step 2: the first acknowledgement after the timeout is a duplicate. */
  @Test
  void aDuplicateFirstAnswersTheQuestionThoughNewDataIsThere() {
    Scene scene = timedOut(Scene.selective("tailLossProbe", false));
    scene.inject("A", 1, 0, 1).expectNothing();
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.sent()).contains(". 1001(1000) ack 1");
    assertThat(scene.connection().loss.forwardRto).isFalse();
  }

  /** To the byte: new data that cannot go tells nothing, so the question is not asked. */
  @Test
  void aWindowThatIsExactlyFullEndsTheQuestion() {
    Scene scene = timedOut(Scene.selective("tailLossProbe", false));
    scene.window = 3000;
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.connection().loss.forwardRto).isFalse();
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
  }
}
