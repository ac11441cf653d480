package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What goes out next, and how large: RFC 9293 §3.7.4, §3.8.6, RFC 8985 §7, super-segments. */
class SenderTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  /** What would go out as super-segments: "sequence(length) by size". */
  private static List<String> polled(Scene scene, int segmentation) {
    List<String> all = new ArrayList<>();
    TransmitSegment out = scene.peer.transmit;
    while (scene.connection().pollTransmit(out, segmentation, scene.now)) {
      String fin = out.has(TcpHeader.FIN) ? "F " : "";
      all.add(
          fin
              + (out.sequence - Scene.ISS)
              + "("
              + out.payloadLength
              + ") by "
              + out.segmentBytes
              + (out.retransmission ? " again" : ""));
    }
    return all;
  }

  private static void put(Scene scene, int length) {
    scene.peer.sendRing.write(java.nio.ByteBuffer.allocate(length));
    scene.connection().written(scene.now);
  }

  // ---- super-segments ----

  @Test
  void aSuperSegmentHasWholeSegmentsAndTheRestGoesBehindIt() {
    Scene scene = open("nagle", false);
    put(scene, 7500);
    assertThat(polled(scene, 3999))
        .containsExactly("1(3000) by 1000", "3001(3000) by 1000", "6001(1500) by 1000");
  }

  @Test
  void nagleCutsTheRestOff() {
    Scene scene = open();
    scene.write(100).expect(". 1(100) ack 1");
    put(scene, 7500);
    assertThat(polled(scene, 65_000)).containsExactly("101(7000) by 1000");
    scene.inject("A", 1, 0, 7101).expect(". 7101(500) ack 1");
  }

  @Test
  void whereSegmentationIsForLessThanASegmentEachGoesAlone() {
    Scene scene = open();
    put(scene, 2000);
    assertThat(polled(scene, 999)).containsExactly("1(1000) by 1000", "1001(1000) by 1000");
    put(scene, 1000);
    assertThat(polled(scene, 1000)).containsExactly("2001(1000) by 1000");
  }

  @Test
  void theCongestionWindowCutsASuperSegmentAtWholeSegments() {
    Scene scene = open("initialWindow", 4);
    put(scene, 10_000);
    assertThat(polled(scene, 65_000)).containsExactly("1(4000) by 1000");
  }

  @Test
  void theWindowOfThePeerCutsItWhereHalfOfTheLargestIsLeftOrASegmentIsFull() {
    Scene scene = open();
    scene.window = 2500;
    scene.inject("A", 1, 0, 1);
    put(scene, 10_000);
    // 500 is less than half of the largest window offered, 65535
    assertThat(polled(scene, 65_000)).containsExactly("1(2000) by 1000");
  }

  @Test
  void theFinTravelsWithTheLastOfASuperSegment() {
    Scene scene = open();
    put(scene, 2500);
    scene.connection().shutdownOutput(scene.now);
    assertThat(polled(scene, 65_000)).containsExactly("F 1(2500) by 1000");
  }

  @Test
  void aFinThatTheWindowHasNoRoomForComesLater() {
    Scene scene = open();
    scene.window = 1000;
    scene.inject("A", 1, 0, 1);
    put(scene, 1000);
    scene.connection().shutdownOutput(scene.now);
    assertThat(polled(scene, 0)).containsExactly("1(1000) by 1000");
    scene.inject("A", 1, 0, 1001).expect("F 1001(0) ack 1");
  }

  @Test
  void whileUrgentDataIsUnsentEachSegmentGoesAlone() {
    Scene scene = open();
    put(scene, 3000);
    scene.connection().urgent(2000);
    assertThat(polled(scene, 65_000))
        .containsExactly("1(1000) by 1000", "1001(1000) by 1000", "2001(1000) by 1000");
  }

  @Test
  void whatIsLostIsSentAgainAsASuperSegmentAfterTheFirst() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.after(100);
    TcpConnection c = scene.connection();
    c.onSegment(sacking(scene, 1, 6001, 10_001), scene.now);
    // what was lost, as far as the reduction lets it go
    List<String> sent = polled(scene, 65_000);
    assertThat(sent.get(0)).isEqualTo("1(1000) by 1000 again");
    assertThat(sent.get(1)).matches("1001\\([2-5]000\\) by 1000 again");
    int segments = 0;
    for (String each : sent) {
      assertThat(each).endsWith("000) by 1000 again");
      segments += Integer.parseInt(each.replaceAll(".*\\((\\d).*", "$1"));
    }
    assertThat(scene.peer.count("Tcp.RetransSegs")).isEqualTo(segments);
    assertThat(scene.peer.count("TcpExt.TCPFastRetrans")).isEqualTo(sent.size());
    assertThat(scene.peer.count("TcpExt.TCPSlowStartRetrans")).isZero();
  }

  private static Segment sacking(Scene scene, int ack, int left, int right) {
    Segment segment = scene.segment("A", 1, 0, ack);
    segment.sackCount = 1;
    segment.sackLeft[0] = Scene.ISS + left;
    segment.sackRight[0] = Scene.ISS + right;
    return segment;
  }

  // ---- counters of repetitions ----

  @Test
  void aTimeoutIsCountedAsOneAndTheRestAsSlowStart() {
    Scene scene = open("congestionControl", "newreno");
    scene.write(2500).shutdownOutput().sent();
    scene.after(200).expect(". 1(1000) ack 1");
    assertThat(scene.peer.count("TcpExt.TCPSlowStartRetrans")).isEqualTo(1);
    assertThat(scene.peer.count("TcpExt.TCPFastRetrans")).isZero();
    assertThat(scene.peer.count("Tcp.RetransSegs")).isEqualTo(1);
    scene.inject("A", 1, 0, 1001);
    scene.expect(". 1001(1000) ack 1", ". 2001(500) ack 1", "F 2501(0) ack 1");
    assertThat(scene.peer.count("TcpExt.TCPSlowStartRetrans")).isEqualTo(4);
    assertThat(scene.peer.count("Tcp.RetransSegs")).isEqualTo(4);
  }

  @Test
  void aProbeOfAClosedWindowThatIsRepeatedIsARetransmission() {
    Scene scene = open();
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(10).after(200).expect(". 1(1) ack 1");
    assertThat(scene.peer.count("Tcp.RetransSegs")).isZero();
    scene.after(400).expect(". 1(1) ack 1");
    assertThat(scene.peer.count("Tcp.RetransSegs")).isEqualTo(1);
  }

  // ---- selective acknowledgements on data ----

  @Test
  void blocksOnDataLeaveLessRoomForIt() {
    Scene scene = Scene.selective("nagle", false);
    scene.inject("A", 1001, 1000, 1).sent();
    scene.inject("A", 3001, 1000, 1).sent();
    scene.write(2000);
    List<Peer.Packet> sent = scene.peer.take();
    // 4 bytes and 8 for each of two blocks
    assertThat(sent.get(0).segment.payloadLength).isEqualTo(980);
    assertThat(Scene.blocks(sent.get(0))).containsExactly("3001:4001", "1001:2001");
    int sum = sent.stream().mapToInt(packet -> packet.segment.payloadLength).sum();
    assertThat(sum).isEqualTo(2000);
    assertThat(sent).allMatch(packet -> packet.segment.payloadLength <= 980);
  }

  // ---- the loss probe ----

  @Test
  void theProbeIsTheLastSegmentAgainWhereNothingNewIsThere() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    scene.after(201).expectNothing();
    scene.after(1).expect(". 2001(1000) ack 1");
    assertThat(scene.peer.count("TcpExt.TCPLossProbes")).isEqualTo(1);
    assertThat(scene.peer.count("Tcp.RetransSegs")).isEqualTo(1);
  }

  @Test
  void theProbeIsNewDataWhereTheCongestionWindowHeldItBack() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.write(10_000);
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 4001(1000) ack 1");
    assertThat(scene.peer.count("TcpExt.TCPLossProbes")).isEqualTo(1);
    assertThat(scene.peer.count("Tcp.RetransSegs")).isZero();
  }

  @Test
  void aProbeOfNewDataCarriesTheFinThatFollows() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.write(4500).shutdownOutput();
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect("F 4001(500) ack 1");
  }

  @Test
  void aProbeOfNewDataStaysWithinThePeersWindow() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.window = 4000;
    scene.inject("A", 1, 0, 1);
    scene.write(10_000);
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 3001(1000) ack 1");
  }

  @Test
  void aProbeOfNewDataDoesNotFillASillyWindow() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.window = 4500;
    scene.inject("A", 1, 0, 1);
    scene.write(10_000);
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 3001(1000) ack 1");
  }

  @Test
  void aFinDoesNotTravelWithAProbeThatTheWindowHasNoRoomForBoth() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.window = 5000;
    scene.inject("A", 1, 0, 1);
    scene.write(5000).shutdownOutput();
    assertThat(scene.sent()).hasSize(4);
    scene.after(202).expect(". 4001(1000) ack 1");
  }

  @Test
  void aProbeOfNewDataKeepsToNagle() {
    Scene scene = Scene.selective();
    scene.write(100).sent();
    scene.write(50).expectNothing();
    // a small one is unacknowledged: the probe is that again
    scene.after(400).expect(". 1(100) ack 1");
  }

  // ---- writers are held and let go ----

  @Test
  void aWriterIsLetGoWhenLessIsUnsentThanTheMark() {
    Scene scene = open("initialWindow", 4, "notSentLowWater", 3000);
    scene.write(8000).sent();
    assertThat(scene.connection().isOutputHeld()).isTrue();
    scene.peer.events = 0;
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.connection().isOutputHeld()).isFalse();
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isTrue();
  }

  @Test
  void aWriterThatIsNotHeldIsNotToldAgain() {
    Scene scene = open("notSentLowWater", 3000);
    scene.peer.events = 0;
    scene.write(3000).sent();
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isTrue();
    scene.inject("A", 1, 0, 3001);
    scene.peer.events = 0;
    scene.write(2999).sent();
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isFalse();
    Scene without = open();
    without.peer.events = 0;
    without.write(9000).sent();
    assertThat(without.peer.had(ConnectionEvents.WRITABLE)).isFalse();
  }

  @Test
  void aWriterStaysHeldWhileTheMarkIsReached() {
    Scene scene = open("initialWindow", 4, "notSentLowWater", 3000);
    scene.peer.events = 0;
    scene.write(7000).sent();
    assertThat(scene.connection().isOutputHeld()).isTrue();
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isFalse();
  }

  // ---- others ----

  @Test
  void anIdleConnectionGivesTheMemoryOfWhatItSentBack() {
    Scene scene = open();
    scene.after(5000).write(1000).sent();
    scene.inject("A", 1, 0, 1001);
    assertThat(scene.peer.sendRing.memoryBytes()).isPositive();
    scene.after(999);
    assertThat(scene.peer.sendRing.memoryBytes()).isPositive();
    scene.after(1);
    assertThat(scene.peer.sendRing.memoryBytes()).isZero();
    scene.after(100);
    scene.write(1000).sent();
    scene.inject("A", 1, 0, 2001).after(1000);
    assertThat(scene.peer.sendRing.memoryBytes()).isZero();
  }

  @Test
  void aResetOfAnOpenConnectionCarriesTimestamps() {
    Scene scene = new Scene(Peer.settings());
    scene.connect();
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.timestampsPresent = true;
    synAck.timestampValue = 7777;
    scene.inject(synAck).sent();
    scene.connection().abort(null, scene.now);
    scene.peer.flush(scene.now);
    assertThat(scene.peer.take())
        .singleElement()
        .satisfies(
            packet -> {
              assertThat(packet.segment.rst()).isTrue();
              assertThat(packet.segment.timestampsPresent).isTrue();
              assertThat(packet.segment.timestampEcho).isEqualTo(7777);
            });
  }

  @Test
  void theApplicationsReadIsToldWhenItOpensTheWindow() {
    Scene scene = open("receiveBufferInitial", 5000, "receiveBufferMax", 5000);
    scene.inject("A", 1, 5000, 1).sent();
    scene.read(5000);
    assertThat(scene.peer.take())
        .singleElement()
        .satisfies(packet -> assertThat(packet.segment.windowField).isEqualTo(5000));
  }

  @Test
  void aWindowThatOpensByALargerBufferIsTold() {
    Scene scene = open("receiveBufferInitial", 5000);
    scene.inject("A", 1, 5000, 1).sent();
    scene.options(Map.of(TcpOption.RECEIVE_BUFFER_BYTES, 20_000));
    assertThat(scene.peer.take())
        .singleElement()
        .satisfies(packet -> assertThat(packet.segment.windowField).isEqualTo(15_000));
  }

  @Test
  void afterAnIdleTimeTheWindowBeginsAnewUnlessTurnedOff() {
    assertThat(burstAfterIdle(true, 199)).isEqualTo(20);
    assertThat(burstAfterIdle(true, 200)).isEqualTo(20);
    assertThat(burstAfterIdle(true, 201)).isLessThan(20);
    assertThat(burstAfterIdle(false, 100_000)).isEqualTo(20);
  }

  private static int burstAfterIdle(boolean restart, int millis) {
    Scene scene = open("slowStartAfterIdle", restart, "congestionControl", "newreno");
    scene.write(10_000).sent();
    scene.inject("A", 1, 0, 10_001).after(millis);
    scene.write(40_000);
    return scene.sent().size();
  }
}
