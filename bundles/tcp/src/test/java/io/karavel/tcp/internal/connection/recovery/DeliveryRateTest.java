package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.RateSample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples of the rate of delivery, as draft-ietf-ccwg-bbr §4.1 defines them. */
class DeliveryRateTest {
  private static final long MILLI = 1_000_000L;

  /** Notes what it is told. */
  private static final class Listener implements CongestionControl {
    final List<Long> rates = new ArrayList<>();
    final List<String> losses = new ArrayList<>();
    boolean limited;
    long rttNanos;
    long deliveredBytes;

    @Override
    public String name() {
      return "listener";
    }

    @Override
    public int congestionWindowBytes() {
      return 1 << 20;
    }

    @Override
    public int slowStartThresholdBytes() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void onAcknowledged(int acknowledgedBytes, long rtt, long nowNanos) {}

    @Override
    public void onLoss(int inFlightBytes, long nowNanos) {}

    @Override
    public void onRecovered(long nowNanos) {}

    @Override
    public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {}

    @Override
    public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {}

    @Override
    public void onSpurious(long nowNanos) {}

    @Override
    public void onRateSample(RateSample sample, long nowNanos) {
      rates.add(sample.bytesPerSecond());
      limited = sample.isApplicationLimited();
      rttNanos = sample.rttNanos();
      deliveredBytes = sample.deliveredBytes();
    }

    @Override
    public void onSegmentLost(
        int bytes, int inFlight, long lostSince, boolean applicationLimited, long nowNanos) {
      losses.add(bytes + " of " + inFlight + ", " + lostSince + " since");
    }
  }

  private final Listener listener = new Listener();
  private final DeliveryRate delivery = new DeliveryRate(listener, 0);
  private final Rack rack = new Rack();
  private final SentSegments map = stamped();

  private SentSegments stamped() {
    SentSegments segments = new SentSegments(rack);
    segments.delivery(delivery);
    return segments;
  }

  private void acknowledge(int ack, long nowNanos) {
    delivery.begin(nowNanos, false);
    map.acknowledge(ack);
    delivery.finish(map.inFlightBytes(), 0);
  }

  private void selectively(int left, int right, long nowNanos) {
    delivery.begin(nowNanos, false);
    rack.begin(nowNanos, 0, false, 0, 1000, 300);
    map.sack(left, right);
    map.detectLosses(nowNanos, 0);
    delivery.finish(map.inFlightBytes(), 0);
  }

  @Test
  void theRateIsWhatWasDeliveredByTheTimeItTook() {
    for (int i = 0; i < 10; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    for (int i = 0; i < 10; i++) {
      acknowledge((i + 1) * 1000, (20 + i) * MILLI);
    }
    // the tenth was sent 9 ms after the first and acknowledged 29 ms after its own flight began
    assertThat(listener.rates.get(9)).isEqualTo(10_000 * 1000L / 29);
    assertThat(listener.rttNanos).isEqualTo(20 * MILLI);
    for (int i = 10; i < 20; i++) {
      map.add(i * 1000, 1000, (20 + i) * MILLI, false);
    }
    for (int i = 10; i < 20; i++) {
      acknowledge((i + 1) * 1000, (40 + i) * MILLI);
    }
    assertThat(delivery.totalDeliveredBytes()).isEqualTo(20_000);
  }

  @Test
  void compressedAcknowledgementsDoNotMakeTheRateLargerThanItWasSentWith() {
    map.add(0, 1000, 0, false);
    for (int i = 1; i < 10; i++) {
      map.add(i * 1000, 1000, i * 10 * MILLI, false);
    }
    acknowledge(1000, 100 * MILLI);
    acknowledge(10_000, 101 * MILLI);
    assertThat(listener.rates.get(1)).isLessThanOrEqualTo(10_000 * 1000L / 90);
  }

  @Test
  void selectiveAcknowledgementsDeliverAndCumulativeOnesDoNotCountThemAgain() {
    for (int i = 0; i < 6; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    selectively(1000, 6000, 20 * MILLI);
    assertThat(delivery.totalDeliveredBytes()).isEqualTo(5000);
    acknowledge(6000, 40 * MILLI);
    assertThat(delivery.totalDeliveredBytes()).isEqualTo(6000);
  }

  @Test
  void aLossIsToldWithWhatWasInFlightWhenItWasSent() {
    for (int i = 0; i < 6; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    selectively(2000, 6000, 20 * MILLI);
    assertThat(listener.losses)
        .containsExactly("1000 of 1000, 1000 since", "1000 of 2000, 2000 since");
    assertThat(delivery.totalLostBytes()).isEqualTo(2000);
    assertThat(delivery.newlyLostBytes()).isEqualTo(2000);
  }

  @Test
  void whatIsSentWhileTheApplicationHasTooLittleGivesLimitedSamples() {
    map.add(0, 1000, 0, false);
    delivery.onApplicationLimited(1000);
    map.add(1000, 1000, MILLI, false);
    acknowledge(1000, 20 * MILLI);
    assertThat(listener.limited).isFalse();
    acknowledge(2000, 21 * MILLI);
    assertThat(listener.limited).isTrue();
    map.add(2000, 1000, 22 * MILLI, false);
    acknowledge(3000, 42 * MILLI);
    assertThat(listener.limited).as("the bubble is delivered").isFalse();
  }

  @Test
  void aRetransmissionIsStampedAnewAndGivesNoRoundTrip() {
    for (int i = 0; i < 5; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    selectively(1000, 5000, 20 * MILLI);
    assertThat(map.hasRetransmission()).isTrue();
    map.retransmit(1000, 21 * MILLI);
    acknowledge(5000, 41 * MILLI);
    assertThat(listener.rttNanos).isZero();
    assertThat(listener.deliveredBytes).isEqualTo(1000);
  }

  @Test
  void aPauseDoesNotCountAsTimeOfDelivery() {
    map.add(0, 1000, 0, false);
    acknowledge(1000, 20 * MILLI);
    map.add(1000, 1000, 5000 * MILLI, false);
    acknowledge(2000, 5020 * MILLI);
    assertThat(listener.rates.get(1)).isEqualTo(1000 * 1000L / 20);
  }

  @Test
  void stampsSurviveGrowthAndHandOver() {
    for (int i = 0; i < 40; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    acknowledge(10_000, 50 * MILLI);
    byte[] segments = map.toBytes();
    byte[] stamps = delivery.toBytes(map);

    Listener other = new Listener();
    DeliveryRate copy = new DeliveryRate(other, 0);
    SentSegments copied = SentSegments.fromBytes(segments, new Rack());
    copied.delivery(copy);
    assertThat(copy.fromBytes(stamps, copied)).isTrue();
    acknowledge(30_000, 70 * MILLI);
    copy.begin(70 * MILLI, false);
    copied.acknowledge(30_000);
    copy.finish(copied.inFlightBytes(), 0);
    assertThat(other.rates).containsExactly(listener.rates.get(1));
    assertThat(copy.fromBytes(new byte[3], copied)).isFalse();
  }

  /** Each stamp by itself, from a map whose first entry is not the first of the ring. */
  @Test
  void eachStampIsHandedOverWithItsOwnEntry() {
    for (int i = 0; i < 8; i++) {
      map.add(i * 1000, 1000, i * MILLI, false);
    }
    acknowledge(3000, 50 * MILLI);
    for (int i = 8; i < 13; i++) {
      map.add(i * 1000, 1000, (43 + i) * MILLI, false);
    }
    byte[] stamps = delivery.toBytes(map);
    Listener other = new Listener();
    DeliveryRate copy = new DeliveryRate(other, 0);
    SentSegments copied = SentSegments.fromBytes(map.toBytes(), new Rack());
    copied.delivery(copy);
    assertThat(copy.fromBytes(stamps, copied)).isTrue();
    assertThat(copy.toBytes(copied)).isEqualTo(stamps);
    listener.rates.clear();
    for (int i = 3; i < 13; i++) {
      int ack = (i + 1) * 1000;
      acknowledge(ack, (100 + i) * MILLI);
      copy.begin((100 + i) * MILLI, false);
      copied.acknowledge(ack);
      copy.finish(copied.inFlightBytes(), 0);
      assertThat(copy.transmitInFlightBytes())
          .isEqualTo(delivery.transmitInFlightBytes())
          .isEqualTo(i < 8 ? ack : ack - 3000);
      assertThat(other.deliveredBytes).isEqualTo(listener.deliveredBytes);
    }
    assertThat(other.rates).isEqualTo(listener.rates).doesNotContain(0L);
  }

  @Test
  void whatWasSentBeforeSamplingBeganCountsAsLimited() {
    SentSegments before = new SentSegments();
    before.add(0, 1000, 0, false);
    before.delivery(delivery);
    delivery.begin(20 * MILLI, false);
    before.acknowledge(1000);
    delivery.finish(0, 0);
    assertThat(listener.limited).isTrue();
  }
}
