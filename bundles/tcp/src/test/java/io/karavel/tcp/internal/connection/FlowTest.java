package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Windows, probes, Nagle, cork, delayed acknowledgements: RFC 9293 sections 3.7 and 3.8. */
class FlowTest {
  private static Scene open(Object... settings) {
    return Scene.plain(settings).in(TcpState.ESTABLISHED);
  }

  private static ConnectionOptions options(Object... optionsAndValues) {
    Map<TcpOption<?>, Object> map = new java.util.HashMap<>();
    for (int i = 0; i < optionsAndValues.length; i += 2) {
      map.put((TcpOption<?>) optionsAndValues[i], optionsAndValues[i + 1]);
    }
    return ConnectionOptions.of(map);
  }

  // ---- zero window ----

  @Test
  void aZeroWindowIsProbedWithOneByteAtBackedOffIntervals() {
    Scene scene = open();
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(100).expectNothing();
    List<Long> at = new ArrayList<>();
    long start = scene.now;
    for (int i = 0; i < 6; i++) {
      scene.now = scene.peer.nextDeadline();
      scene.peer.onDeadline(scene.now);
      List<String> sent = scene.sent();
      if (!sent.isEmpty()) {
        assertThat(sent).containsExactly(". 1(1) ack 1");
        at.add((scene.now - start) / Wire.MILLI);
        scene.inject("A", 1, 0, 1).expectNothing();
      } else {
        i--;
      }
    }
    assertThat(at).containsExactly(200L, 600L, 1400L, 3000L, 6200L, 12600L);
    scene.window = 1000;
    scene.inject("A", 1, 0, 1).expect(". 1(100) ack 1");
  }

  @Test
  void aProbeThatIsTakenMovesOn() {
    Scene scene = open();
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(10).after(200).expect(". 1(1) ack 1");
    scene.inject("A", 1, 0, 2).expectNothing();
    scene.window = 100;
    scene.inject("A", 1, 0, 2).expect(". 2(9) ack 1");
  }

  @Test
  void aFinBehindAZeroWindowIsTheProbe() {
    Scene scene = open();
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.shutdownOutput().expectState(TcpState.FIN_WAIT_1).after(200).expect("F 1(0) ack 1");
    scene.window = 10;
    scene.inject("A", 1, 0, 2).expectState(TcpState.FIN_WAIT_2);
  }

  @Test
  void answeredProbesGoOnForEverWhileTheSocketIsOpen() {
    Scene scene = open("retries2", 2, "retries1", 1);
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(100);
    int probes = 0;
    for (int i = 0; i < 100 && probes < 40; i++) {
      scene.now = scene.peer.nextDeadline();
      scene.peer.onDeadline(scene.now);
      if (!scene.sent().isEmpty()) {
        probes++;
        scene.inject("A", 1, 0, 1);
      }
    }
    assertThat(probes).isEqualTo(40);
    scene.expectState(TcpState.ESTABLISHED);
  }

  @Test
  void unansweredProbesEndByRetries2() {
    Scene scene = open("retries2", 3, "retries1", 1);
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(100).after(100_000).expectState(TcpState.CLOSED);
    assertThat(scene.peer.failure()).isEqualTo(TcpError.TIMED_OUT);
  }

  @Test
  void anOrphanIsEndedAlthoughItsProbesAreAnswered() {
    Scene scene = open("orphanRetries", 3);
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    scene.write(100).close().expectState(TcpState.FIN_WAIT_1);
    long start = scene.now;
    while (scene.peer.state() != TcpState.CLOSED && scene.now - start < 100 * Wire.SECOND) {
      scene.now = scene.peer.nextDeadline();
      scene.peer.onDeadline(scene.now);
      if (!scene.sent().isEmpty()) {
        scene.inject("A", 1, 0, 1);
      }
    }
    scene.expectState(TcpState.CLOSED);
    assertThat(scene.now - start).isLessThan(10 * Wire.SECOND);
  }

  @Test
  void aWindowShrunkToNothingUnderDataInFlightRecoversWhenItOpens() {
    Scene scene = open();
    scene.write(3000);
    assertThat(scene.sent()).hasSize(3);
    scene.window = 0;
    scene.inject("A", 1, 0, 1).after(700);
    scene.sent();
    scene.window = 65535;
    scene.inject("A", 1, 0, 1);
    scene.inject("A", 1, 0, 1001).inject("A", 1, 0, 2001).inject("A", 1, 0, 3001);
    assertThat(scene.connection().unsentBytes()).isZero();
    assertThat(scene.peer.sendRing.available()).isZero();
  }

  // ---- our window ----

  @Test
  void theRightEdgeNeverMovesLeftAndAFullBufferIsAZeroWindow() {
    Scene scene = open("receiveBufferMin", 8192, "receiveBufferInitial", 8192);
    int sequence = 1;
    int edge = 0;
    for (int i = 0; i < 20; i++) {
      Segment segment = scene.segment("A", sequence, 700, 1);
      scene.inject(segment);
      scene.after(50);
      for (Peer.Packet packet : scene.peer.take()) {
        int newEdge = packet.segment.acknowledgment - Scene.IRS + packet.segment.windowField;
        assertThat(newEdge).isGreaterThanOrEqualTo(edge);
        edge = newEdge;
        sequence = packet.segment.acknowledgment - Scene.IRS;
      }
    }
    assertThat(edge).isEqualTo(8193);
    assertThat(sequence).isEqualTo(8193);
    assertThat(scene.peer.count("TcpExt.TCPToZeroWindowAdv")).isEqualTo(1);
    scene.read(100);
    scene.expectNothing();
    scene.read(8192);
    assertThat(scene.peer.out).hasSize(1);
    assertThat(scene.peer.take().get(0).segment.windowField).isEqualTo(8192);
  }

  @Test
  void theReadNoticeStandsWhereAWindowUpdateIsDue() {
    Scene scene = open("receiveBufferMin", 8192, "receiveBufferInitial", 8192);
    scene.inject("A", 1, 8192, 1);
    scene.sent();
    long notice = scene.connection().readNoticePosition();
    assertThat(notice).isBetween(1L, 8192L);
    scene.peer.receiveRing.consume(notice - 1);
    scene.connection().read(scene.now);
    scene.peer.flush(scene.now);
    scene.expectNothing();
    scene.peer.receiveRing.consume(notice);
    scene.connection().read(scene.now);
    scene.peer.flush(scene.now);
    assertThat(scene.sent()).hasSize(1);
  }

  @Test
  void withScalingTheEdgeNeverMovesLeftInABulkTransferNobodyReads() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 1), new Peer(TcpSettings.defaults(), 2), 3);
    wire.open();
    int[] edge = {Integer.MIN_VALUE};
    wire.swallowFromB =
        p -> {
          int now = p.segment.acknowledgment + (p.segment.windowField << 7);
          assertThat(now).isGreaterThanOrEqualTo(edge[0]);
          edge[0] = now;
          return false;
        };
    byte[] bytes = new byte[300_000];
    int at = 0;
    for (int i = 0; i < 3000; i++) {
      at += wire.a.write(bytes, at, bytes.length - at, wire.now);
      wire.step(wire.now + 100 * Wire.MILLI);
    }
    assertThat(wire.b.receiveRing.available()).isBetween(110_000, 131_072);
    assertThat(wire.b.memory.usedBytes()).isLessThanOrEqualTo(262_144);
  }

  // ---- Nagle, cork ----

  @Test
  void nagleHoldsASecondSmallSegmentUntilTheFirstIsAcknowledged() {
    Scene scene = open();
    scene.write(10).expect(". 1(10) ack 1").write(10).write(10).expectNothing();
    scene.inject("A", 1, 0, 11).expect(". 11(20) ack 1");
  }

  @Test
  void minshallLetsTheTailOfALargeWriteGo() {
    Scene scene = open();
    scene.write(1500).expect(". 1(1000) ack 1", ". 1001(500) ack 1");
  }

  @Test
  void noDelaySendsAtOnce() {
    Scene scene = open("nagle", false);
    scene.write(10).write(10).expect(". 1(10) ack 1", ". 11(10) ack 1");
  }

  @Test
  void aCorkHoldsPartialSegmentsUntilItIsPulledOrTwoHundredMilliseconds() {
    Scene scene = open();
    scene.connection().options(options(TcpOption.CORK, true), scene.now);
    scene.write(10).expectNothing().write(1000).expect(". 1(1000) ack 1");
    scene.inject("A", 1, 0, 1001).expectNothing();
    scene.connection().options(ConnectionOptions.NONE, scene.now);
    scene.peer.flush(scene.now);
    scene.expect(". 1001(10) ack 1").inject("A", 1, 0, 1011);
    scene.connection().options(options(TcpOption.CORK, true), scene.now);
    scene.write(10).after(199).expectNothing().after(1).expect(". 1011(10) ack 1");
  }

  @Test
  void theSenderDoesNotFillASillyWindow() {
    Scene scene = open();
    scene.write(5000);
    scene.window = 100;
    scene.sent();
    scene.inject("A", 1, 0, 5001).write(5000).expectNothing();
    scene.after(199).expectNothing().after(1).expect(". 5001(100) ack 1");
  }

  // ---- acknowledgements ----

  @Test
  void afterTheQuickPhaseEverySecondFullSegmentIsAcknowledgedAndALoneOneAfterTheDelay() {
    Scene scene = open();
    int next = 1;
    for (int i = 0; i < 16; i++, next += 1000) {
      scene.inject("A", next, 1000, 1);
      scene.read(2000);
      assertThat(scene.sent()).as("quick " + i).hasSize(1);
    }
    scene.inject("A", next, 1000, 1).expectNothing().after(39).expectNothing();
    scene.after(1).expect(". 1(0) ack " + (next + 1000));
    next += 1000;
    scene.inject("A", next, 1000, 1).expectNothing();
    scene.inject("A", next + 1000, 1000, 1).expect(". 1(0) ack " + (next + 2000));
  }

  @Test
  void aBurstIsAcknowledgedOnce() {
    Scene scene = open();
    for (int i = 0; i < 5; i++) {
      scene.connection().onSegment(scene.segment("A", 1 + i * 1000, 1000, 1), scene.now);
    }
    scene.peer.flush(scene.now);
    scene.expect(". 1(0) ack 5001");
  }

  @Test
  void anAnswerCarriesTheAcknowledgement() {
    Scene scene = open();
    scene.connection().onSegment(scene.segment("A", 1, 10, 1), scene.now);
    scene.write(20).expect(". 1(20) ack 11");
    scene.after(100).inject("A", 11, 10, 21).expectNothing();
    scene.write(5).expect(". 21(5) ack 21").after(100).expectNothing();
  }

  @Test
  void delayedAckMillisIsLive() {
    Scene scene = open();
    scene.connection().quickAcks = 0;
    scene.inject("A", 1, 10, 1).expectNothing().after(10);
    try {
      scene.peer.context.settings(
          scene.peer.context.settings().with(Map.of("delayedAckMillis", 15)));
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
    scene.connection().onSettingsChanged(scene.now);
    scene.after(4).expectNothing().after(1).expect(". 1(0) ack 11");
  }

  // ---- options of the handshake ----

  @Test
  void theSynOffersMssScaleSackAndTimestamps() {
    Scene scene = new Scene(TcpSettings.defaults());
    scene.connect();
    Segment syn = scene.peer.take().get(0).segment;
    assertThat(syn.maximumSegmentSize).isEqualTo(1460);
    assertThat(syn.windowScale).isEqualTo(7);
    assertThat(syn.sackPermitted).isTrue();
    assertThat(syn.timestampsPresent).isTrue();
    assertThat(syn.windowField).isEqualTo(65535);
  }

  @Test
  void withoutAnMssOptionFiveHundredThirtySixBytesAreSent() {
    Scene scene = Scene.plain();
    scene.connect().sent();
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.maximumSegmentSize = -1;
    scene.inject(synAck).sent();
    scene.write(600).expect(". 1(536) ack 1", ". 537(64) ack 1");
  }

  @Test
  void theWindowOfASynIsNeverScaledAndLaterOnesAre() {
    Scene scene = new Scene(Peer.settings("timestamps", false, "sack", false));
    scene.connect().sent();
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.windowScale = 4;
    synAck.windowField = 1000;
    scene.inject(synAck).sent();
    assertThat(scene.connection().sndWnd).isEqualTo(1000);
    scene.window = 1000;
    scene.inject("A", 1, 0, 1);
    assertThat(scene.connection().sndWnd).isEqualTo(16000);
  }

  @Test
  void memoryIsGivenBackWhenTheConnectionIsIdle() {
    Wire wire =
        new Wire(new Peer(TcpSettings.defaults(), 1), new Peer(TcpSettings.defaults(), 2), 3);
    wire.open();
    wire.a.write(new byte[50_000], 0, 50_000, wire.now);
    wire.run(500 * Wire.MILLI);
    assertThat(wire.b.read(100_000, wire.now)).hasSize(50_000);
    assertThat(wire.b.memory.usedBytes()).isPositive();
    wire.run(5 * Wire.SECOND);
    assertThat(wire.b.memory.usedBytes()).isZero();
    assertThat(wire.a.memory.usedBytes()).isZero();
    assertThat(wire.a.connection.sent).isNull();
    assertThat(wire.a.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void sendBufferMaxEndsTheGrowthOfTheSendBufferAndIsLive() {
    Scene scene = open("sendBufferInitial", 10_000, "sendBufferMax", 30_000);
    assertThat(scene.peer.sendRing.capacityBytes()).isEqualTo(10_000);
    fillAndAcknowledge(scene, 12);
    assertThat(scene.peer.sendRing.capacityBytes()).isEqualTo(30_000);
    set(scene, "sendBufferMax", 50_000);
    fillAndAcknowledge(scene, 12);
    assertThat(scene.peer.sendRing.capacityBytes()).isEqualTo(50_000);
  }

  @Test
  void theLeastBuffersAreLiveAndThereThoughTheStackHasNoMemoryLeft() {
    Scene scene = open("sendBufferInitial", 100_000, "receiveBufferInitial", 100_000);
    scene.peer.memory.limitBytes(0);
    scene.window = 0;
    scene.inject("A", 1, 0, 1);
    int least = scene.peer.sendRing.write(java.nio.ByteBuffer.allocate(100_000));
    assertThat(least).isBetween(4096, 16_384);
    set(scene, "sendBufferMin", 60_000);
    int more = scene.peer.sendRing.write(java.nio.ByteBuffer.allocate(100_000));
    assertThat(least + more).isBetween(60_000, 100_000);
    int received = scene.peer.receiveRing.write(java.nio.ByteBuffer.allocate(100_000));
    assertThat(received).isBetween(4096, 16_384);
    set(scene, "receiveBufferMin", 60_000);
    received += scene.peer.receiveRing.write(java.nio.ByteBuffer.allocate(100_000));
    assertThat(received).isBetween(60_000, 100_000);
  }

  @Test
  void retries1IsLiveAndHasTheRouteLookedAtAgainOnce() {
    Scene scene = open();
    scene.write(100).sent();
    scene.after(500).sent();
    assertThat(scene.peer.events & ConnectionEvents.SUSPECT_ROUTE).isZero();
    set(scene, "retries1", 0);
    scene.after(1000).sent();
    assertThat(scene.peer.events & ConnectionEvents.SUSPECT_ROUTE).isNotZero();
  }

  private static void fillAndAcknowledge(Scene scene, int rounds) {
    for (int round = 0; round < rounds; round++) {
      int free = scene.peer.sendRing.capacityBytes() - scene.peer.sendRing.available();
      scene.write(free).sent();
      scene.inject("A", 1, 0, scene.connection().sndNxt - Scene.ISS).sent();
    }
  }

  private static void set(Scene scene, String key, Object value) {
    try {
      scene.peer.context.settings(scene.peer.context.settings().with(Map.of(key, value)));
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
    scene.connection().onSettingsChanged(scene.now);
  }
}
