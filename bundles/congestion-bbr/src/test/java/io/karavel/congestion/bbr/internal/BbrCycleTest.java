package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * The phases of ProbeBW: draft-ietf-ccwg-bbr-06 §5.3.3, 5.5.3 to 5.5.9 and its cases A.5 to A.9.
 */
class BbrCycleTest {
  private static final long MILLI = Flow.MILLI;
  private static final long SECOND = Flow.SECOND;
  private static final long RATE = Flow.RATE;

  private final Flow flow = new Flow();

  /** In Down, with more in flight than the product. */
  private Flow down() {
    flow.drain();
    flow.rounds(4, RATE);
    return flow.in(BbrState.DOWN);
  }

  private void isPacedAt(double gain) {
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(gain, RATE));
  }

  private void mayHaveInFlight(double gain, int more) {
    assertThat(flow.bbr.congestionWindowBytes() - flow.bbr.path().aggregatedBytes())
        .isEqualTo((long) (gain * Flow.PRODUCT) + more);
  }

  // ---- gains (§5.6.1) ----

  @Test
  void eachPhaseHasItsGains() {
    down();
    isPacedAt(0.9);
    mayHaveInFlight(2, 0);
    flow.inFlightBytes = 90_000;
    flow.within(RATE, MILLI);
    flow.in(BbrState.CRUISE);
    isPacedAt(1);
    mayHaveInFlight(2, 0);
    flow.await(BbrState.REFILL, RATE);
    isPacedAt(1);
    mayHaveInFlight(2, 0);
    flow.round(RATE);
    flow.in(BbrState.UP);
    isPacedAt(1.25);
    flow.round(RATE);
    mayHaveInFlight(2.25, 2 * Flow.SEGMENT);
  }

  // ---- Down ----

  @Test
  void downEndsOnceTheQueueIsGone() {
    down();
    flow.inFlightBytes = Flow.PRODUCT + 1;
    flow.within(RATE, MILLI);
    flow.in(BbrState.DOWN);
    flow.inFlightBytes = Flow.PRODUCT;
    flow.within(RATE, MILLI);
    flow.in(BbrState.CRUISE);
  }

  /** A.8: 85 % of the long-term bound, or the product if that is less. */
  @Test
  void downEndsNotBeforeThereIsHeadroom() {
    down();
    flow.bbr.path().longInFlight = 100_000;
    flow.transmitInFlightBytes = 90_000;
    flow.inFlightBytes = 85_001;
    flow.within(RATE, MILLI);
    flow.in(BbrState.DOWN);
    flow.inFlightBytes = 85_000;
    flow.within(RATE, MILLI);
    flow.in(BbrState.CRUISE);
  }

  @Test
  void theHeadroomIsASegmentAtLeast() {
    down();
    flow.bbr.path().longInFlight = 6000;
    flow.transmitInFlightBytes = 5000;
    flow.inFlightBytes = 5001;
    flow.within(RATE, MILLI);
    flow.in(BbrState.DOWN);
    flow.inFlightBytes = 5000;
    flow.within(RATE, MILLI);
    flow.in(BbrState.CRUISE);
  }

  /** A.9. */
  @Test
  void whatDoesNotDrainIsProbedNoLater() {
    down();
    long begin = flow.nowNanos;
    flow.await(BbrState.REFILL, RATE);
    assertThat(flow.nowNanos - begin).isBetween(2 * SECOND, 3 * SECOND + flow.rttNanos);
  }

  // ---- Cruise ----

  @Test
  void betweenTwoAndThreeSecondsItProbesAgain() {
    flow.cruise();
    long begin = flow.nowNanos;
    flow.await(BbrState.REFILL, RATE);
    assertThat(flow.nowNanos - begin).isBetween(2 * SECOND, 3 * SECOND + flow.rttNanos);
  }

  /** Connections that begin at about the same time do not all probe at the same. */
  @Test
  void howLongItWaitsIsNotAlwaysTheSame() {
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 50; i++) {
      Flow other = new Flow();
      other.nowNanos += i * 12_345L;
      other.cruise();
      long begin = other.nowNanos;
      while (other.bbr.state() == BbrState.CRUISE) {
        other.within(RATE, MILLI);
      }
      least = Math.min(least, other.nowNanos - begin);
      most = Math.max(most, other.nowNanos - begin);
    }
    assertThat(least).isBetween(2 * SECOND, 2 * SECOND + 200 * MILLI);
    assertThat(most).isBetween(3 * SECOND - 200 * MILLI, 3 * SECOND + MILLI);
  }

  /** As often as a Reno flow of that window would lose: rounds as the product has segments. */
  @Test
  void aSmallProductIsProbedAfterAsManyRounds() {
    flow.rttNanos = 20 * MILLI;
    flow.knownRttNanos = flow.rttNanos;
    flow.inFlightBytes = 40_000;
    flow.drain();
    flow.inFlightBytes = 15_000;
    flow.round(RATE);
    flow.in(BbrState.CRUISE);
    assertThat(flow.await(BbrState.REFILL, RATE)).isBetween(19, 20);
  }

  @Test
  void aLargeProductIsProbedAfterSixtyThreeRounds() {
    flow.rttNanos = 20 * MILLI;
    flow.inFlightBytes = 400_000;
    flow.round(2 * RATE);
    flow.round(4 * RATE);
    flow.rounds(4, 8 * RATE);
    flow.in(BbrState.DRAIN);
    flow.inFlightBytes = 150_000;
    flow.round(8 * RATE);
    flow.in(BbrState.CRUISE);
    assertThat(flow.await(BbrState.REFILL, 8 * RATE)).isBetween(62, 63);
  }

  // ---- Refill, Up ----

  @Test
  void refillLastsARoundTrip() {
    flow.refill();
    for (int i = 0; i < 20; i++) {
      flow.within(RATE, MILLI);
      flow.in(BbrState.REFILL);
    }
    flow.round(RATE);
    flow.in(BbrState.UP);
  }

  /** A.5. */
  @Test
  void threeRoundsWithoutMoreEndUp() {
    flow.up();
    flow.rounds(2, RATE);
    flow.in(BbrState.UP);
    flow.round(RATE);
    flow.in(BbrState.DOWN);
  }

  @Test
  void upGoesOnWhileThereIsMore() {
    flow.up();
    long rate = RATE;
    for (int i = 0; i < 5; i++) {
      rate = rate * 5 / 4;
      flow.round(rate);
      flow.in(BbrState.UP);
      assertThat(flow.bbr.path().bandwidth()).isEqualTo(rate);
    }
  }

  /** A.7. */
  @Test
  void roundsThatTheApplicationLimitedNeverEndUp() {
    flow.up();
    flow.limited = true;
    flow.rounds(8, RATE);
    flow.in(BbrState.UP);
  }

  /** A.22. */
  @Test
  void anApplicationThatPausesInRefillLowersNothing() {
    flow.refill();
    flow.limited = true;
    flow.round(RATE / 10);
    flow.in(BbrState.UP);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
  }

  // ---- the long-term bound grows ----

  /** In Up, held by a long-term bound of 120 segments: a round delivers as much. */
  private void bounded() {
    flow.refill();
    flow.bbr.path().longInFlight = 120_000;
    flow.transmitInFlightBytes = 90_000;
    flow.windowLimited = true;
    flow.within(RATE, MILLI);
    flow.round(RATE);
    flow.in(BbrState.UP);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(120_000);
  }

  /** A.15: 1, 2, 4, 8 segments a round. */
  @Test
  void whatItGrowsByDoublesEachRound() {
    bounded();
    long before = flow.bbr.path().longInFlight;
    for (int growth = 1; growth <= 32; growth *= 2) {
      flow.evenRound(flow.bbr.congestionWindowBytes() * 10L);
      flow.in(BbrState.UP);
      long after = flow.bbr.path().longInFlight;
      assertThat((double) (after - before) / Flow.SEGMENT)
          .as("growth of a round")
          .isCloseTo(growth, within(1 + growth * 0.1));
      before = after;
    }
    assertThat(before / Flow.SEGMENT).isBetween(120L + 60, 120L + 66);
  }

  /** The bound, not the path, is what keeps the rate level. */
  @Test
  void whileTheBoundHoldsItThePipeIsNotHeldToBeFull() {
    bounded();
    for (int i = 0; i < 4; i++) {
      flow.evenRound(RATE);
      flow.in(BbrState.UP);
    }
  }

  @Test
  void whoDoesNotUseTheWindowDoesNotRaiseTheBound() {
    bounded();
    long before = flow.bbr.path().longInFlight;
    flow.windowLimited = false;
    flow.rounds(2, RATE);
    assertThat(flow.bbr.path().longInFlight).isEqualTo(before);
  }

  @Test
  void whatWasInFlightWithoutLossesIsBoundAgain() {
    bounded();
    flow.transmitInFlightBytes = 130_000;
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.path().longInFlight).isGreaterThanOrEqualTo(130_000);
  }

  // ---- the maximum of the bandwidth ----

  /** A.16: the maximum of this cycle and the one before. */
  @Test
  void theMaximumOfTheCycleBeforeIsForgottenWithTheEndOfThisOne() {
    flow.rttNanos = 20 * MILLI;
    flow.knownRttNanos = flow.rttNanos;
    flow.drain();
    flow.inFlightBytes = 5000;
    flow.await(BbrState.UP, RATE);
    flow.await(BbrState.DOWN, RATE);
    flow.round(RATE);
    flow.await(BbrState.UP, RATE / 2);
    flow.await(BbrState.DOWN, RATE / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
    flow.round(RATE / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE / 2);
  }

  @Test
  void whatTheApplicationLimitedCountsOnlyUpwards() {
    flow.cruise();
    flow.limited = true;
    flow.round(RATE / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
    flow.round(RATE * 3 / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE * 3 / 2);
  }

  /** Acknowledgements too near to each other give no rate (§4.1.2.3); that is no path of none. */
  @Test
  void aCycleInWhichNothingWasMeasuredForgetsNothing() {
    flow.cruise();
    flow.limited = true;
    flow.await(BbrState.UP, RATE / 2);
    flow.lose(20);
    flow.in(BbrState.DOWN);
    flow.limited = false;
    flow.roundWithoutRate();
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
  }

  // ---- aggregation (§5.5.9) ----

  /** Acknowledgements of 20 segments every 20 ms: at each 20 more than the bandwidth explains. */
  @Test
  void whatIsAcknowledgedTogetherIsAddedToTheWindow() {
    flow.cruise();
    assertThat(flow.bbr.path().aggregatedBytes()).isEqualTo(Flow.PRODUCT);
    assertThat(flow.bbr.congestionWindowBytes())
        .isEqualTo(2 * Flow.PRODUCT + (int) flow.bbr.path().aggregatedBytes());
  }

  /** Of ten rounds the draft says; two halves that take turns remember ten at least. */
  @Test
  void aggregationIsForgottenAfterTwentyRoundsAndNotBeforeTen() {
    flow.cruise();
    assertThat(flow.bbr.path().aggregatedBytes()).isEqualTo(Flow.PRODUCT);
    flow.within(RATE, 300 * MILLI); // slower than the bandwidth: that episode is over
    for (int i = 0; i < 10; i++) {
      flow.evenRound(RATE);
      assertThat(flow.bbr.path().aggregatedBytes()).as("round %s", i).isEqualTo(Flow.PRODUCT);
    }
    for (int i = 0; i < 11; i++) {
      flow.evenRound(RATE);
    }
    assertThat(flow.bbr.path().aggregatedBytes()).isLessThan(10_000);
  }
}
