package io.karavel.tcp.internal.connection.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The window of CUBIC against the formulas of RFC 9438, in segments of 1000 bytes. */
class CubicTest {
  private static final long SECOND = 1_000_000_000L;
  private static final double C = 0.4;
  private static final double BETA = 0.7;

  private final Path path = new Path();

  private Cubic avoiding(int segments) {
    return new Cubic(path, segments * 1000, segments * 1000);
  }

  private double window(Cubic cubic) {
    return cubic.congestionWindowBytes() / 1000.0;
  }

  private void lose(Cubic cubic) {
    cubic.onLoss(cubic.congestionWindowBytes(), path.nowNanos);
    path.nowNanos += path.rttNanos;
    cubic.onRecovered(path.nowNanos);
  }

  private static double formula(double maximum, double begin, double seconds) {
    double k = Math.cbrt((maximum - begin) / C);
    return C * Math.pow(seconds - k, 3) + maximum;
  }

  @Test
  void aLossLeavesSevenTenthsOfWhatWasInFlight() {
    Cubic cubic = avoiding(100);
    cubic.onLoss(100_000, path.nowNanos);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(70_000);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70_000);
  }

  @Test
  void whatIsLeftIsAtLeastTwoSegments() {
    Cubic cubic = avoiding(2);
    cubic.onLoss(2000, path.nowNanos);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(2000);
  }

  @Test
  void anApplicationThatUsedLittleOfTheWindowLosesMore() {
    Cubic cubic = avoiding(100);
    cubic.onLoss(20_000, path.nowNanos);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(14_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 1000, 5000})
  void afterALossTheWindowIsTheCubicFunctionOfTime(int maximum) {
    Cubic cubic = avoiding(maximum);
    lose(cubic);
    double begin = BETA * maximum;
    double k = Math.cbrt(maximum * (1 - BETA) / C);
    long start = path.nowNanos;
    boolean convex = false;
    while ((path.nowNanos - start) / 1e9 < 1.5 * k) {
      path.round(cubic);
      double t = (path.nowNanos - start) / 1e9;
      // the target of a moment is reached one round trip later, and followed closely
      assertThat(window(cubic))
          .as("at %s s, K %s s", t, k)
          .isCloseTo(formula(maximum, begin, t), Percentage.withPercentage(2));
      convex |= t > k;
      if (Math.abs(t - k) < 0.1) {
        assertThat(window(cubic)).as("at K").isCloseTo(maximum, Percentage.withPercentage(1));
      }
    }
    assertThat(convex).isTrue();
  }

  @Test
  void theWindowDoesNotDependOnTheRoundTripTimeOnceReachingItsMaximum() {
    List<Double> windows = new ArrayList<>();
    for (long rttMillis : new long[] {50, 100, 200}) {
      path.rttNanos = rttMillis * Path.MILLI;
      Cubic cubic = avoiding(2000);
      lose(cubic);
      long end = path.nowNanos + 10 * SECOND;
      while (path.nowNanos < end) {
        path.round(cubic);
      }
      windows.add(window(cubic));
    }
    assertThat(windows.get(0)).isCloseTo(windows.get(2), Percentage.withPercentage(3));
    assertThat(windows.get(1)).isCloseTo(windows.get(2), Percentage.withPercentage(3));
  }

  @Test
  void atShortRoundTripsTheWindowIsThatOfRenoAndGrowsByAlphaPerRound() {
    path.rttNanos = 5 * Path.MILLI;
    Cubic cubic = avoiding(20);
    lose(cubic);
    double before = window(cubic);
    assertThat(before).isEqualTo(14);
    for (int round = 1; round <= 8; round++) {
      path.round(cubic);
    }
    double alpha = 3 * (1 - BETA) / (1 + BETA);
    assertThat(window(cubic)).isCloseTo(14 + 8 * alpha, within(0.5));
    // having come back to the window before the loss it grows by one segment a round
    while (window(cubic) < 20.5) {
      path.round(cubic);
    }
    double back = window(cubic);
    for (int round = 1; round <= 10; round++) {
      path.round(cubic);
    }
    assertThat(window(cubic)).isCloseTo(back + 10, within(0.8));
  }

  @Test
  void fastConvergenceAimsBelowAWindowThatWasNotReachedAgain() {
    Cubic cubic = avoiding(1000);
    lose(cubic);
    path.round(cubic);
    double second = window(cubic);
    assertThat(second).isLessThan(1000);
    lose(cubic);
    double begin = window(cubic);
    assertThat(begin).isCloseTo(second * BETA, within(0.01));
    double maximum = second * (1 + BETA) / 2;
    double k = Math.cbrt((maximum - begin) / C);
    long start = path.nowNanos;
    while ((path.nowNanos - start) / 1e9 < k) {
      path.round(cubic);
    }
    assertThat(window(cubic)).isCloseTo(maximum, Percentage.withPercentage(1));
  }

  @Test
  void noTargetIsMoreThanOneAndAHalfWindows() {
    path.rttNanos = 30 * SECOND;
    Cubic cubic = avoiding(1000);
    lose(cubic);
    cubic.onAcknowledged(1000, 0, path.nowNanos);
    path.nowNanos += SECOND;
    int before = cubic.congestionWindowBytes();
    cubic.onAcknowledged(1000, 0, path.nowNanos);
    assertThat(cubic.congestionWindowBytes() - before).isEqualTo(500);
  }

  @Test
  void timeInWhichTheApplicationSendsLittleDoesNotCount() {
    Cubic cubic = avoiding(1000);
    lose(cubic);
    path.round(cubic);
    double before = window(cubic);
    path.limited = false;
    cubic.onAcknowledged(1000, 0, path.nowNanos);
    path.nowNanos += 60 * SECOND;
    cubic.onAcknowledged(1000, 0, path.nowNanos);
    assertThat(window(cubic)).isEqualTo(before);
    path.limited = true;
    path.round(cubic);
    double k = Math.cbrt(1000 * (1 - BETA) / C);
    assertThat(0.2).isLessThan(k);
    assertThat(window(cubic)).isCloseTo(formula(1000, 700, 0.2), Percentage.withPercentage(2));
  }

  @Test
  void idlenessFallsBackToTheRestartWindowAndSlowStartGoesUpToTheThreshold() {
    Cubic cubic = avoiding(100);
    lose(cubic);
    cubic.onIdle(5 * SECOND, 10_000, path.nowNanos + 5 * SECOND);
    path.nowNanos += 5 * SECOND;
    assertThat(cubic.congestionWindowBytes()).isEqualTo(10_000);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70_000);
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(20_000);
    path.round(cubic);
    path.round(cubic);
    assertThat(window(cubic)).isBetween(70.0, 75.0);
  }

  @Test
  void aTimeoutBeginsAtOneSegmentAndThenOnTheConvexSide() {
    Cubic cubic = avoiding(100);
    cubic.onTimeout(100_000, false, path.nowNanos);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(1000);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(70_000);
    cubic.onTimeout(1000, true, path.nowNanos);
    assertThat(cubic.slowStartThresholdBytes()).as("repeated").isEqualTo(70_000);
    while (window(cubic) < 70) {
      path.round(cubic);
    }
    double begin = window(cubic);
    long start = path.nowNanos;
    for (int i = 0; i < 60; i++) {
      path.round(cubic);
    }
    double t = (path.nowNanos - start) / 1e9;
    assertThat(window(cubic)).isCloseTo(begin + C * t * t * t, Percentage.withPercentage(6));
  }

  @Test
  void aSpuriousTimeoutIsUndoneWholly() {
    Cubic disturbed = avoiding(1000);
    Path twinPath = new Path();
    Cubic twin = new Cubic(twinPath, 1_000_000, 1_000_000);
    lose(disturbed);
    twin.onLoss(1_000_000, twinPath.nowNanos);
    twinPath.nowNanos += twinPath.rttNanos;
    twin.onRecovered(twinPath.nowNanos);
    for (int i = 0; i < 5; i++) {
      path.round(disturbed);
      twinPath.round(twin);
    }
    disturbed.onTimeout(disturbed.congestionWindowBytes(), false, path.nowNanos);
    assertThat(window(disturbed)).isEqualTo(1);
    disturbed.onSpurious(path.nowNanos);
    for (int i = 0; i < 30; i++) {
      path.round(disturbed);
      twinPath.round(twin);
    }
    assertThat(window(disturbed)).isCloseTo(window(twin), Percentage.withPercentage(0.5));
    assertThat(disturbed.slowStartThresholdBytes()).isEqualTo(700_000);
  }

  @Test
  void anUndoneUndoChangesNothing() {
    Cubic cubic = avoiding(100);
    cubic.onSpurious(path.nowNanos);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(100_000);
  }

  @Test
  void allOfItsStateIsHandedOver() throws HandoverException {
    Cubic cubic = avoiding(1000);
    lose(cubic);
    for (int i = 0; i < 7; i++) {
      path.round(cubic);
    }
    Handover state = export(cubic);
    Cubic next = new Cubic(path, cubic.congestionWindowBytes(), cubic.slowStartThresholdBytes());
    next.open(state.reader());
    assertThat(export(next).sameForm(state)).isTrue();
    long begin = path.nowNanos;
    for (int i = 0; i < 20; i++) {
      path.round(cubic);
    }
    path.nowNanos = begin;
    for (int i = 0; i < 20; i++) {
      path.round(next);
    }
    assertThat(next.congestionWindowBytes()).isEqualTo(cubic.congestionWindowBytes());
  }

  @Test
  void aStateThatKnowsNothingOfItIsOpenedAndGrowsFromTheWindowCarriedOver()
      throws HandoverException {
    Cubic cubic = avoiding(100);
    cubic.open(new HandoverWriter("tcp", 1).finish().reader());
    assertThat(cubic.congestionWindowBytes()).isEqualTo(100_000);
    for (int i = 0; i < 20; i++) {
      path.round(cubic);
    }
    assertThat(window(cubic)).isBetween(102.0, 125.0);
  }

  private static Handover export(Cubic cubic) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    cubic.export(writer);
    return writer.finish();
  }
}
