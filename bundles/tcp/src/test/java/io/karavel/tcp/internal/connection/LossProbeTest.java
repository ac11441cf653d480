package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** The tail loss probe: when it goes (RFC 8985 §7.2), and what its answer tells (§7.4). */
class LossProbeTest {
  private static int window(Scene scene) {
    return scene.connection().congestion.congestionWindowBytes();
  }

  private static long recovered(Scene scene) {
    return scene.peer.count("TcpExt.TCPLossProbeRecovery");
  }

  /** Three segments are out, the probe has repeated the last. */
  private static Scene probed() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    scene.after(202).expect(". 2001(1000) ack 1");
    return scene;
  }

  @Test
  void aClosedWindowIsNotProbedSo() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    scene.window = 0;
    scene.inject("A", 1, 0, 1001).after(202).expectNothing();
  }

  @Test
  void whenEverythingIsAcknowledgedThereIsNothingToProbe() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    scene.after(100).inject("A", 1, 0, 3001).after(1000).expectNothing();
    assertThat(scene.peer.count("TcpExt.TCPLossProbes")).isZero();
  }

  @Test
  void aLoneSegmentWaitsForTheDelayedAcknowledgementTooAndALoneFinIsNotProbed() {
    Scene scene = Scene.selective("rtoMinMillis", 1000);
    scene.write(500).sent();
    scene.after(399).expectNothing();
    scene.after(1).expect(". 1(500) ack 1");
    scene = Scene.selective("rtoMinMillis", 1000);
    scene.shutdownOutput().expectState(TcpState.FIN_WAIT_1).sent();
    scene.after(600).expectNothing();
    // a FIN behind data is none
    scene = Scene.selective("rtoMinMillis", 1000);
    scene.write(500).shutdownOutput().sent();
    scene.after(202).expect("F 501(0) ack 1");
  }

  @Test
  void withoutAnAnswerOnlyOneProbeGoesAndThenTheTimerCounts() {
    Scene scene = probed();
    scene.after(299).expectNothing();
    scene.after(1).expect(". 1(1000) ack 1");
  }

  @Test
  void afterAProbeOfNewDataToo() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.write(10_000);
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 4001(1000) ack 1");
    scene.after(299).expectNothing();
    scene.after(1).expect(". 1(1000) ack 1");
  }

  @Test
  void anAnswerToNewDataAllowsTheNextProbe() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.write(5000);
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 4001(1000) ack 1");
    scene.inject("A", 1, 0, 5001);
    assertThat(recovered(scene)).isZero();
    scene.write(3000).sent();
    long wait = 2 * scene.connection().rtt.smoothedNanos() / Wire.MILLI + 2;
    scene.after(wait + 1).expect(". 7001(1000) ack 1");
  }

  @Test
  void anAnswerToLessThanTheProbeTellsNothing() {
    Scene scene = probed();
    scene.inject("A", 1, 0, 2001);
    assertThat(scene.connection().loss.probing).isTrue();
  }

  @Test
  void whatIsBehindTheProbeAcknowledgedWithoutAReportMeansThatTheProbeRepairedALoss() {
    Scene scene = probed();
    scene.write(1000).expect(". 3001(1000) ack 1");
    int before = window(scene);
    scene.after(100).inject("A", 1, 0, 4001);
    assertThat(recovered(scene)).isEqualTo(1);
    assertThat(window(scene)).isLessThan(before);
    assertThat(scene.connection().loss.probing).isFalse();
  }

  @Test
  void aReportThatTheProbeCameTwiceMeansThatNothingWasLost() {
    Scene scene = probed();
    scene.write(1000).expect(". 3001(1000) ack 1");
    int before = window(scene);
    scene.after(100).sack(4001, 2001, 3001);
    assertThat(recovered(scene)).isZero();
    assertThat(window(scene)).isGreaterThanOrEqualTo(before);
    assertThat(scene.connection().loss.probing).isFalse();
  }

  @Test
  void aReportOfSomethingBeforeTheProbeDoesNot() {
    Scene scene = probed();
    scene.write(1000).sent();
    scene.after(100).sack(4001, 1001, 2001);
    assertThat(recovered(scene)).isEqualTo(1);
  }

  @Test
  void theSecondBareAcknowledgementOfTheProbeMeansThatBothCame() {
    Scene scene = probed();
    scene.write(1000).sent();
    scene.inject("A", 1, 0, 3001);
    assertThat(scene.connection().loss.probing).isTrue();
    scene.inject("A", 1, 0, 3001);
    assertThat(scene.connection().loss.probing).isFalse();
    scene.inject("A", 1, 0, 4001);
    assertThat(recovered(scene)).isZero();
  }

  @Test
  void withTextOrBlocksItMeansNothing() {
    Scene scene = probed();
    scene.write(2000).sent();
    scene.inject("A", 1, 0, 3001).inject("A", 1, 10, 3001);
    assertThat(scene.connection().loss.probing).isTrue();
    scene.sack(3001, 4001, 5001);
    assertThat(scene.connection().loss.probing).isTrue();
  }

  @Test
  void aPlannedProbeFallsAwayWithItsSetting() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    scene.set("tailLossProbe", false);
    scene.after(250).expectNothing();
  }
}
