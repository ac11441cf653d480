package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** Fast retransmit, recovery, congestion windows: RFC 5681, 6582, 6675, 3042, 2018, 2883. */
class LossRecoveryTest {
  private static Scene open() {
    return Scene.plain("initialWindow", 10, "congestionControl", "newreno")
        .in(TcpState.ESTABLISHED);
  }

  private static Scene openWithSack() {
    Scene scene =
        new Scene(
            Peer.settings(
                "timestamps", false, "windowScaling", false, "congestionControl", "newreno"));
    scene.connect().sent();
    scene.after(100);
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.sackPermitted = true;
    scene.inject(synAck).sent();
    return scene;
  }

  private static void sack(Scene scene, int ack, int... edges) {
    Segment segment = scene.segment("A", 1, 0, ack);
    segment.sackCount = edges.length / 2;
    for (int i = 0; i < segment.sackCount; i++) {
      segment.sackLeft[i] = Scene.ISS + edges[2 * i];
      segment.sackRight[i] = Scene.ISS + edges[2 * i + 1];
    }
    scene.inject(segment);
  }

  @Test
  void theInitialWindowIsTenSegmentsAndSlowStartDoublesIt() {
    Scene scene = open();
    scene.write(100_000);
    assertThat(scene.sent()).hasSize(10);
    scene.inject("A", 1, 0, 10_001);
    assertThat(scene.sent()).hasSize(20);
  }

  @Test
  void ackDivisionDoesNotGrowTheWindowFaster() {
    Scene scene = open();
    scene.write(100_000).sent();
    for (int i = 1; i <= 10; i++) {
      scene.inject("A", 1, 0, 1 + i * 100);
    }
    assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(11_000);
  }

  @Test
  void limitedTransmitSendsNewDataForTheFirstTwoDuplicatesAndTheThirdRetransmits() {
    Scene scene = open();
    scene.write(100_000).sent();
    scene.inject("A", 1, 0, 1).expect(". 10001(1000) ack 1");
    scene.inject("A", 1, 0, 1).expect(". 11001(1000) ack 1");
    scene.inject("A", 1, 0, 1).expect(". 1(1000) ack 1");
    // half of the ten that the window allowed: limited transmit does not count (RFC 5681 §3.2)
    assertThat(scene.connection().congestion.slowStartThresholdBytes()).isEqualTo(5000);
    scene.inject("A", 1, 0, 12_001);
    assertThat(scene.connection().recovery).isEqualTo(ControlBlock.Recovery.OPEN);
    assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(5000);
  }

  @Test
  void aPartialAckInNewRenoRetransmitsTheNextHole() {
    Scene scene = open();
    scene.write(10_000).sent();
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 1);
    }
    scene.expect(". 1(1000) ack 1");
    scene.inject("A", 1, 0, 4001).expect(". 4001(1000) ack 1");
    scene.inject("A", 1, 0, 10_001).expectNothing();
  }

  @Test
  void threeSackedSegmentsAboveAHoleMakeItALossAndOnlyHolesAreSentAgain() {
    Scene scene = openWithSack();
    scene.write(10_000);
    assertThat(scene.sent()).hasSize(10);
    scene.after(100);
    sack(scene, 1, 1001, 2001);
    scene.expectNothing();
    sack(scene, 1, 1001, 2001, 3001, 4001);
    scene.expectNothing();
    sack(scene, 1, 1001, 2001, 3001, 5001);
    scene.expect(". 1(1000) ack 1");
    sack(scene, 1, 1001, 2001, 3001, 7001);
    scene.expect(". 2001(1000) ack 1");
    assertThat(scene.peer.count("TcpExt.TCPSackRecovery")).isEqualTo(1);
    sack(scene, 7001);
    sack(scene, 10_001);
    scene.expectNothing();
    assertThat(scene.connection().recovery).isEqualTo(ControlBlock.Recovery.OPEN);
  }

  @Test
  void sackBlocksThatMakeNoSenseAreCountedAndDropped() {
    Scene scene = openWithSack();
    scene.write(5000).sent();
    sack(scene, 1, 9000, 12_000);
    sack(scene, 1, 3001, 2001);
    assertThat(scene.peer.count("TcpExt.TCPSACKDiscard")).isEqualTo(2);
    assertThat(scene.connection().sent.sackedBytes()).isZero();
  }

  @Test
  void aTimeoutFallsBackToOneSegmentAndSlowStart() {
    Scene scene = open();
    scene.write(10_000).sent();
    scene.after(200).expect(". 1(1000) ack 1");
    assertThat(scene.connection().congestion.congestionWindowBytes()).isEqualTo(1000);
    assertThat(scene.connection().congestion.slowStartThresholdBytes()).isEqualTo(5000);
    scene.inject("A", 1, 0, 1001).expect(". 1001(1000) ack 1", ". 2001(1000) ack 1");
    // RFC 6298 §5.5: the back-off stays until a round trip is measured
    scene.after(400).expect(". 1001(1000) ack 1");
    scene.after(800).expect(". 1001(1000) ack 1");
  }

  @Test
  void ourSackTellsTheLatestBlockFirst() {
    Scene scene = openWithSack();
    scene.inject("A", 1001, 1000, 1);
    scene.inject("A", 5001, 1000, 1);
    scene.inject("A", 3001, 1000, 1);
    Segment last = scene.peer.take().get(2).segment;
    assertThat(last.sackCount).isEqualTo(3);
    assertThat(last.sackLeft[0] - Scene.IRS).isEqualTo(3001);
    assertThat(last.sackLeft[1] - Scene.IRS).isEqualTo(5001);
    assertThat(last.sackLeft[2] - Scene.IRS).isEqualTo(1001);
    scene.inject("A", 2001, 1000, 1);
    Segment merged = scene.peer.take().get(0).segment;
    assertThat(merged.sackLeft[0] - Scene.IRS).isEqualTo(1001);
    assertThat(merged.sackRight[0] - Scene.IRS).isEqualTo(4001);
    scene.inject("A", 1, 1000, 1);
    Segment filled = scene.peer.take().get(0).segment;
    assertThat(filled.acknowledgment - Scene.IRS).isEqualTo(4001);
    assertThat(filled.sackCount).isEqualTo(1);
  }

  @Test
  void duplicatesAreReportedOnceByDsack() {
    Scene scene = openWithSack();
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("A", 1, 1000, 1);
    Segment report = scene.peer.take().get(0).segment;
    assertThat(report.sackCount).isEqualTo(1);
    assertThat(report.sackLeft[0] - Scene.IRS).isEqualTo(1);
    assertThat(report.sackRight[0] - Scene.IRS).isEqualTo(1001);
    scene.inject("A", 1001, 1000, 1);
    assertThat(scene.peer.take().get(0).segment.sackCount).isZero();
    scene.inject("A", 3001, 1000, 1).sent();
    scene.inject("A", 3001, 1000, 1);
    Segment ahead = scene.peer.take().get(0).segment;
    assertThat(ahead.sackCount).isEqualTo(2);
    assertThat(ahead.sackLeft[0]).isEqualTo(ahead.sackLeft[1]);
  }

  @Test
  void aFinAheadOfMissingDataIsRemembered() {
    Scene scene = open();
    scene.inject("FA", 1001, 500, 1).expect(". 1(0) ack 1");
    scene.inject("A", 1, 1000, 1).expect(". 1(0) ack 1502").expectState(TcpState.CLOSE_WAIT);
  }

  @Test
  void aSmallerPathMtuCutsWhatIsInFlightAndSendsItAgain() {
    Scene scene = open();
    scene.write(3000).sent();
    scene.connection().onPathMtu(600, Scene.ISS + 1, scene.now);
    scene.peer.flush(scene.now);
    assertThat(scene.sent()).first().isEqualTo(". 1(600) ack 1");
    assertThat(scene.connection().sndMss).isEqualTo(600);
  }

  @Test
  void afterAnIdleTimeTheWindowIsTheInitialOneAgain() {
    Scene scene = open();
    scene.write(40_000).sent();
    scene.inject("A", 1, 0, 10_001).inject("A", 1, 0, 30_001).inject("A", 1, 0, 40_001).sent();
    int grown = scene.connection().congestion.congestionWindowBytes();
    assertThat(grown).isGreaterThan(20_000);
    scene.after(5000).write(100_000);
    assertThat(scene.sent()).hasSize(10);
  }
}
