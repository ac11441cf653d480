package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.recovery.SentSegments;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What goes out at the limits of its rules: probes (RFC 9293 §3.8.6.1, RFC 8985 §7), silly windows
 * (§3.8.6.2.1), Karn's rule (RFC 6298 §3), the window's growth (RFC 5681, RFC 7661), pacing.
 */
class SenderRulesTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  private static Scene closedWindow() {
    Scene scene = open();
    scene.window = 0;
    return scene.inject("A", 1, 0, 1);
  }

  /** What would go out now, as "sequence(length)". */
  private static List<String> polled(Scene scene, int segmentation) {
    List<String> all = new ArrayList<>();
    TransmitSegment out = scene.peer.transmit;
    while (scene.connection().pollTransmit(out, segmentation, scene.now)) {
      all.add((out.sequence - Scene.ISS) + "(" + out.payloadLength + ") by " + out.segmentBytes);
    }
    return all;
  }

  private static void put(Scene scene, int length) {
    scene.peer.sendRing.write(ByteBuffer.allocate(length));
    scene.connection().written(scene.now);
  }

  /** The next timer expires, and nothing is sent yet. */
  private static Scene expired(Scene scene) {
    scene.now = scene.peer.nextDeadline();
    scene.connection().onDeadline(scene.now);
    return scene;
  }

  // ---- probes of a closed window ----

  @Test
  void aFinAloneProbesAClosedWindow() {
    Scene scene = closedWindow().shutdownOutput().expectNothing();
    scene.after(200).expect("F 1(0) ack 1");
    scene.after(400).expect("F 1(0) ack 1");
  }

  @Test
  void aProbeThatIsOwedIsForgottenWhenNothingIsLeftToProbeWith() {
    Scene scene = closedWindow().write(1).after(200).expect(". 1(1) ack 1");
    expired(scene).connection().onSegment(scene.segment("A", 1, 0, 2), scene.now);
    assertThat(polled(scene, 0)).isEmpty();
  }

  /** RFC 7323 §4.1: the echo tells which transmission was answered, of a probe too. */
  @Test
  void theAnswerToAProbeMeasuresTheRoundTripByItsEcho() {
    Scene scene = new Scene(Peer.settings("windowScaling", false));
    scene.connect().after(100);
    Segment synAck = echoing(scene, scene.segment("SA", 0, 0, 1));
    scene.window = 0;
    scene.inject(synAck).inject(echoing(scene, scene.segment("A", 1, 0, 1)));
    long before = scene.connection().rtt.smoothedNanos();
    scene.write(10).sent();
    scene.now = scene.peer.nextDeadline();
    scene.peer.onDeadline(scene.now);
    scene.expect(". 1(1) ack 1");
    Segment answer = echoing(scene, scene.segment("A", 1, 0, 2));
    scene.after(40).inject(answer);
    assertThat(scene.connection().rtt.smoothedNanos()).isLessThan(before);
  }

  private static Segment echoing(Scene scene, Segment segment) {
    segment.timestampsPresent = true;
    segment.timestampValue = 1;
    segment.timestampEcho = scene.connection().tsNow(scene.now);
    return segment;
  }

  /** What follows a probe was never sent before: it is no retransmission (RFC 6298 §3). */
  @Test
  void whatFollowsAProbeMeasuresTheRoundTrip() {
    Scene scene = closedWindow().write(1).after(200).expect(". 1(1) ack 1");
    scene.window = 65_535;
    scene.inject("A", 1, 0, 2).write(1000).expect(". 2(1000) ack 1");
    long before = scene.connection().rtt.smoothedNanos();
    scene.after(150).inject("A", 1, 0, 1002);
    assertThat(scene.connection().rtt.smoothedNanos()).isGreaterThan(before);
  }

  // ---- loss probes ----

  @Test
  void aLossProbeThatIsOwedIsForgottenWhenEverythingIsAcknowledged() {
    Scene scene = Scene.selective().write(3000);
    scene.sent();
    expired(scene).connection().onSegment(scene.segment("A", 1, 0, 3001), scene.now);
    assertThat(polled(scene, 0)).isEmpty();
    assertThat(scene.peer.count("TcpExt.TCPLossProbes")).isZero();
  }

  @Test
  void aLossProbeThatIsOwedIsForgottenWhenTheLastHasArrived() {
    Scene scene = Scene.selective().write(3000);
    scene.sent();
    Segment ack = scene.segment("A", 1, 0, 1);
    Scene.sack(ack, 2001, 3001);
    expired(scene).connection().onSegment(ack, scene.now);
    assertThat(polled(scene, 0)).isEmpty();
    assertThat(scene.peer.count("TcpExt.TCPLossProbes")).isZero();
  }

  /** RFC 9293 §3.8.6.2.1 (3): half of the largest window may be filled. */
  @Test
  void aLossProbeFillsAWindowThatHasRoomForHalfOfTheLargest() {
    Scene scene = Scene.unopened("initialWindow", 1, "nagle", false);
    scene.window = 1200;
    scene.openSelective().write(150).write(150).expect(". 1(150) ack 1", ". 151(150) ack 1");
    scene.write(10_000).expectNothing();
    scene.after(202).expect(". 301(900) ack 1");
  }

  // ---- silly windows ----

  @Test
  void aWindowSmallerThanASegmentIsFilledWhereItIsTheLargest() {
    Scene scene = Scene.plain();
    scene.window = 900;
    scene.in(TcpState.ESTABLISHED).write(2000).expect(". 1(900) ack 1");
  }

  /** RFC 5682 §3.1 step 2: with nothing new that may go, what is lost goes again. */
  @Test
  void aWindowWithSillyRoomLetsWhatIsLostGoAgain() {
    Scene scene = Scene.selective("tailLossProbe", false).write(4000);
    scene.sent();
    scene.after(300).expect(". 1(1000) ack 1").write(10_000).expectNothing();
    scene.window = 3100;
    scene.inject("A", 1, 0, 1001).expect(". 1001(1000) ack 1", ". 2001(1000) ack 1");
  }

  // ---- the congestion window ----

  @Test
  void aSuperSegmentEndsAtAWholeSegmentWhereTheCongestionWindowHasRoomForMore() {
    Scene scene = open("initialWindow", 4, "nagle", false);
    scene.write(300).expect(". 1(300) ack 1");
    put(scene, 10_000);
    assertThat(polled(scene, 65_000)).containsExactly("301(3000) by 1000");
  }

  @Test
  void aSuperSegmentHoldsWhatTheRateSendsInAMillisecond() {
    Scene scene = open("initialWindow", 10).write(1000);
    scene.sent();
    scene.inject("A", 1, 0, 1001);
    scene.connection().rtt.restore(20 * Wire.MILLI, 5 * Wire.MILLI, 20 * Wire.MILLI);
    put(scene, 6000);
    assertThat(polled(scene, 65_000))
        .containsExactly("1001(2000) by 1000", "3001(2000) by 1000", "5001(2000) by 1000");
  }

  /** In slow start a sender that fills half of the window makes it grow, one with less does not. */
  @Test
  void halfOfTheWindowInUseMakesItGrow() {
    assertThat(windowAfter(5000)).isGreaterThan(10_000);
    assertThat(windowAfter(4999)).isEqualTo(10_000);
  }

  private static int windowAfter(int bytes) {
    Scene scene = open("initialWindow", 10, "congestionControl", "newreno", "nagle", false);
    scene.write(bytes).inject("A", 1, 0, bytes + 1);
    return scene.connection().congestion.congestionWindowBytes();
  }

  /** At the threshold it is no slow start any more: half of the window is no use of it. */
  @Test
  void atTheThresholdHalfOfTheWindowIsNotEnough() {
    Scene scene = Scene.selective().write(10_000);
    scene.sent();
    scene.after(100).sack(1, 1001, 5001).after(100).inject("A", 1, 0, 10_001);
    assertThat(scene.connection().congestion.congestionWindowBytes())
        .isEqualTo(scene.connection().congestion.slowStartThresholdBytes())
        .isEqualTo(5000);
    scene.write(3000);
    assertThat(scene.connection().congestionWindowLimited).isFalse();
  }

  /** Nothing is on its way that could bring an acknowledgement: the reduction must not hold it. */
  @Test
  void withNothingInFlightWhatIsLostGoesWhateverTheReductionLeaves() {
    Scene scene = Scene.selective("nagle", false);
    scene.write(100).after(50).write(1000).write(100).sent();
    scene.after(100).sack(1, 1101, 1201).expect(". 1(100) ack 1");
    scene.after(10).sack(101, 1101, 1201).expect(". 101(1000) ack 1");
  }

  // ---- pacing ----

  /** The first repetition goes at once, the others keep to the rate: 1000 bytes every 20 ms. */
  @Test
  void whatIsLostKeepsToTheRateButTheFirstDoesNotWait() {
    Scene scene = Scene.unopened();
    scene.peer.options =
        ConnectionOptions.of(Map.of(TcpOption.MAX_PACING_BYTES_PER_SECOND, 50_000));
    scene.openSelective().write(10_000).after(185);
    assertThat(scene.sent()).hasSize(10);
    scene.sack(1, 3001, 10_001).expect(". 1(1000) ack 1");
    scene.after(19).expectNothing();
    scene.after(1).expect(". 1001(1000) ack 1");
    scene.after(19).expectNothing();
    scene.after(1).expect(". 2001(1000) ack 1");
  }

  // ---- others ----

  @Test
  void aFinAloneIsNotPushed() {
    Scene scene = open();
    scene.connection().shutdownOutput(scene.now);
    assertThat(scene.connection().pollTransmit(scene.peer.transmit, 0, scene.now)).isTrue();
    assertThat(scene.peer.transmit.flags).isEqualTo(TcpHeader.FIN | TcpHeader.ACK);
  }

  @Test
  void memoryIsGivenBackAfterDataThatWaitedLongForTheWindowToo() {
    Scene scene = closedWindow().write(1000).after(3000);
    scene.sent();
    scene.window = 65_535;
    scene.inject("A", 1, 0, 1).inject("A", 1, 0, 1001);
    assertThat(scene.peer.sendRing.memoryBytes()).isPositive();
    scene.after(1000);
    assertThat(scene.peer.sendRing.memoryBytes()).isZero();
  }

  /** What was sent is remembered segment by segment; where there is no room, the rest waits. */
  @Test
  void nothingNewGoesWhereTheMapOfWhatWasSentIsFull() {
    Scene scene =
        new Scene(
            Peer.settings(
                "nagle",
                false,
                "congestionControl",
                "newreno",
                "sendBufferInitial",
                1 << 20,
                "sendBufferMax",
                1 << 20));
    scene.connect();
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.windowScale = 8;
    scene.inject(synAck).inject("A", 1, 0, 1).write(500_000);
    for (int ack = 1001; ack <= 500_001; ack += 1000) {
      scene.inject("A", 1, 0, ack);
    }
    int most = SentSegments.MAXIMUM_ENTRIES;
    assertThat(scene.connection().congestion.congestionWindowBytes()).isGreaterThan(most + 2000);
    for (int i = 0; i < most; i++) {
      scene.write(1);
      scene.peer.out.clear();
    }
    int flight = scene.connection().flight();
    assertThat(flight).isBetween(most - 2, most);
    scene.write(1).expectNothing();
    // what is acknowledged makes room: for one, and what has waited goes as one
    scene.inject("A", 1, 0, 500_002);
    assertThat(scene.sent()).hasSize(1);
  }
}
