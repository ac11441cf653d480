package io.karavel.tcp.internal.connection.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The first slow start: RFC 9406. */
class HyStartTest {
  private final Path path = new Path();
  private final Cubic cubic = new Cubic(path, 10_000, Integer.MAX_VALUE);

  @Test
  void aSteadyPathDoublesTheWindowEveryRound() {
    for (int round = 1; round <= 6; round++) {
      path.round(cubic);
      assertThat(cubic.congestionWindowBytes()).isEqualTo(10_000 << round);
    }
    assertThat(cubic.isConservativeSlowStart()).isFalse();
  }

  @Test
  void roundTripsThatGrowByAnEighthBeginConservativeSlowStartWhichGrowsByAQuarter() {
    path.round(cubic);
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(40_000);
    path.rttNanos = 113 * Path.MILLI;
    path.round(cubic);
    path.round(cubic);
    assertThat(cubic.isConservativeSlowStart()).isTrue();
    int before = cubic.congestionWindowBytes();
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes() - before).isBetween(before / 4 - 1000, before / 4);
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void afterFiveConservativeRoundsSlowStartIsOver() {
    path.round(cubic);
    path.round(cubic);
    path.rttNanos = 120 * Path.MILLI;
    int rounds = 0;
    while (cubic.slowStartThresholdBytes() == Integer.MAX_VALUE) {
      path.round(cubic);
      rounds++;
      assertThat(rounds).isLessThan(10);
    }
    // a round of the clock and one of the sequence space can end one apart
    assertThat(rounds).isBetween(5, 6);
    int window = cubic.congestionWindowBytes();
    assertThat(cubic.slowStartThresholdBytes()).isLessThanOrEqualTo(window);
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes()).isLessThan(window + 3000);
  }

  @Test
  void jitterAboveASteadyMinimumIsNoReason() {
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      path.nowNanos += Path.MILLI;
      long jitter = i % 4 == 0 ? 0 : (long) (random.nextDouble() * 60 * Path.MILLI);
      path.acknowledge(cubic, 100 * Path.MILLI + jitter);
      assertThat(cubic.isConservativeSlowStart()).isFalse();
    }
    assertThat(cubic.slowStartThresholdBytes()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aRoundThatWasSlowerByChanceGivesSlowStartBack() {
    path.round(cubic);
    path.rttNanos = 125 * Path.MILLI;
    path.round(cubic);
    assertThat(cubic.isConservativeSlowStart()).isTrue();
    path.rttNanos = 100 * Path.MILLI;
    path.round(cubic);
    path.round(cubic);
    assertThat(cubic.isConservativeSlowStart()).isFalse();
    int before = cubic.congestionWindowBytes();
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes()).isGreaterThan(before * 19 / 10);
  }

  @Test
  void onShortPathsFourMillisecondsMoreAreNeeded() {
    path.rttNanos = Path.MILLI;
    path.round(cubic);
    path.rttNanos = 4 * Path.MILLI;
    path.round(cubic);
    path.round(cubic);
    assertThat(cubic.isConservativeSlowStart()).isFalse();
    path.rttNanos = 9 * Path.MILLI;
    path.round(cubic);
    path.round(cubic);
    assertThat(cubic.isConservativeSlowStart()).isTrue();
  }

  @Test
  void oneAcknowledgementAddsAtMostEightSegments() {
    path.inFlightBytes = 0;
    cubic.onAcknowledged(100_000, path.rttNanos, path.nowNanos);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(18_000);
  }

  @Test
  void aSlowStartAfterALossKnowsItsThresholdAndIsNotEndedByRoundTrips() {
    Cubic later = new Cubic(path, 10_000, 100_000);
    path.round(later);
    path.rttNanos = 200 * Path.MILLI;
    path.round(later);
    assertThat(later.congestionWindowBytes()).isEqualTo(40_000);
    path.round(later);
    assertThat(later.congestionWindowBytes()).isEqualTo(80_000);
  }

  @Test
  void aSenderWithoutDataDoesNotGrow() {
    path.limited = false;
    path.round(cubic);
    assertThat(cubic.congestionWindowBytes()).isEqualTo(10_000);
  }
}
