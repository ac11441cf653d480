package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is sent is spread over time where a rate is set, and only there. */
class PacingTest {
  /** 100,000 bytes per second: a segment of 1000 bytes every 10 ms. */
  private static Scene paced(Object... keysAndValues) {
    Scene scene = Scene.plain(keysAndValues);
    scene.peer.options =
        ConnectionOptions.of(Map.of(TcpOption.MAX_PACING_BYTES_PER_SECOND, 100_000));
    return scene.in(TcpState.ESTABLISHED);
  }

  /** Lets the timers run and notes when, in milliseconds from now, each data segment left. */
  private static List<Long> departures(Scene scene, int count) {
    long begin = scene.now;
    List<Long> times = new ArrayList<>();
    scene.peer.flush(scene.now);
    while (true) {
      for (Peer.Packet packet : scene.peer.out) {
        if (packet.segment.payloadLength > 0) {
          times.add((scene.now - begin) / Wire.MILLI);
        }
      }
      scene.peer.out.clear();
      if (times.size() >= count || scene.now - begin > Wire.SECOND) {
        return times;
      }
      scene.now = scene.peer.nextDeadline();
      scene.peer.onDeadline(scene.now);
      scene.peer.flush(scene.now);
    }
  }

  @Test
  void aSocketWithARateSendsASegmentPerInterval() {
    Scene scene = paced();
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    assertThat(departures(scene, 8)).containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L);
  }

  @Test
  void aConnectionWithoutARateSendsItsWindowAtOnce() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    assertThat(departures(scene, 8)).hasSize(8).containsOnly(0L);
  }

  @Test
  void theRateIsLiveAndZeroTakesItAway() {
    Scene scene = paced();
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    assertThat(departures(scene, 2)).containsExactly(0L, 10L);
    scene.connection().options(ConnectionOptions.NONE, scene.now);
    assertThat(departures(scene, 6)).hasSize(6).containsOnly(0L);
  }

  @Test
  void aLateTimerIsMadeGoodByHalfAnIntervalAtMost() {
    Scene scene = paced();
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    assertThat(departures(scene, 1)).containsExactly(0L);
    scene.now += 13 * Wire.MILLI;
    scene.peer.onDeadline(scene.now);
    assertThat(departures(scene, 2)).containsExactly(0L, 7L);
    scene.now += 100 * Wire.MILLI;
    scene.peer.onDeadline(scene.now);
    assertThat(departures(scene, 3)).containsExactly(0L, 5L, 15L);
  }

  @Test
  void acknowledgementsAreNotPaced() {
    Scene scene = paced();
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    departures(scene, 1);
    scene.inject("A", 1, 1000, 1).inject("A", 1001, 1000, 1);
    assertThat(scene.peer.out.stream().anyMatch(p -> p.segment.payloadLength == 0)).isTrue();
  }

  @Test
  void theIntervalIsHandedOverAndSoIsTheDeadline() throws Exception {
    Scene scene = paced();
    scene.peer.write(new byte[8000], 0, 8000, scene.now);
    departures(scene, 1);
    io.karavel.engine.HandoverWriter writer = new io.karavel.engine.HandoverWriter("tcp", 1);
    scene.connection().export(writer);
    TcpConnection next =
        TcpConnection.open(
            scene.peer.context,
            scene.peer.options,
            scene.peer.keepalive,
            scene.peer.receiveRing,
            scene.peer.sendRing,
            writer.finish().reader());
    assertThat(next.nextDeadlineNanos()).isEqualTo(scene.now + 10 * Wire.MILLI);
    assertThat(next.pollTransmit(scene.peer.transmit, 0, scene.now + 9 * Wire.MILLI)).isFalse();
    assertThat(next.pollTransmit(scene.peer.transmit, 0, scene.now + 10 * Wire.MILLI)).isTrue();
  }

  private static Scene withRoundTrip(long nanos, Object... keysAndValues) {
    Scene scene = Scene.plain(keysAndValues).in(TcpState.ESTABLISHED);
    scene.write(10_000).sent();
    scene.connection().rtt.restore(nanos, nanos / 4, nanos);
    return scene;
  }

  @Test
  void theOwnRateIsWindowByRoundTripWithThePercentageOfThePhase() {
    Scene scene = withRoundTrip(20 * Wire.MILLI, "pacingSlowStartPercent", 300);
    int window = scene.connection().congestion.congestionWindowBytes();
    assertThat(Pacing.ownBytesPerSecond(scene.connection())).isEqualTo(window * 50L * 3);
    scene.peer.context.settings(Peer.settings("pacingSlowStartPercent", 100));
    assertThat(Pacing.ownBytesPerSecond(scene.connection())).isEqualTo(window * 50L);
  }

  @Test
  void inAvoidanceTheOtherPercentageCounts() {
    Scene scene = withRoundTrip(20 * Wire.MILLI, "pacingAvoidancePercent", 150);
    for (int i = 0; i < 3; i++) {
      scene.inject("A", 1, 0, 1);
    }
    int window = scene.connection().congestion.congestionWindowBytes();
    assertThat(Pacing.ownBytesPerSecond(scene.connection())).isEqualTo(window * 50L * 3 / 2);
  }

  @Test
  void aSuperSegmentHoldsAboutAMillisecondOfALongPathAndAllItCanOfAShortOne() {
    Scene far = withRoundTrip(20 * Wire.MILLI);
    // 10,000 bytes in 20 ms, twice as much in slow start: 1 MB/s, less than two segments per ms
    assertThat(Pacing.segmentation(far.connection(), 65_000)).isEqualTo(2000);
    Scene near = withRoundTrip(Wire.MILLI / 10);
    assertThat(Pacing.segmentation(near.connection(), 65_000)).isEqualTo(65_000);
    Scene between = withRoundTrip(Wire.MILLI);
    assertThat(Pacing.segmentation(between.connection(), 65_000))
        .isEqualTo((20_000_000 >> 10) + 65_000 / 2);
    assertThat(Pacing.segmentation(between.connection(), 0)).isZero();
  }
}
