package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Segment text and FIN: RFC 9293 §3.10.7.4, seventh and eighth, RFC 5681 §4.2, RFC 2883. */
class ReceiverTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  private static List<String> lastBlocks(Scene scene) {
    List<Peer.Packet> sent = scene.peer.take();
    assertThat(sent).hasSize(1);
    return Scene.blocks(sent.get(0));
  }

  private static void assertText(Scene scene, int from, int length) {
    byte[] bytes = scene.read(length + 1);
    assertThat(bytes).hasSize(length);
    for (int i = 0; i < length; i++) {
      assertThat(bytes[i]).isEqualTo((byte) (from + i));
    }
  }

  // ---- what came before ----

  @Test
  void whatWasReceivedBeforeIsAcknowledgedAtOnceAndReported() {
    Scene scene = Scene.selective();
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("A", 1, 1000, 1);
    assertThat(lastBlocks(scene)).containsExactly("1:1001");
    assertThat(scene.peer.count("TcpExt.TCPDSACKOldSent")).isEqualTo(1);
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_OLD_DATA);
  }

  @Test
  void ofASegmentThatIsOldInPartTheOldPartIsReportedAndTheNewTaken() {
    Scene scene = Scene.selective();
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("A", 501, 1000, 1);
    assertThat(scene.peer.take())
        .singleElement()
        .satisfies(
            packet -> {
              assertThat(Scene.show(packet)).isEqualTo(". 1(0) ack 1501");
              assertThat(Scene.blocks(packet)).containsExactly("501:1001");
            });
    assertThat(scene.peer.count("TcpExt.TCPDSACKOldSent")).isEqualTo(1);
    assertText(scene, 1, 1500);
  }

  @Test
  void withoutDsackNothingIsReportedButAllIsAcknowledged() {
    Scene scene = Scene.selective("dsack", false);
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("A", 501, 1000, 1);
    assertThat(lastBlocks(scene)).isEmpty();
    scene.inject("A", 3001, 1000, 1).sent();
    scene.inject("A", 3001, 500, 1);
    assertThat(lastBlocks(scene)).containsExactly("3001:4001");
    scene.inject("A", 3501, 1000, 1);
    assertThat(lastBlocks(scene)).containsExactly("3001:4501");
    assertThat(scene.peer.count("TcpExt.TCPDSACKOldSent")).isZero();
    assertThat(scene.peer.count("TcpExt.TCPDSACKOfoSent")).isZero();
  }

  @Test
  void aPeerWithoutSackIsToldNoBlocks() {
    Scene scene = open();
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("A", 501, 1000, 1);
    assertThat(lastBlocks(scene)).isEmpty();
    scene.inject("A", 3001, 1000, 1).sent();
    scene.inject("A", 3001, 500, 1);
    assertThat(lastBlocks(scene)).isEmpty();
    scene.inject("A", 3501, 1000, 1);
    assertThat(lastBlocks(scene)).isEmpty();
    assertThat(scene.peer.count("TcpExt.TCPDSACKOldSent")).isZero();
    assertThat(scene.peer.count("TcpExt.TCPDSACKOfoSent")).isZero();
  }

  @Test
  void aFinWithOldTextInFrontIsNotADuplicate() {
    Scene scene = Scene.selective();
    scene.inject("A", 1, 1000, 1).sent();
    scene.inject("FA", 501, 500, 1).after(50);
    scene.expectState(TcpState.CLOSE_WAIT);
    assertText(scene, 1, 1000);
  }

  /** A peer that has to repeat itself has a small window: acknowledgements do not wait. */
  @Test
  void afterARepetitionAcknowledgementsDoNotWait() {
    Scene scene = Scene.selective();
    conversation(scene);
    scene.inject("A", 201, 100, 101).expectNothing();
    scene.after(50).expect(". 101(0) ack 301");
    scene.inject("A", 251, 100, 101).sent();
    scene.inject("A", 351, 100, 101).expect(". 101(0) ack 451");
  }

  @Test
  void afterAHoleAcknowledgementsDoNotWait() {
    Scene scene = Scene.selective();
    conversation(scene);
    scene.inject("A", 301, 100, 101).sent();
    scene.inject("A", 201, 100, 101).sent();
    scene.inject("A", 401, 100, 101).expect(". 101(0) ack 501");
  }

  /** Two questions and an answer: from then on acknowledgements wait for answers. */
  private static void conversation(Scene scene) {
    scene.inject("A", 1, 100, 1).sent();
    scene.write(100).sent();
    scene.inject("A", 101, 100, 101).after(50).sent();
  }

  // ---- what comes ahead ----

  @Test
  void withoutSackEachSegmentAheadOfAHoleIsADuplicateAcknowledgement() {
    Scene scene = open();
    TcpConnection c = scene.connection();
    for (int at = 1001; at < 5001; at += 1000) {
      c.onSegment(scene.segment("A", at, 1000, 1), scene.now);
    }
    scene.peer.flush(scene.now);
    scene.expect(". 1(0) ack 1", ". 1(0) ack 1", ". 1(0) ack 1", ". 1(0) ack 1");
  }

  @Test
  void withSackOneAcknowledgementTellsOfABurst() {
    Scene scene = Scene.selective();
    TcpConnection c = scene.connection();
    for (int at = 1001; at < 5001; at += 1000) {
      c.onSegment(scene.segment("A", at, 1000, 1), scene.now);
    }
    scene.peer.flush(scene.now);
    assertThat(lastBlocks(scene)).containsExactly("1001:5001");
  }

  @Test
  void whatIsThereAheadAlreadyIsReportedAndDropped() {
    Scene scene = Scene.selective();
    scene.inject("A", 1001, 1000, 1).sent();
    assertThat(scene.peer.lastDrop).isNull();
    assertThat(scene.peer.count("TcpExt.TCPOFOQueue")).isEqualTo(1);
    scene.inject("A", 1201, 300, 1);
    assertThat(lastBlocks(scene)).containsExactly("1201:1501", "1001:2001");
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_OLD_DATA);
    assertThat(scene.peer.count("TcpExt.TCPDSACKOfoSent")).isEqualTo(1);
    assertThat(scene.peer.count("TcpExt.TCPOFOQueue")).isEqualTo(1);
  }

  @Test
  void whatIsThereInPartIsReportedAndTheRestTaken() {
    Scene scene = Scene.selective();
    scene.inject("A", 1001, 1000, 1).sent();
    scene.inject("A", 1501, 1000, 1);
    assertThat(lastBlocks(scene)).containsExactly("1501:2001", "1001:2501");
    assertThat(scene.peer.count("TcpExt.TCPDSACKOfoSent")).isEqualTo(1);
    assertThat(scene.peer.count("TcpExt.TCPOFOQueue")).isEqualTo(2);
    scene.inject("A", 1, 1000, 1).expect(". 1(0) ack 2501");
    assertText(scene, 1, 2500);
  }

  @Test
  void whatCameFirstStaysWhateverComesLater() {
    Scene scene = Scene.selective();
    scene.inject("A", 1001, 1000, 1);
    Segment other = scene.segment("A", 501, 2000, 1);
    for (int i = 0; i < 2000; i++) {
      other.payload.put(i, (byte) 99);
    }
    scene.inject(other).inject("A", 1, 1000, 1);
    byte[] bytes = scene.read(3000);
    assertThat(bytes).hasSize(2500);
    for (int i = 0; i < 2500; i++) {
      boolean later = i >= 500 && i < 1000 || i >= 2000;
      assertThat(bytes[i]).as("byte %s", i).isEqualTo(later ? (byte) 99 : (byte) (1 + i));
    }
  }

  @Test
  void moreRangesThanTheBoundAreDropped() {
    Scene scene = Scene.selective();
    for (int i = 0; i < Reassembly.MAXIMUM_RANGES; i++) {
      scene.inject("A", 3 + 2 * i, 1, 1);
    }
    assertThat(scene.peer.lastDrop).isNull();
    assertThat(scene.peer.count("TcpExt.TCPOFODrop")).isZero();
    scene.peer.take();
    scene.inject("A", 10_001, 1000, 1);
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_BUFFER_LIMIT);
    assertThat(scene.peer.count("TcpExt.TCPOFODrop")).isEqualTo(1);
    assertThat(lastBlocks(scene)).doesNotContain("10001:11001").hasSize(4);
    // what joins what is there is no range more
    scene.inject("A", 4, 1, 1);
    assertThat(scene.peer.lastDrop).isNull();
  }

  @Test
  void aFinAheadIsTakenWhenTheHoleIsFilled() {
    Scene scene = Scene.selective();
    scene.inject("FA", 1001, 500, 1).expectState(TcpState.ESTABLISHED);
    assertThat(lastBlocks(scene)).containsExactly("1001:1501");
    scene.inject("A", 1, 1000, 1).after(50).expectState(TcpState.CLOSE_WAIT);
    scene.expect(". 1(0) ack 1502");
    assertText(scene, 1, 1500);
  }

  @Test
  void aBareFinAheadIsTakenWhenTheHoleIsFilled() {
    Scene scene = Scene.selective();
    scene.inject("FA", 1001, 0, 1).expectState(TcpState.ESTABLISHED).expect(". 1(0) ack 1");
    scene.inject("A", 1, 1000, 1).after(50).expectState(TcpState.CLOSE_WAIT);
    assertText(scene, 1, 1000);
  }

  @Test
  void aHoleThatIsFilledInPartIsAcknowledgedAtOnce() {
    Scene scene = Scene.selective();
    conversation(scene);
    scene.inject("A", 1201, 1000, 101).sent();
    scene.connection().quickAcks = 0;
    scene.inject("A", 201, 100, 101).expect(". 101(0) ack 301");
  }

  // ---- the window ----

  private static Scene narrow() {
    return open("receiveBufferInitial", 5000, "receiveBufferMax", 5000);
  }

  @Test
  void whatIsBeyondTheWindowIsCutOffAndAcknowledgedAtOnce() {
    Scene scene = narrow();
    scene.inject("FA", 1, 6000, 1).expectState(TcpState.ESTABLISHED).expect(". 1(0) ack 5001");
    assertText(scene, 1, 5000);
  }

  @Test
  void aFinBehindTextThatFillsTheWindowExactlyIsTaken() {
    Scene scene = narrow();
    scene.inject("FA", 1, 5000, 1).after(50).expectState(TcpState.CLOSE_WAIT);
    scene.expect(". 1(0) ack 5002");
  }

  @Test
  void whatIsAheadIsCutOffAtTheWindowToo() {
    Scene scene = narrow();
    scene.inject("FA", 4001, 2000, 1).expect(". 1(0) ack 1");
    scene.inject("A", 1, 4000, 1).expect(". 1(0) ack 5001").expectState(TcpState.ESTABLISHED);
    assertText(scene, 1, 5000);
  }

  @Test
  void theApplicationIsToldOfTextInOrderOnly() {
    Scene scene = open();
    scene.peer.events = 0;
    scene.inject("A", 1001, 1000, 1);
    assertThat(scene.peer.had(ConnectionEvents.READABLE)).isFalse();
    scene.inject("A", 1, 1000, 1);
    assertThat(scene.peer.had(ConnectionEvents.READABLE)).isTrue();
    assertThat(scene.peer.had(ConnectionEvents.INPUT_ENDED)).isFalse();
    scene.inject("FA", 2001, 0, 1);
    assertThat(scene.peer.had(ConnectionEvents.INPUT_ENDED)).isTrue();
  }

  // ---- memory ----

  @Test
  void whereMemoryIsUsedUpTextIsDroppedAndAcknowledgedAsFarAsItWasTaken() {
    Scene scene = open();
    scene.inject("A", 1, 1000, 1).sent();
    scene.peer.memory.limitBytes(0);
    int room = (int) scene.peer.receiveRing.memoryBytes() - 1000;
    scene.inject("FA", 1001, room + 500, 1).expect(". 1(0) ack " + (1001 + room));
    assertThat(scene.peer.lastDrop).isNull();
    assertThat(scene.peer.count("TcpExt.TCPRcvQDrop")).isEqualTo(1);
    scene.inject("A", 1001 + room, 500, 1).expect(". 1(0) ack " + (1001 + room));
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_BUFFER_LIMIT);
    assertThat(scene.peer.count("TcpExt.TCPRcvQDrop")).isEqualTo(2);
    scene.expectState(TcpState.ESTABLISHED);
  }

  @Test
  void whereMemoryIsUsedUpTextAheadIsDropped() {
    Scene scene = Scene.selective();
    scene.inject("A", 1, 1000, 1).sent();
    scene.peer.memory.limitBytes(0);
    scene.inject("A", 30_001, 1000, 1);
    assertThat(lastBlocks(scene)).isEmpty();
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_BUFFER_LIMIT);
    assertThat(scene.peer.count("TcpExt.TCPOFODrop")).isEqualTo(1);
  }

  @Test
  void anIdleConnectionGivesItsMemoryBackASecondAfterTheLastText() {
    Scene scene = open();
    scene.inject("A", 1, 1000, 1);
    assertText(scene, 1, 1000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isPositive();
    scene.after(999);
    assertThat(scene.peer.receiveRing.memoryBytes()).isPositive();
    scene.after(1);
    assertThat(scene.peer.receiveRing.memoryBytes()).isZero();
    // and again
    scene.inject("A", 1001, 1000, 1);
    assertText(scene, 1001, 1000);
    scene.after(1000);
    assertThat(scene.peer.receiveRing.memoryBytes()).isZero();
  }

  // ---- nobody reads ----

  @Test
  void dataForNobodyIsAnsweredWithAReset() {
    Scene scene = open();
    scene.close().inject("A", 1, 0, 2).sent();
    scene.inject("A", 1, 10, 2);
    assertThat(scene.peer.take())
        .singleElement()
        .satisfies(packet -> assertThat(packet.segment.rst()).isTrue());
    assertThat(scene.peer.lastDrop).isEqualTo(DropReason.TCP_DATA_AFTER_CLOSE);
    assertThat(scene.peer.count("TcpExt.TCPAbortOnData")).isEqualTo(1);
    scene.expectState(TcpState.CLOSED);
  }

  @Test
  void oldDataForNobodyIsAcknowledgedAndHarmsNothing() {
    Scene scene = open();
    scene.inject("A", 1, 10, 1).read(10);
    scene.sent();
    scene.close().inject("A", 11, 0, 2).sent();
    scene.inject("FA", 1, 10, 2).expect(". 2(0) ack 12").expectState(TcpState.TIME_WAIT);
  }

  @Test
  void aFinAheadForNobodyWaitsForWhatIsMissing() {
    Scene scene = open();
    scene.close().inject("A", 1, 0, 2).sent();
    scene.inject("FA", 11, 0, 2).expect(". 2(0) ack 1").expectState(TcpState.FIN_WAIT_2);
  }

  @Test
  void afterShutdownOfTheInputTextIsAcknowledgedAndForgotten() {
    Scene scene = open();
    scene.inject("A", 1001, 1000, 1).sent();
    scene.connection().shutdownInput(scene.now);
    scene.inject("A", 1, 1000, 1).after(50).expect(". 1(0) ack 1001");
    scene.inject("A", 2001, 1000, 1).expect(". 1(0) ack 1001");
    scene.inject("A", 1001, 1000, 1).after(50).expect(". 1(0) ack 3001");
    assertThat(scene.read(10)).isEmpty();
    scene.peer.events = 0;
    scene.inject("FA", 3001, 100, 1).after(50).expectState(TcpState.CLOSE_WAIT);
    assertThat(scene.peer.had(ConnectionEvents.READABLE)).isFalse();
  }

  @Test
  void quickAcksByOptionNeverWait() {
    Scene scene = open();
    conversation(scene);
    scene.options(Map.of(TcpOption.QUICK_ACK, true));
    scene.inject("A", 201, 100, 101).expect(". 101(0) ack 301");
  }
}
