package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import org.junit.jupiter.api.Test;

/** The ACK field and what goes with it: RFC 9293 §3.10.7.4, fifth, RFC 5961 §5, 6298, 2883. */
class AckProcessingTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  private static long srttMillis(Scene scene) {
    return scene.connection().rtt.smoothedNanos() / Wire.MILLI;
  }

  // ---- what is acceptable: RFC 5961 §5 ----

  @Test
  void whatAcknowledgesTooMuchOrFarTooLittleIsChallengedAndDropped() {
    Scene scene = open("challengeAckPerSecond", 100);
    scene.window = 1000;
    scene.inject("A", 1, 0, 1);
    scene.write(1000).sent();
    scene.inject("A", 1, 0, 1001).expectNothing();
    int largest = 65_535;
    scene.inject("A", 1, 0, 1002).expect(". 1001(0) ack 1");
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_ACK);
    scene.inject("A", 1, 0, 1001 - largest).expectNothing();
    assertThat(scene.peer.lastDrop).isNull();
    scene.inject("A", 1, 0, 1000 - largest).expect(". 1001(0) ack 1");
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_ACK);
  }

  @Test
  void textOfASegmentWhoseAcknowledgementIsOldIsTaken() {
    Scene scene = open();
    scene.write(1000).sent();
    scene.inject("A", 1, 0, 1001);
    scene.inject("A", 1, 500, 501).after(50);
    assertThat(scene.read(1000)).hasSize(500);
  }

  // ---- the window: SND.WL1, SND.WL2 ----

  @Test
  void anOlderSegmentDoesNotChangeTheWindow() {
    Scene scene = open();
    scene.window = 5000;
    scene.inject("A", 101, 0, 1);
    scene.window = 100;
    scene.inject("A", 51, 0, 1);
    assertThat(scene.connection().sndWnd).isEqualTo(5000);
    // as new, with the same acknowledgement: changed
    scene.inject("A", 101, 0, 1);
    assertThat(scene.connection().sndWnd).isEqualTo(100);
  }

  // ---- writers ----

  @Test
  void anAcknowledgementOfDataLetsWritersGoOnAndOneOfNothingDoesNot() {
    Scene scene = open("initialWindow", 10);
    scene.write(1000).sent();
    scene.peer.events = 0;
    scene.inject("A", 1, 0, 1);
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isFalse();
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isTrue();
  }

  @Test
  void anAcknowledgementOfTheFinAloneHasNoSpaceForWriters() {
    Scene scene = open();
    scene.shutdownOutput().sent();
    scene.peer.events = 0;
    scene.inject("A", 1, 0, 2).expectState(TcpState.FIN_WAIT_2);
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isFalse();
  }

  // ---- duplicates: RFC 5681 §2 ----

  @Test
  void onlyABareAcknowledgementThatChangesNothingIsADuplicate() {
    Scene scene = open("congestionControl", "newreno");
    scene.write(10_000).sent();
    for (int i = 0; i < 4; i++) {
      scene.inject("A", 1 + i, 1, 1);
    }
    assertThat(scene.sent()).noneMatch(sent -> sent.startsWith(". 1("));
    for (int i = 1; i < 5; i++) {
      scene.window = 65_535 - i;
      scene.inject("A", 5, 0, 1).expectNothing();
    }
    assertThat(scene.connection().duplicateAcks).isZero();
    scene.inject("FA", 6, 0, 1);
    assertThat(scene.connection().duplicateAcks).isZero();
    scene.sent();
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 5, 0, 1);
    }
    assertThat(scene.sent()).contains(". 1(1000) ack 5");
  }

  @Test
  void withNothingOutstandingNothingIsADuplicate() {
    Scene scene = open();
    for (int i = 0; i < 4; i++) {
      scene.inject("A", 1, 0, 1);
    }
    assertThat(scene.connection().duplicateAcks).isZero();
    assertThat(scene.connection().recovery).isEqualTo(Recovery.OPEN);
  }

  @Test
  void withSackADuplicateIsWhatTellsSomethingNew() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    for (int i = 0; i < 4; i++) {
      scene.sack(1);
    }
    assertThat(scene.connection().duplicateAcks).isZero();
    scene.sack(1, 1001, 2001);
    assertThat(scene.connection().duplicateAcks).isEqualTo(1);
    scene.sack(1, 1001, 2001);
    assertThat(scene.connection().duplicateAcks).isEqualTo(1);
  }

  // ---- measuring: RFC 6298 §3 and §4, Karn ----

  @Test
  void aRoundTripIsMeasuredOncePerWindow() {
    Scene scene = Scene.selective();
    assertThat(srttMillis(scene)).isEqualTo(100);
    scene.write(4000).sent();
    scene.after(60).inject("A", 1, 0, 1001);
    // 7/8 of 100 and 1/8 of 60
    assertThat(srttMillis(scene)).isEqualTo(95);
    assertThat(scene.connection().ackRttNanos).isEqualTo(60 * Wire.MILLI);
    scene.after(60).inject("A", 1, 0, 2001);
    assertThat(srttMillis(scene)).isEqualTo(95);
    assertThat(scene.connection().ackRttNanos).isEqualTo(120 * Wire.MILLI);
    scene.inject("A", 1, 0, 4001);
    assertThat(srttMillis(scene)).isEqualTo(98);
  }

  @Test
  void anAnswerInTheSameInstantTookSomeTime() {
    Scene scene = Scene.selective();
    scene.write(1000).sent();
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.connection().ackRttNanos).isEqualTo(1);
  }

  @Test
  void whatWasSentTwiceMeasuresNothingAndTheBackOffStays() {
    Scene scene = Scene.selective("tailLossProbe", false);
    scene.write(1000).sent();
    long timeout = (scene.peer.nextDeadline() - scene.now) / Wire.MILLI;
    scene.after(timeout).expect(". 1(1000) ack 1");
    scene.after(150).inject("A", 1, 0, 1001);
    assertThat(srttMillis(scene)).isEqualTo(100);
    assertThat(scene.connection().ackRttNanos).isZero();
    // all is acknowledged, so nothing is known to be slower than thought
    scene.write(2000).sent();
    scene.after(timeout).expect(". 1001(1000) ack 1");
    scene.after(150).inject("A", 1, 0, 2001).sent();
    assertThat(scene.connection().backoff).isEqualTo(1);
    assertThat(srttMillis(scene)).isEqualTo(100);
  }

  @Test
  void theReportThatARepetitionCameTwiceMeasuresIt() {
    assertThat(srttAfterDsack(150, 1, 1001)).isEqualTo(106);
    // sooner than the path can answer: the original's acknowledgement
    assertThat(srttAfterDsack(99, 1, 1001)).isEqualTo(100);
    assertThat(srttAfterDsack(100, 1, 1001)).isEqualTo(100);
    // of something else
    assertThat(srttAfterDsack(150, -500, 1)).isEqualTo(100);
    assertThat(srttAfterDsack(150, 1, 2)).isEqualTo(106);
  }

  private static long srttAfterDsack(int millis, int left, int right) {
    Scene scene = Scene.selective("tailLossProbe", false);
    scene.write(1000).sent();
    scene.now = scene.peer.nextDeadline();
    scene.peer.onDeadline(scene.now);
    scene.expect(". 1(1000) ack 1");
    scene.after(millis).sack(1001, left, right);
    return srttMillis(scene);
  }

  private static Scene withTimestamps() {
    Scene scene = new Scene(Peer.settings("tailLossProbe", false, "congestionControl", "newreno"));
    scene.connect().after(100);
    Segment synAck = stamped(scene, scene.segment("SA", 0, 0, 1), 100);
    scene.inject(synAck).expectState(TcpState.ESTABLISHED).sent();
    return scene;
  }

  private static Segment stamped(Scene scene, Segment segment, int millisAgo) {
    segment.timestampsPresent = true;
    segment.timestampValue = 1;
    segment.timestampEcho =
        millisAgo < 0
            ? 0
            : (int) (scene.now / Wire.MILLI) + scene.connection().tsOffset - millisAgo;
    return segment;
  }

  private static long srttAfterEcho(int millis, int echoMillisAgo) {
    Scene scene = withTimestamps();
    scene.write(900).sent();
    scene.now = scene.peer.nextDeadline();
    scene.peer.onDeadline(scene.now);
    assertThat(scene.sent()).hasSize(1);
    scene.after(millis);
    scene.inject(stamped(scene, scene.segment("A", 1, 0, 901), echoMillisAgo));
    return srttMillis(scene);
  }

  @Test
  void theEchoOfTheRepetitionMeasuresItAndTheEchoOfTheOriginalDoesNot() {
    assertThat(srttAfterEcho(148, 148)).isEqualTo(106);
    assertThat(srttAfterEcho(148, 150)).isEqualTo(100);
    assertThat(srttAfterEcho(148, -1)).isEqualTo(100);
  }

  // ---- the report of a duplicate: RFC 2883 §4 ----

  private static long reports(int ack, int... edges) {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.sack(2001).sack(ack, edges);
    return scene.peer.count("TcpExt.TCPDSACKRecv");
  }

  @Test
  void aFirstBlockBelowTheAcknowledgementOrWithinTheSecondReportsADuplicate() {
    assertThat(reports(2001, 1001, 2001)).isEqualTo(1);
    assertThat(reports(2001, 3001, 4001)).isZero();
    assertThat(reports(2001, 2001, 4001)).isZero();
    assertThat(reports(2001, 4001, 5001, 3001, 6001)).isEqualTo(1);
    assertThat(reports(2001, 3001, 6001, 3001, 6001)).isEqualTo(1);
    assertThat(reports(2001, 3001, 6002, 3001, 6001)).isZero();
    assertThat(reports(2001, 3000, 6001, 3001, 6001)).isZero();
    assertThat(reports(2001, 3001, 4001, 5001, 6001)).isZero();
  }

  @Test
  void aReportOfADuplicateAcknowledgesNothing() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.sack(2001, 4001, 5001, 3001, 6001);
    assertThat(scene.connection().sent.sackedBytes()).isEqualTo(3000);
    scene.sack(2001, 1, 1001, 7001, 8001);
    assertThat(scene.connection().sent.sackedBytes()).isEqualTo(4000);
    assertThat(scene.peer.count("TcpExt.TCPSACKDiscard")).isZero();
  }

  @Test
  void blocksBelowWhatIsAcknowledgedAreOldAndNotWrong() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.sack(3001, 4001, 5001, 2001, 3001);
    assertThat(scene.peer.count("TcpExt.TCPSACKDiscard")).isZero();
    scene.sack(3001, 4001, 5001, 2001, 3002);
    assertThat(scene.peer.count("TcpExt.TCPSACKDiscard")).isEqualTo(1);
    scene.sack(3001, 4001, 10_001, 5001, 10_002);
    assertThat(scene.connection().sent.sackedBytes()).isEqualTo(6000);
  }

  // ---- the window opens again ----

  @Test
  void whatWasAProbeOfAShrunkWindowIsSentAgainAtOnceWhenItOpens() {
    Scene scene = open("congestionControl", "newreno");
    scene.write(3000).sent();
    scene.window = 0;
    scene.inject("A", 1, 0, 1).after(200).expect(". 1(1000) ack 1");
    scene.window = 65_535;
    scene.inject("A", 1, 0, 1).expect(". 1(1000) ack 1");
    // and its timer begins anew, without back-off
    scene.after(199).expectNothing();
    scene.after(1).expect(". 1(1000) ack 1");
  }

  @Test
  void aWindowThatShutForAMomentOnlyHasNothingSentAgain() {
    Scene scene = open();
    scene.write(3000).sent();
    scene.window = 0;
    scene.inject("A", 1, 0, 1).after(100).expectNothing();
    scene.window = 65_535;
    scene.inject("A", 1, 0, 1).expectNothing();
  }

  @Test
  void aWindowThatIsTooSmallIsWaitedForAnewWhenItGrows() {
    Scene scene = open();
    scene.window = 10;
    scene.inject("A", 1, 0, 1);
    scene.write(5000).expectNothing();
    scene.after(150);
    scene.window = 20;
    scene.inject("A", 1, 0, 1).after(199).expectNothing();
    scene.after(1).expect(". 1(20) ack 1");
  }

  @Test
  void theSameSmallWindowAgainDoesNotProlongTheWait() {
    Scene scene = open();
    scene.window = 10;
    scene.inject("A", 1, 0, 1);
    scene.write(5000).expectNothing();
    scene.after(150).inject("A", 1, 0, 1).after(50).expect(". 1(10) ack 1");
  }

  // ---- Minshall ----

  @Test
  void aSmallSegmentStaysInFlightWhenOnlyWhatIsBeforeItIsAcknowledged() {
    Scene scene = open();
    scene.write(1500).sent();
    scene.inject("A", 1, 0, 1001).write(10).expectNothing();
    scene.inject("A", 1, 0, 1501).expect(". 1501(10) ack 1");
  }
}
