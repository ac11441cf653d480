package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.RateSample;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a congestion control that goes by samples is told, and when (CongestionControl's page). */
class RateSamplesTest {
  /** Notes what it is told. */
  private static final class Recorder implements CongestionControl {
    final CongestionView view;
    final List<String> told = new ArrayList<>();
    int window;

    Recorder(CongestionView view, int window) {
      this.view = view;
      this.window = window;
    }

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public boolean wantsRateSamples() {
      return true;
    }

    @Override
    public int congestionWindowBytes() {
      return window;
    }

    @Override
    public int slowStartThresholdBytes() {
      return 5000;
    }

    @Override
    public void onAcknowledged(int acknowledgedBytes, long rtt, long nowNanos) {
      told.add("acknowledged " + acknowledgedBytes);
    }

    @Override
    public void onLoss(int inFlightBytes, long nowNanos) {
      told.add("loss " + inFlightBytes);
    }

    @Override
    public void onRecovered(long nowNanos) {
      told.add("recovered");
    }

    @Override
    public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {
      told.add("timeout " + inFlightBytes + (repeated ? " again" : ""));
    }

    @Override
    public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {
      told.add("idle " + idleNanos / Wire.MILLI + " ms, " + restartWindowBytes);
    }

    @Override
    public void onSpurious(long nowNanos) {
      told.add("spurious");
    }

    @Override
    public void onTransmit(int inFlightBytes, boolean applicationLimited, long nowNanos) {
      told.add("transmit at " + inFlightBytes + (applicationLimited ? " limited" : ""));
    }

    @Override
    public void onRateSample(RateSample sample, long nowNanos) {
      told.add(
          "sample "
              + sample.newlyDeliveredBytes()
              + " in "
              + sample.rttNanos() / Wire.MILLI
              + " ms, "
              + sample.inFlightBytes()
              + " left"
              + (sample.isCongestionEchoed() ? ", marked" : "")
              + (sample.isApplicationLimited() ? ", limited" : ""));
    }

    @Override
    public void onSegmentLost(
        int bytes, int inFlight, long lostSince, boolean applicationLimited, long nowNanos) {
      told.add("lost " + bytes + " of " + inFlight);
    }
  }

  private Recorder recorder;
  private Scene scene;

  private void open(int window, Object... settings) {
    Object[] all = new Object[settings.length + 2];
    System.arraycopy(settings, 0, all, 0, settings.length);
    all[settings.length] = "congestionControl";
    all[settings.length + 1] = "recorder";
    scene = Scene.unopened(all);
    scene.peer.context.congestionControls(
        Map.of(
            "recorder",
            new CongestionControlFactory() {
              @Override
              public String name() {
                return "recorder";
              }

              @Override
              public CongestionControl create(CongestionView view, int windowBytes, int threshold) {
                recorder = new Recorder(view, window);
                return recorder;
              }
            }));
    scene.openSelective();
  }

  private void told(String... words) {
    assertThat(recorder.told).containsExactly(words);
    recorder.told.clear();
  }

  @Test
  void eachTransmissionIsToldBeforeItGoesAndEachDeliveryAfterIt() {
    open(4000);
    scene.write(10_000);
    told("transmit at 0", "transmit at 1000", "transmit at 2000", "transmit at 3000");
    scene.after(50).inject("A", 1, 0, 2001);
    told(
        "acknowledged 2000",
        "sample 2000 in 50 ms, 2000 left",
        "transmit at 2000",
        "transmit at 3000");
  }

  @Test
  void anEchoedMarkIsTold() {
    open(4000);
    scene.write(2000);
    recorder.told.clear();
    Segment ack = scene.segment("A", 1, 0, 1001);
    ack.flags |= io.karavel.wire.TcpHeader.ECE;
    scene.after(50).inject(ack);
    told("acknowledged 1000", "sample 1000 in 50 ms, 1000 left, marked");
  }

  @Test
  void whatGoesOutAfterTheApplicationHadTooLittleIsLimited() {
    open(4000);
    scene.write(1000);
    told("transmit at 0");
    scene.write(1000);
    told("transmit at 1000 limited");
    scene.after(50).inject("A", 1, 0, 1001);
    told("acknowledged 1000", "sample 1000 in 50 ms, 1000 left");
    scene.after(50).inject("A", 1, 0, 2001);
    told("acknowledged 1000", "sample 1000 in 100 ms, 0 left, limited");
  }

  @Test
  void whoFillsTheWindowIsNotLimited() {
    open(4000);
    scene.write(4000);
    recorder.told.clear();
    scene.after(50).inject("A", 1, 0, 1001);
    recorder.told.clear();
    scene.write(1000);
    // there was nothing to send when the acknowledgement came
    told("transmit at 3000 limited");
  }

  @Test
  void aLossIsToldSegmentBySegmentAndThenAsOne() {
    open(20_000);
    scene.write(10_000);
    recorder.told.clear();
    scene.after(50).sack(1, 1001, 5001);
    assertThat(recorder.told)
        .startsWith("lost 1000 of 1000", "loss 10000", "sample 4000 in 50 ms, 5000 left");
    recorder.told.clear();
    scene.after(100).sack(10_001);
    assertThat(recorder.told).contains("recovered").doesNotContain("acknowledged 10000");
    scene.write(1000);
    recorder.told.clear();
    scene.after(100).sack(11_001);
    assertThat(recorder.told).contains("acknowledged 1000");
  }

  @Test
  void afterATimeoutAcknowledgementsCountAsInSlowStart() {
    open(4000, "tailLossProbe", false, "frto", false);
    scene.write(4000).after(300);
    recorder.told.clear();
    scene.after(100).inject("A", 1, 0, 2001);
    assertThat(recorder.told).contains("acknowledged 2000").doesNotContain("recovered");
    recorder.told.clear();
    scene.inject("A", 1, 0, 4001);
    assertThat(recorder.told).contains("acknowledged 2000").doesNotContain("recovered");
  }

  @Test
  void repetitionsAreToldAsTransmissions() {
    open(20_000);
    scene.write(10_000);
    scene.after(50);
    recorder.told.clear();
    scene.sack(1, 1001, 5001);
    assertThat(recorder.told).contains("transmit at 5000 limited");
  }

  @Test
  void aLossProbeIsATransmission() {
    open(20_000);
    scene.write(3000);
    recorder.told.clear();
    scene.after(202);
    assertThat(recorder.told).hasSize(1).allMatch(words -> words.startsWith("transmit at 3000"));
    open(4000);
    scene.write(10_000);
    recorder.told.clear();
    scene.after(202);
    told("transmit at 4000");
  }

  @Test
  void aTimeoutIsToldWithWhatWasInFlightAndWhetherItIsNotTheFirst() {
    open(4000, "tailLossProbe", false);
    scene.write(4000);
    recorder.told.clear();
    scene.after(300);
    assertThat(recorder.told).contains("timeout 4000").doesNotContain("timeout 4000 again");
    recorder.told.clear();
    scene.after(700);
    assertThat(recorder.told).contains("timeout 4000 again");
  }

  @Test
  void idlenessIsToldOnceItIsLongerThanTheRetransmissionTimeout() {
    open(20_000);
    scene.write(1000);
    scene.after(100).inject("A", 1, 0, 1001);
    recorder.told.clear();
    scene.after(1000).write(1000);
    told("idle 1100 ms, 10000", "transmit at 0 limited");
  }

  @Test
  void itSeesTheConnection() {
    open(20_000);
    scene.write(3000);
    assertThat(recorder.view.segmentBytes()).isEqualTo(1000);
    assertThat(recorder.view.inFlightBytes()).isEqualTo(3000);
    assertThat(recorder.view.smoothedRttNanos()).isEqualTo(100 * Wire.MILLI);
    assertThat(recorder.view.minimumRttNanos()).isEqualTo(100 * Wire.MILLI);
    scene.after(60).inject("A", 1, 0, 1001);
    assertThat(recorder.view.minimumRttNanos()).isEqualTo(60 * Wire.MILLI);
    assertThat(recorder.view.smoothedRttNanos()).isEqualTo(95 * Wire.MILLI);
    scene.expectState(TcpState.ESTABLISHED);
  }

  @Test
  void whetherTheCongestionWindowLimitsIsKnown() {
    open(4000);
    scene.write(10_000);
    assertThat(recorder.view.isCongestionWindowLimited()).isTrue();
    open(20_000);
    scene.write(3000);
    assertThat(recorder.view.isCongestionWindowLimited()).isFalse();
    open(20_000);
    scene.window = 3000;
    scene.inject("A", 1, 0, 1).write(10_000);
    assertThat(recorder.view.isCongestionWindowLimited()).isFalse();
  }

  @Test
  void aProbeOfThePathsMtuIsATransmission() {
    open(20_000, "mtuProbing", "always", "mtuProbeBase", 500);
    recorder.told.clear();
    scene.write(20_000);
    List<Peer.Packet> sent = scene.peer.take();
    int segment = scene.connection().sndMss;
    assertThat(sent).anyMatch(packet -> packet.segment.payloadLength > segment);
    assertThat(recorder.told.stream().filter(words -> words.startsWith("transmit")))
        .hasSameSizeAs(sent);
  }

  @Test
  void aWindowThatIsExactlyFullIsNotTheApplicationsLimit() {
    open(4000);
    scene.write(4000);
    assertThat(scene.connection().delivery.isLimitedNow()).isFalse();
    scene.inject("A", 1, 0, 1);
    assertThat(scene.connection().delivery.isLimitedNow()).isFalse();
  }

  /** What is lost waits for room: there is something to send. */
  @Test
  void whileSomethingWaitsToBeSentAgainTheApplicationDoesNotLimit() {
    open(10_000);
    scene.write(10_000);
    scene.after(50).sack(1, 2001, 5001);
    assertThat(scene.connection().sent.hasRetransmission()).isTrue();
    assertThat(scene.connection().delivery.isLimitedNow()).isFalse();
  }
}
