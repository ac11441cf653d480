package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import org.junit.jupiter.api.Test;

/** What a connection says of itself, and of each segment that was of no use. */
class TcpConnectionTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  @Test
  void aClosedOneHasNoUseForSegments() {
    Scene scene = open();
    scene.inject("RA", 1, 0, 1).expectState(TcpState.CLOSED);
    scene.inject("A", 1, 100, 1).expectNothing();
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_NO_SOCKET);
  }

  @Test
  void aSegmentWithoutAckIsOfNoUse() {
    Scene scene = open();
    scene.inject("P", 1, 100, 0).expectNothing();
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_FLAGS);
    assertThat(scene.read(100)).isEmpty();
  }

  @Test
  void aWrongAcknowledgementOfTheSynIsOfNoUse() {
    Scene scene = Scene.plain().in(TcpState.SYN_SENT);
    scene.inject("SA", 0, 0, 2);
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_ACK);
    scene.expectState(TcpState.SYN_SENT);
  }

  @Test
  void textBehindAHoleThatCameAlreadyIsOfNoUse() {
    Scene scene = open();
    scene.inject("A", 1001, 100, 1);
    assertThat(scene.peer.lastDrop).isNull();
    scene.inject("A", 1001, 100, 1);
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_OLD_DATA);
  }

  // ---- memory ----

  @Test
  void whatWasWrittenAndNeverSentIsNotGivenBackButWhatIsIdleIs() {
    Scene scene = open();
    scene.after(3000);
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.after(3000).write(100).after(5000);
    assertThat(scene.peer.sendRing.available()).isEqualTo(100);
  }

  @Test
  void whenIdleBytesAreReadTheMemoryIsGivenBack() {
    Scene scene = open();
    scene.inject("A", 1, 1000, 1).after(5000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isPositive();
    assertThat(scene.connection().readNoticePosition()).isEqualTo(1000);
    scene.read(1000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isPositive();
    scene.after(1000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isZero();
    assertThat(scene.connection().readNoticePosition()).isGreaterThan(1000);
  }

  @Test
  void readingAPartOfIdleBytesKeepsTheMemory() {
    Scene scene = open();
    scene.inject("A", 1, 1000, 1).after(5000).read(500);
    assertThat(scene.connection().trimDeadline).isEqualTo(ControlBlock.NEVER);
    scene.after(2000).read(500);
    scene.after(1000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isZero();
  }

  @Test
  void whatWaitsAheadIsForgottenWhenNobodyWillRead() {
    Scene scene = Scene.selective();
    scene.inject("A", 1001, 1000, 1);
    assertThat(Scene.blocks(scene.peer.take().get(0))).containsExactly("1001:2001");
    scene.connection().shutdownInput(scene.now);
    scene.inject("A", 5001, 1000, 1);
    assertThat(Scene.blocks(scene.peer.take().get(0))).containsExactly("5001:6001");
  }

  // ---- what it says of itself ----

  @Test
  void itKnowsItsAgeItsOwnerAndItsTimers() {
    Scene scene = open();
    assertThat(scene.connection().openedNanos()).isEqualTo(Wire.SECOND);
    assertThat(scene.connection().isOrphan()).isFalse();
    assertThat(scene.connection().timerCount()).isZero();
    scene.write(1000).after(700);
    assertThat(scene.connection().timerCount()).isEqualTo(2);
    assertThat(scene.connection().timerName()).isEqualTo("retransmit");
    scene.close();
    assertThat(scene.connection().isOrphan()).isTrue();
  }

  @Test
  void keepaliveProbesAreCountedAndForgottenWhenThePeerAnswers() {
    Scene scene = open();
    scene
        .connection()
        .keepalive(new KeepaliveTimes(true, 10 * Wire.SECOND, Wire.SECOND, 5), scene.now);
    scene.after(10_000).expect(". 0(0) ack 1");
    scene.after(1000).expect(". 0(0) ack 1");
    assertThat(scene.connection().timerCount()).isEqualTo(2);
    scene.inject("A", 1, 0, 1);
    assertThat(scene.connection().timerCount()).isZero();
    scene.after(9999).expectNothing();
    scene.after(1).expect(". 0(0) ack 1");
  }

  @Test
  void unsentBytesAreThoseThatWereNeverSent() {
    Scene scene = open("initialWindow", 4);
    scene.write(10_000);
    assertThat(scene.connection().unsentBytes()).isEqualTo(6000);
    scene.connection().abort(TcpError.CONNECTION_ABORTED, scene.now);
    assertThat(scene.connection().unsentBytes()).isZero();
  }

  @Test
  void readingFromAClosedOneSaysNothing() {
    Scene scene = open("receiveBufferInitial", 5000, "receiveBufferMax", 5000);
    scene.inject("A", 1, 5000, 1).inject("RA", 5001, 0, 1).sent();
    scene.read(5000);
    scene.expectNothing();
    assertThat(scene.connection().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    scene.write(10).expectNothing();
    assertThat(scene.connection().nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }
}
