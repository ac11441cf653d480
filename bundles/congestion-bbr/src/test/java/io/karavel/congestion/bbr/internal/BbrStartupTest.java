package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Startup and Drain: draft-ietf-ccwg-bbr-06 §5.3.1, 5.3.2, 5.6.2 and its cases A.1 to A.4. */
class BbrStartupTest {
  private static final long MILLI = Flow.MILLI;
  private static final long RATE = Flow.RATE;

  private final Flow flow = new Flow();

  // ---- the first rate and window ----

  @Test
  void withoutARoundTripTheFirstRateIsThatOfAMillisecond() {
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo((long) (2.77 * Flow.INITIAL * 1000));
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(Flow.INITIAL);
    assertThat(flow.bbr.slowStartThresholdBytes()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void theFirstRateIsTheInitialWindowARoundTripTimesTheGain() {
    Flow known = new Flow(100 * MILLI, Flow.INITIAL, Integer.MAX_VALUE).in(BbrState.STARTUP);
    assertThat(known.bbr.pacingBytesPerSecond()).isEqualTo((long) (2.77 * Flow.INITIAL * 10));
  }

  /** Deviation: §5.2.1 begins with that of the handshake, whose packets are small. */
  @Test
  void theRoundTripIsThatOfDataAndNotOfTheHandshake() {
    Flow known = new Flow(80 * MILLI, Flow.INITIAL, Integer.MAX_VALUE);
    known.round(RATE);
    assertThat(known.bbr.path().minimumRttNanos).isEqualTo(100 * MILLI);
  }

  @Test
  void rateAndWindowFollowTheBandwidthThatDoubles() {
    flow.knownRttNanos = 100 * MILLI;
    for (long rate = RATE; rate <= 64 * RATE; rate *= 2) {
      flow.round(rate);
      flow.in(BbrState.STARTUP);
      assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(2.77, rate));
    }
    long product = 64 * RATE / 10;
    assertThat((long) flow.bbr.congestionWindowBytes()).isBetween(product, 4 * product);
  }

  /** Until the pipe is full what is measured raises the rate and never lowers it. */
  @Test
  void aSlowerRoundDoesNotSlowItDown() {
    flow.knownRttNanos = 100 * MILLI;
    flow.round(RATE);
    flow.round(RATE / 2);
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(2.77, RATE));
  }

  // ---- the pipe is full ----

  @Test
  void threeRoundsWithoutAQuarterMoreEndIt() {
    flow.round(RATE);
    flow.rounds(2, RATE);
    flow.in(BbrState.STARTUP);
    assertThat(flow.bbr.path().fullReached).isFalse();
    flow.round(RATE);
    flow.in(BbrState.DRAIN);
    assertThat(flow.bbr.path().fullReached).isTrue();
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
  }

  @Test
  void aQuarterMoreBeginsTheCountAnew() {
    flow.round(RATE);
    flow.rounds(2, RATE * 5 / 4 - 1);
    flow.in(BbrState.STARTUP);
    flow.round(RATE * 5 / 4);
    flow.rounds(2, RATE * 5 / 4);
    flow.in(BbrState.STARTUP);
    flow.round(RATE * 5 / 4);
    flow.in(BbrState.DRAIN);
  }

  /** A little more each time is growth from where it began to be measured. */
  @Test
  void growthIsMeasuredFromTheBaselineAndNotFromTheRoundBefore() {
    flow.round(RATE);
    flow.round(RATE * 110 / 100);
    flow.round(RATE * 120 / 100);
    flow.round(RATE * 130 / 100);
    flow.rounds(2, RATE * 130 / 100);
    flow.in(BbrState.STARTUP);
    flow.round(RATE * 130 / 100);
    flow.in(BbrState.DRAIN);
  }

  @Test
  void acknowledgementsWithinARoundAreNoRounds() {
    flow.round(RATE);
    for (int i = 0; i < 20; i++) {
      flow.within(RATE, MILLI);
    }
    flow.in(BbrState.STARTUP);
  }

  /** A.7: what the application held back says nothing of the path. */
  @Test
  void roundsThatTheApplicationLimitedNeverEndIt() {
    flow.round(RATE);
    flow.limited = true;
    flow.rounds(20, RATE);
    flow.in(BbrState.STARTUP);
    flow.limited = false;
    flow.rounds(3, RATE);
    flow.in(BbrState.DRAIN);
  }

  // ---- too many losses ----

  /** A loss round: begins with the first and sees so many acknowledgements that tell of losses. */
  private void lossyRound(int events, int segments) {
    for (int i = 0; i < events; i++) {
      flow.lose(segments);
      flow.within(RATE, MILLI);
    }
    flow.lose(segments); // of the acknowledgement that ends the round
    flow.round(RATE);
  }

  /** A flight of 150 segments: 3 are 2 %, and 6.5 two standard deviations more. */
  @Test
  void aRoundWithTooManyLossesInSixPlacesEndsIt() {
    flow.rounds(2, RATE);
    flow.bbr.onLoss(150_000, flow.nowNanos);
    lossyRound(5, 7);
    flow.in(BbrState.DRAIN);
    assertThat(flow.bbr.path().fullReached).isTrue();
    assertThat(flow.bbr.path().longInFlight)
        .as("the larger of the product and what the last round delivered")
        .isEqualTo(Flow.PRODUCT);
  }

  @Test
  void whatTheRoundDeliveredIsTheBoundIfItIsMoreThanTheProduct() {
    flow.rounds(2, RATE);
    flow.rttNanos = 140 * MILLI; // a queue of 40 ms
    flow.bbr.onLoss(150_000, flow.nowNanos);
    lossyRound(5, 7);
    flow.in(BbrState.DRAIN);
    assertThat(flow.bbr.path().longInFlight).isEqualTo(140_000);
  }

  @Test
  void fewerPlacesAreABurst() {
    flow.rounds(2, RATE);
    flow.bbr.onLoss(150_000, flow.nowNanos);
    lossyRound(4, 7);
    flow.in(BbrState.STARTUP);
    assertThat(flow.bbr.path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  @Test
  void twoInAHundredAreNotTooMany() {
    flow.rounds(2, RATE);
    flow.bbr.onLoss(150_000, flow.nowNanos);
    for (int i = 0; i < 5; i++) {
      flow.lose(1);
      flow.within(RATE, MILLI);
    }
    flow.lose(3);
    flow.round(RATE);
    flow.in(BbrState.STARTUP);
  }

  @Test
  void lossesOfSeveralRoundsAreNotAddedUp() {
    flow.rounds(2, RATE);
    flow.bbr.onLoss(150_000, flow.nowNanos);
    for (long rate = 2 * RATE; rate < 32 * RATE; rate *= 2) {
      flow.lose(7);
      flow.within(rate, MILLI);
      flow.lose(7);
      flow.round(rate);
      flow.in(BbrState.STARTUP);
    }
  }

  /** A.2. */
  @Test
  void lossesEndItWhateverTheApplicationDoes() {
    flow.rounds(2, RATE);
    flow.limited = true;
    flow.bbr.onLoss(150_000, flow.nowNanos);
    lossyRound(5, 7);
    flow.in(BbrState.DRAIN);
  }

  // ---- Drain ----

  @Test
  void inDrainItPacesAtHalfTheBandwidth() {
    flow.drain();
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(0.5, RATE));
  }

  /** A.3; with nothing else to do it cruises at once. */
  @ParameterizedTest
  @ValueSource(ints = {0, 50_000, Flow.PRODUCT})
  void drainEndsOnceNoMoreThanTheProductIsInFlight(int inFlight) {
    flow.drain();
    flow.inFlightBytes = Flow.PRODUCT + 1;
    flow.within(RATE, MILLI);
    flow.in(BbrState.DRAIN);
    flow.inFlightBytes = inFlight;
    flow.within(RATE, MILLI);
    flow.in(BbrState.CRUISE);
  }

  /** The product of what it holds for safe now, not of the best it has ever seen. */
  @Test
  void lossesInDrainMakeTheProductSmaller() {
    flow.drain();
    flow.round(RATE / 2);
    flow.lose(20);
    flow.inFlightBytes = Flow.PRODUCT;
    flow.round(RATE / 2);
    flow.in(BbrState.DRAIN);
    assertThat(flow.bbr.path().bandwidth()).isEqualTo(RATE * 7 / 10);
    flow.inFlightBytes = 70_000;
    flow.within(RATE / 2, MILLI);
    assertThat(flow.bbr.state().isProbeBandwidth()).isTrue();
  }

  /** A.4: the bandwidth was overestimated, the queue does not go. */
  @Test
  void afterThreeRoundsDrainEndsAnyway() {
    flow.drain();
    flow.rounds(3, RATE * 9 / 10);
    flow.in(BbrState.DRAIN);
    flow.round(RATE * 9 / 10);
    flow.in(BbrState.DOWN);
  }

  // ---- after another algorithm ----

  @Test
  void whoTakesOverAFullPipeBeginsInDrain() {
    Flow next = new Flow(100 * MILLI, 300_000, 200_000).in(BbrState.DRAIN);
    assertThat(next.bbr.congestionWindowBytes()).isEqualTo(300_000);
    next.round(RATE);
    next.in(BbrState.DRAIN);
    assertThat(next.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(0.5, RATE));
  }

  /** Whatever the clock says: the predecessor's queue is in the samples that come now. */
  @ParameterizedTest
  @ValueSource(longs = {0, 7200, -7200, 1_000_000})
  void theRoundTripThatTheConnectionKnewIsNotForgottenForTenSeconds(long seconds) {
    Flow next = new Flow(100 * MILLI, 300_000, 200_000);
    next.nowNanos = seconds * Flow.SECOND;
    next.rttNanos = 250 * MILLI;
    next.round(RATE);
    assertThat(next.bbr.path().minimumRttNanos).isEqualTo(100 * MILLI);
    assertThat(next.bbr.congestionWindowBytes())
        .isLessThanOrEqualTo(2 * Flow.PRODUCT + (int) next.bbr.path().aggregatedBytes());
    next.rounds(39, RATE);
    assertThat(next.bbr.path().minimumRttNanos).isEqualTo(100 * MILLI);
    next.rounds(20, RATE);
    assertThat(next.bbr.path().minimumRttNanos).isEqualTo(250 * MILLI);
  }

  @Test
  void afterOneThatHadNotFilledThePipeItBeginsAtItsWindow() {
    Flow next = new Flow(100 * MILLI, 40_000, Integer.MAX_VALUE).in(BbrState.STARTUP);
    assertThat(next.bbr.congestionWindowBytes()).isEqualTo(40_000);
  }
}
