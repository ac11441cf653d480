package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ControlBlock.Recovery;
import org.junit.jupiter.api.Test;

/**
 * Recoveries and timeouts that were for nothing: RFC 3708 (reports of duplicates), RFC 4015 (echoed
 * timestamps), RFC 5682 (F-RTO).
 */
class SpuriousLossTest {
  private static int window(Scene scene) {
    return scene.connection().congestion.congestionWindowBytes();
  }

  private static Recovery recovery(Scene scene) {
    return scene.connection().recovery;
  }

  private static long count(Scene scene, String name) {
    return scene.peer.count("TcpExt." + name);
  }

  // ---- reports of duplicates ----

  /** The first of ten was overtaken by four; it was sent again. */
  private static Scene overtaken() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.after(100).sack(1, 1001, 5001).expect(". 1(1000) ack 1");
    assertThat(recovery(scene)).isEqualTo(Recovery.RECOVERY);
    assertThat(scene.connection().congestion.slowStartThresholdBytes()).isEqualTo(5000);
    return scene;
  }

  @Test
  void whenEverythingSentAgainCameTwiceTheRecoveryIsTakenBack() {
    Scene scene = overtaken();
    scene.after(20).inject("A", 1, 0, 5001);
    assertThat(recovery(scene)).isEqualTo(Recovery.RECOVERY);
    scene.after(80).sack(5001, 1, 1001);
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
    assertThat(window(scene)).isGreaterThanOrEqualTo(10_000);
    assertThat(scene.connection().congestion.slowStartThresholdBytes()).isGreaterThan(5000);
  }

  @Test
  void afterItsEndItIsTakenBackToo() {
    Scene scene = overtaken();
    scene.after(20).inject("A", 1, 0, 10_001);
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
    assertThat(window(scene)).isEqualTo(5000);
    scene.after(80).sack(10_001, 1, 1001);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
    assertThat(window(scene)).isGreaterThanOrEqualTo(10_000);
  }

  @Test
  void aDuplicateOfWhatWasSentOnceTellsNothing() {
    Scene scene = overtaken();
    scene.after(100).sack(5001, 2001, 3001);
    assertThat(count(scene, "TCPDSACKUndo")).isZero();
    assertThat(recovery(scene)).isEqualTo(Recovery.RECOVERY);
  }

  @Test
  void whileSomethingSentAgainIsNotReportedItStands() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.after(100).sack(1, 3001, 10_001);
    scene.expect(". 1(1000) ack 1", ". 1001(1000) ack 1", ". 2001(1000) ack 1");
    scene.after(100).sack(10_001, 1, 1001);
    assertThat(count(scene, "TCPDSACKUndo")).isZero();
    scene.sack(10_001, 1001, 2001);
    assertThat(count(scene, "TCPDSACKUndo")).isZero();
    scene.sack(10_001, 2001, 3001);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
  }

  @Test
  void itIsTakenBackOnce() {
    Scene scene = overtaken();
    scene.after(100).sack(10_001, 1, 1001);
    scene.write(1000).sent();
    scene.after(100).sack(11_001, 1, 1001);
    assertThat(count(scene, "TCPDSACKUndo")).isEqualTo(1);
  }

  // ---- echoed timestamps ----

  private static Scene withTimestamps(boolean sack) {
    Scene scene =
        new Scene(
            Peer.settings(
                "tailLossProbe",
                false,
                "frto",
                false,
                "initialWindow",
                10,
                "congestionControl",
                "newreno"));
    scene.connect().after(100);
    Segment synAck = stamped(scene, scene.segment("SA", 0, 0, 1), 100);
    synAck.sackPermitted = sack;
    scene.inject(synAck).expectState(TcpState.ESTABLISHED).sent();
    return scene;
  }

  private static Segment stamped(Scene scene, Segment segment, int millisAgo) {
    segment.timestampsPresent = true;
    segment.timestampValue = 1;
    segment.timestampEcho =
        (int) (scene.now / Wire.MILLI) + scene.connection().tsOffset - millisAgo;
    return segment;
  }

  /** Three duplicates have begun a recovery at 100 ms; the original was sent at 0. */
  private static Scene duplicates() {
    Scene scene = withTimestamps(false);
    scene.write(9880).sent();
    scene.after(100);
    for (int i = 0; i < 3; i++) {
      scene.inject(stamped(scene, scene.segment("A", 1, 0, 1), 100));
    }
    scene.expect(". 1(988) ack 1");
    assertThat(count(scene, "TCPRenoRecovery")).isEqualTo(1);
    return scene;
  }

  @Test
  void anAcknowledgementThatEchoesTheOriginalTakesTheRecoveryBack() {
    Scene scene = duplicates();
    scene.after(20).inject(stamped(scene, scene.segment("A", 1, 0, 9881), 120));
    assertThat(count(scene, "TCPFullUndo")).isEqualTo(1);
    assertThat(count(scene, "TCPPartialUndo")).isZero();
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
    assertThat(window(scene)).isGreaterThanOrEqualTo(9880);
  }

  @Test
  void aPartialOneDoesSoToo() {
    Scene scene = duplicates();
    scene.after(20).inject(stamped(scene, scene.segment("A", 1, 0, 3953), 120)).expectNothing();
    assertThat(count(scene, "TCPPartialUndo")).isEqualTo(1);
    assertThat(count(scene, "TCPFullUndo")).isZero();
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
  }

  @Test
  void anEchoOfTheRepetitionDoesNot() {
    Scene scene = duplicates();
    scene.after(100).inject(stamped(scene, scene.segment("A", 1, 0, 9881), 100));
    assertThat(count(scene, "TCPFullUndo")).isZero();
    assertThat(window(scene)).isLessThan(9880);
  }

  @Test
  void anEchoOfTheOriginalTakesATimeoutBack() {
    Scene scene = withTimestamps(false);
    scene.write(3952).sent();
    scene.now = scene.peer.nextDeadline();
    scene.peer.onDeadline(scene.now);
    scene.expect(". 1(988) ack 1");
    scene.after(10).inject(stamped(scene, scene.segment("A", 1, 0, 989), 300)).expectNothing();
    assertThat(count(scene, "TCPLossUndo")).isEqualTo(1);
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
    assertThat(window(scene)).isGreaterThanOrEqualTo(9880);
  }

  /** RFC 3522 §3.2: against the first retransmission of this recovery, not of the one before. */
  @Test
  void aSecondRecoveryIsTakenBackByTheEchoOfItsOwnOriginal() {
    Scene scene = duplicates();
    scene.after(100).inject(stamped(scene, scene.segment("A", 1, 0, 9881), 100));
    assertThat(count(scene, "TCPFullUndo")).isZero();
    scene.write(3952).sent();
    scene.after(100);
    for (int i = 0; i < 3; i++) {
      scene.inject(stamped(scene, scene.segment("A", 1, 0, 9881), 100));
    }
    scene.expect(". 9881(988) ack 1");
    scene.after(20).inject(stamped(scene, scene.segment("A", 1, 0, 13_833), 120));
    assertThat(count(scene, "TCPFullUndo")).isEqualTo(1);
  }

  /** What was never sent again says nothing about a repetition, however old its echo. */
  @Test
  void anEchoForDataThatWasSentOnceTakesNothingBack() {
    Scene scene = withTimestamps(true);
    scene.write(9880).sent();
    Segment sack = stamped(scene.after(100), scene.segment("A", 1, 0, 1), 100);
    Scene.sack(sack, 989, 8893);
    scene.inject(sack).expect(". 1(988) ack 1");
    scene.after(100).inject(stamped(scene, scene.segment("A", 1, 0, 989), 100));
    assertThat(recovery(scene)).isEqualTo(Recovery.RECOVERY);
    scene.inject(stamped(scene, scene.segment("A", 1, 0, 8893), 200));
    assertThat(count(scene, "TCPPartialUndo") + count(scene, "TCPFullUndo")).isZero();
  }

  // ---- F-RTO ----

  /** Four are out and the timer has expired. */
  private static Scene timedOut(Object... more) {
    Object[] all = java.util.Arrays.copyOf(new Object[] {"tailLossProbe", false}, 2 + more.length);
    System.arraycopy(more, 0, all, 2, more.length);
    Scene scene = Scene.selective(all);
    scene.write(4000).sent();
    scene.after(300).expect(". 1(1000) ack 1");
    return scene;
  }

  @Test
  void progressLetsNewDataGoFirstAndMoreProgressTakesTheTimeoutBack() {
    Scene scene = timedOut();
    scene.write(10_000).expectNothing();
    scene.inject("A", 1, 0, 1001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    scene.inject("A", 1, 0, 2001);
    assertThat(count(scene, "TCPSpuriousRTOs")).isEqualTo(1);
    assertThat(recovery(scene)).isEqualTo(Recovery.OPEN);
    assertThat(window(scene)).isGreaterThanOrEqualTo(10_000);
    assertThat(scene.sent()).allMatch(sent -> !sent.startsWith(". 2001("));
  }

  @Test
  void aDuplicateInsteadMeansThatTheTimeoutWasRight() {
    Scene scene = timedOut();
    scene.inject("A", 1, 0, 1).expectNothing();
    scene.write(10_000).inject("A", 1, 0, 1001);
    assertThat(scene.sent()).contains(". 1001(1000) ack 1");
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
  }

  @Test
  void aDuplicateAfterNewDataMeansSoToo() {
    Scene scene = timedOut();
    scene.write(10_000);
    scene.inject("A", 1, 0, 1001).expect(". 4001(1000) ack 1", ". 5001(1000) ack 1");
    scene.sack(1001, 4001, 5001);
    assertThat(scene.sent()).contains(". 1001(1000) ack 1");
    assertThat(count(scene, "TCPSpuriousRTOs")).isZero();
  }

  @Test
  void withNothingNewToSendWhatIsLostGoesAgain() {
    Scene scene = timedOut();
    scene.inject("A", 1, 0, 1001).expect(". 1001(1000) ack 1", ". 2001(1000) ack 1");
    assertThat(scene.connection().loss.forwardRto).isFalse();
  }

  @Test
  void withTheWindowFullWhatIsLostGoesAgain() {
    Scene scene = timedOut();
    scene.window = 3000;
    scene.write(10_000).expectNothing();
    scene.inject("A", 1, 0, 1001).expect(". 1001(1000) ack 1", ". 2001(1000) ack 1");
  }

  @Test
  void turnedOffProgressMeansNothing() {
    Scene scene = timedOut("frto", false);
    scene.write(10_000);
    scene.inject("A", 1, 0, 1001).expect(". 1001(1000) ack 1", ". 2001(1000) ack 1");
  }

  // ---- without SACK: what duplicates tell of the flight ----

  @Test
  void eachDuplicateIsASegmentThatHasLeftTheNetwork() {
    Scene scene =
        Scene.plain("initialWindow", 10, "congestionControl", "newreno").in(TcpState.ESTABLISHED);
    scene.write(10_000).sent();
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 1);
    }
    scene.expect(". 1(1000) ack 1");
    assertThat(scene.connection().inFlight()).isEqualTo(7000);
    // the first came, and one of those behind it
    scene.inject("A", 1, 0, 2001).expect(". 2001(1000) ack 1");
    assertThat(scene.connection().inFlight()).isEqualTo(6000);
    for (int i = 0; i < 20; i++) {
      scene.inject("A", 1, 0, 2001);
    }
    assertThat(scene.connection().inFlight()).isEqualTo(1000);
  }

  @Test
  void aRetransmissionThatIsLostIsFoundByWhatWasSentAfterIt() {
    Scene scene = overtaken();
    scene.write(10_000).after(20).sack(1, 1001, 7001).expect(". 10001(1000) ack 1");
    scene.after(100).sack(1, 1001, 7001, 10_001, 11_001).after(60);
    assertThat(scene.sent()).contains(". 1(1000) ack 1");
    assertThat(count(scene, "TCPLostRetransmit")).isEqualTo(1);
  }
}
