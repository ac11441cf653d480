package io.karavel.tcp.internal.connection.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What begins and ends a stage of growth (RFC 9438 §4.8, §4.9, §5.8), and its hand-over. */
class CubicStagesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final double C = 0.4;

  private final Path path = new Path();

  private static Cubic avoiding(Path path, int segments) {
    return new Cubic(path, segments * 1000, segments * 1000);
  }

  private static double window(Cubic cubic) {
    return cubic.congestionWindowBytes() / 1000.0;
  }

  private static void lose(Cubic cubic, Path path) {
    cubic.onLoss(cubic.congestionWindowBytes(), path.nowNanos);
    path.nowNanos += path.rttNanos;
    cubic.onRecovered(path.nowNanos);
  }

  private static void rounds(Cubic cubic, Path path, int count) {
    for (int i = 0; i < count; i++) {
      path.round(cubic);
    }
  }

  private static Handover export(Cubic cubic) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    cubic.export(writer);
    return writer.finish();
  }

  private static Cubic successor(Cubic cubic, Path path) throws HandoverException {
    Cubic next = new Cubic(path, cubic.congestionWindowBytes(), cubic.slowStartThresholdBytes());
    next.open(export(cubic).reader());
    return next;
  }

  @Test
  void aSpuriousLossIsUndoneWholly() {
    Cubic disturbed = avoiding(path, 1000);
    Path twinPath = new Path();
    Cubic twin = avoiding(twinPath, 1000);
    lose(disturbed, path);
    lose(twin, twinPath);
    rounds(disturbed, path, 5);
    rounds(twin, twinPath, 5);
    disturbed.onLoss(disturbed.congestionWindowBytes(), path.nowNanos);
    assertThat(window(disturbed)).isLessThan(600);
    disturbed.onSpurious(path.nowNanos);
    rounds(disturbed, path, 30);
    rounds(twin, twinPath, 30);
    assertThat(window(disturbed)).isCloseTo(window(twin), Percentage.withPercentage(0.5));
    assertThat(disturbed.slowStartThresholdBytes()).isEqualTo(700_000);
  }

  /** 500 of 1000 bytes are left: a segment's share of them by the window, alpha being 1. */
  @Test
  void whatSlowStartLeavesOfAnAcknowledgementCountsAsAvoidance() {
    Cubic cubic = new Cubic(path, 99_500, 100_000);
    cubic.onAcknowledged(1000, path.rttNanos, path.nowNanos);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(100_005);
  }

  /** W_max is not known any more: growth begins at the bottom of the convex part (§4.8). */
  @Test
  void aTimeoutForgetsTheMaximumOfAnEarlierLoss() {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    rounds(cubic, path, 5);
    cubic.onTimeout(700_000, false, path.nowNanos);
    while (cubic.congestionWindowBytes() < cubic.slowStartThresholdBytes()) {
      path.round(cubic);
    }
    double begin = window(cubic);
    rounds(cubic, path, 60);
    assertThat(window(cubic)).isCloseTo(begin + C * 6 * 6 * 6, Percentage.withPercentage(6));
  }

  /** The minute in which nothing was sent is no time of the cubic function. */
  @Test
  void idlenessThatCostsTheWindowEndsTheStage() {
    Cubic cubic = avoiding(path, 100);
    lose(cubic, path);
    path.round(cubic);
    path.nowNanos += 60 * SECOND;
    cubic.onIdle(60 * SECOND, 10_000, path.nowNanos);
    while (cubic.congestionWindowBytes() < cubic.slowStartThresholdBytes()) {
      path.round(cubic);
    }
    rounds(cubic, path, 2);
    assertThat(window(cubic)).isBetween(70.0, 80.0);
  }

  @Test
  void norIsItWhereTheWindowStays() {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    path.round(cubic);
    path.nowNanos += 60 * SECOND;
    cubic.onIdle(60 * SECOND, 10_000_000, path.nowNanos);
    path.round(cubic);
    double k = Math.cbrt(300 / C);
    assertThat(window(cubic))
        .isCloseTo(C * Math.pow(0.2 - k, 3) + 1000, Percentage.withPercentage(2));
    rounds(cubic, path, 50); // and time goes on from there
    assertThat(window(cubic))
        .isCloseTo(C * Math.pow(5.2 - k, 3) + 1000, Percentage.withPercentage(2));
  }

  /** Fast convergence (§4.7) aims lower, but grows towards its aim as ever: fast at first. */
  @Test
  void halfWayToALowerMaximumMostOfTheWayIsGone() {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    path.round(cubic);
    double second = window(cubic);
    lose(cubic, path);
    double maximum = second * (1 + 0.7) / 2;
    double k = Math.cbrt((maximum - window(cubic)) / C);
    rounds(cubic, path, (int) (k / 2 * 10));
    double t = (int) (k / 2 * 10) / 10.0;
    assertThat(window(cubic))
        .isCloseTo(C * Math.pow(t - k, 3) + maximum, Percentage.withPercentage(2));
  }

  /** K is one of segments: with others it is reckoned anew, from the window of the moment. */
  @Test
  void aSegmentOfAnotherSizeBeginsANewStage() {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    rounds(cubic, path, 20);
    double begin = cubic.congestionWindowBytes() / 500.0;
    path.segmentBytes = 500;
    cubic.onSegmentBytesChanged(1000, 500);
    assertThat(cubic.congestionWindowBytes()).isEqualTo((int) (begin * 500));
    rounds(cubic, path, 20);
    double k = Math.cbrt((2000 - begin) / C);
    assertThat(cubic.congestionWindowBytes() / 500.0)
        .isCloseTo(C * Math.pow(2 - k, 3) + 2000, Percentage.withPercentage(1));
  }

  @Test
  void aSegmentLargerThanTheWindowFitsIn() {
    Cubic cubic = new Cubic(path, 1000, 1000);
    cubic.onSegmentBytesChanged(1000, 1400);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(1400);
  }

  @Test
  void aConservativeSlowStartIsHandedOver() throws HandoverException {
    Cubic cubic = new Cubic(path, 10_000, Integer.MAX_VALUE);
    rounds(cubic, path, 2);
    path.rttNanos = 120 * Path.MILLI;
    rounds(cubic, path, 3);
    assertThat(cubic.isConservativeSlowStart()).isTrue();
    Cubic next = successor(cubic, path);
    assertThat(next.isConservativeSlowStart()).isTrue();
    long begin = path.nowNanos;
    rounds(cubic, path, 6);
    path.nowNanos = begin;
    rounds(next, path, 6);
    assertThat(cubic.slowStartThresholdBytes()).isNotEqualTo(Integer.MAX_VALUE);
    assertThat(next.slowStartThresholdBytes()).isEqualTo(cubic.slowStartThresholdBytes());
    assertThat(next.congestionWindowBytes()).isEqualTo(cubic.congestionWindowBytes());
  }

  @Test
  void theStageOfTheMomentIsHandedOver() throws HandoverException {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    rounds(cubic, path, 30);
    Cubic next = successor(cubic, path);
    long begin = path.nowNanos;
    rounds(cubic, path, 40);
    path.nowNanos = begin;
    rounds(next, path, 40);
    assertThat(window(cubic)).isGreaterThan(970);
    assertThat(next.congestionWindowBytes()).isEqualTo(cubic.congestionWindowBytes());
  }

  /** So that a loss which proves to be none is taken back by the successor too. */
  @Test
  void theStageBeforeALossIsHandedOver() throws HandoverException {
    Cubic cubic = avoiding(path, 1000);
    lose(cubic, path);
    rounds(cubic, path, 30);
    cubic.onTimeout(cubic.congestionWindowBytes(), false, path.nowNanos);
    Cubic next = successor(cubic, path);
    long begin = path.nowNanos;
    cubic.onSpurious(path.nowNanos);
    rounds(cubic, path, 40);
    path.nowNanos = begin;
    next.onSpurious(path.nowNanos);
    rounds(next, path, 40);
    assertThat(window(cubic)).isGreaterThan(970);
    assertThat(next.congestionWindowBytes()).isEqualTo(cubic.congestionWindowBytes());
    assertThat(next.slowStartThresholdBytes()).isEqualTo(cubic.slowStartThresholdBytes());
  }

  @Test
  void theirNamesAreThoseOfTheSetting() {
    assertThat(new CubicFactory().name()).isEqualTo("cubic");
    assertThat(new NewRenoFactory().name()).isEqualTo("newreno");
  }
}
