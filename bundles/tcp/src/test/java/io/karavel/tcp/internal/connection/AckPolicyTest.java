package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** When received data is acknowledged: RFC 9293 §3.8.6.3, RFC 5681 §4.2, docs/bundles/tcp.md. */
class AckPolicyTest {
  private int at = 201;
  private int answered = 101;

  /** A conversation of questions and answers, so that acknowledgements wait for answers. */
  private Scene conversing(Object... settings) {
    Scene scene = Scene.selective(settings);
    scene.inject("A", 1, 100, 1).sent();
    scene.write(100).sent();
    scene.inject("A", 101, 100, 101).after(300).sent();
    return scene;
  }

  private Scene ask(Scene scene, int length) {
    scene.inject("A", at, length, answered);
    at += length;
    return scene;
  }

  /** The answer takes the acknowledgement with it. */
  private void answer(Scene scene) {
    scene.write(10).sent();
    answered += 10;
  }

  private int delayMillis(Scene scene) {
    for (int millis = 0; millis < 500; millis++) {
      if (!scene.sent().isEmpty()) {
        return millis;
      }
      scene.after(1);
    }
    return -1;
  }

  @Test
  void aQuestionWaitsFortyMillisecondsForItsAnswer() {
    Scene scene = conversing();
    assertThat(delayMillis(ask(scene, 10))).isEqualTo(40);
    assertThat(scene.peer.count("TcpExt.DelayedACKs")).isPositive();
  }

  @Test
  void theCeilingGoesBeforeTheShortestDelay() {
    Scene scene = conversing("delayedAckMillis", 10);
    assertThat(delayMillis(ask(scene, 10))).isEqualTo(10);
    scene = conversing("delayedAckMillis", 0);
    at = 201;
    assertThat(delayMillis(ask(scene, 10))).isZero();
  }

  @Test
  void theDelayFollowsTheTimeBetweenSegments() {
    Scene scene = conversing("delayedAckMillis", 200);
    ask(scene, 10);
    answer(scene);
    // 40/2 and 30
    assertThat(delayMillis(ask(scene.after(30), 10))).isEqualTo(50);
    answer(scene);
    ask(scene.after(400), 10);
    answer(scene);
    // a gap longer than the delay leaves it: 50/2 and 45
    assertThat(delayMillis(ask(scene.after(45), 10))).isEqualTo(70);
  }

  @Test
  void segmentsInQuickSuccessionMakeItShortAgain() {
    Scene scene = conversing("delayedAckMillis", 200);
    ask(scene, 10);
    answer(scene);
    ask(scene.after(39), 10);
    answer(scene);
    assertThat(scene.connection().ackTimeoutNanos).isEqualTo(59 * Wire.MILLI);
    ask(scene.after(20), 10);
    answer(scene);
    // 59/2 and 20
    assertThat(scene.connection().ackTimeoutNanos).isEqualTo(59 * Wire.MILLI / 2 + 20 * Wire.MILLI);
    ask(scene.after(21), 10);
    long half = (59 * Wire.MILLI / 2 + 20 * Wire.MILLI) / 2;
    assertThat(scene.connection().ackTimeoutNanos).isEqualTo(half + 21 * Wire.MILLI);
  }

  @Test
  void afterAPauseLongerThanItsTimeoutThePeerBeginsAnewAndIsAnsweredAtOnce() {
    Scene scene = conversing();
    assertThat(delayMillis(ask(scene, 10))).isEqualTo(40);
    answer(scene);
    assertThat(delayMillis(ask(scene.after(5000), 10))).isZero();
  }

  @Test
  void everySecondFullSegmentIsAcknowledgedAtOnce() {
    Scene scene = conversing();
    scene.connection().rcvMss = 1000;
    ask(scene, 1000).expectNothing();
    ask(scene, 1).expect(". 101(0) ack " + at);
  }

  @Test
  void aFinWaitsForOurOwnAlsoWhereAcknowledgementsDoNotWait() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 100, 1).expectNothing().expectState(TcpState.CLOSE_WAIT);
    scene.after(39).expectNothing();
    scene.after(1).expect(". 1(0) ack 102");
    scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 100, 1).shutdownOutput().expect("F 1(0) ack 102");
    scene.after(60).expectNothing();
  }

  @Test
  void aBareFinWaitsToo() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 0, 1).expectNothing();
    scene.after(40).expect(". 1(0) ack 2");
  }

  @Test
  void withoutADelayAFinIsAcknowledgedAtOnce() {
    Scene scene = Scene.plain("delayedAckMillis", 0).in(TcpState.ESTABLISHED);
    scene.inject("FA", 1, 0, 1).expect(". 1(0) ack 2");
  }

  @Test
  void theQuickPhaseIsAsLongAsHalfTheWindowAndSixteenSegmentsAtMost() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    assertThat(scene.connection().quickAcks).isEqualTo((byte) AckPolicy.QUICK_SEGMENTS);
    Scene narrow =
        Scene.plain("receiveBufferInitial", 5360, "receiveBufferMax", 5360)
            .in(TcpState.ESTABLISHED);
    // 5360 are ten segments of 536
    assertThat(narrow.connection().quickAcks).isEqualTo((byte) 5);
    Scene tiny =
        Scene.plain("receiveBufferMin", 4096, "receiveBufferInitial", 4096)
            .in(TcpState.ESTABLISHED);
    tiny.connection().rcvMss = 4000;
    tiny.connection().quickAcks = 0;
    AckPolicy.enterQuickPhase(tiny.connection());
    assertThat(tiny.connection().quickAcks).isEqualTo((byte) 2);
  }

  @Test
  void inTheQuickPhaseEachSegmentIsAcknowledgedAtOnceAndThenTheyWait() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    at = 1;
    answered = 1;
    for (int i = 0; i < AckPolicy.QUICK_SEGMENTS; i++) {
      ask(scene, 10).expect(". 1(0) ack " + at);
    }
    ask(scene, 10).expectNothing();
  }

  @Test
  void anAnswerThatComesLateDoesNotMakeAConversation() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    at = 1;
    answered = 1;
    ask(scene, 10).sent();
    scene.after(40).write(10).sent();
    answered = 11;
    assertThat(scene.connection().interactive).isFalse();
    ask(scene, 10).sent();
    scene.after(39).write(10).sent();
    assertThat(scene.connection().interactive).isTrue();
  }

  @Test
  void whoHasSaidNothingYetIsNotAnswered() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.write(10).sent();
    assertThat(scene.connection().interactive).isFalse();
  }

  @Test
  void theCeilingIsLiveAndCountsFromTheBeginningOfTheWait() {
    Scene scene = conversing("delayedAckMillis", 40);
    ask(scene, 10).after(10).expectNothing();
    scene.set("delayedAckMillis", 25, "timestamps", false, "windowScaling", false);
    scene.after(14).expectNothing();
    scene.after(1).expect(". 101(0) ack 211");
  }
}
