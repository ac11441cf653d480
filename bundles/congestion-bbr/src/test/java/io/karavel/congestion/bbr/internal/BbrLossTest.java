package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds that losses set: draft-ietf-ccwg-bbr-06 §5.5.10, 5.6.4.4, 5.6.4.7; A.6, A.17, A.21. */
class BbrLossTest {
  private static final long MILLI = Flow.MILLI;
  private static final long RATE = Flow.RATE;
  private static final double BETA = 0.7;

  private final Flow flow = new Flow();

  private PathModel path() {
    return flow.bbr.path();
  }

  private void hasNoShortTermBounds() {
    assertThat(path().shortBandwidth).isEqualTo(PathModel.UNBOUNDED);
    assertThat(path().shortInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  // ---- short term ----

  @Test
  void aLossyRoundBoundsToWhatItDelivered() {
    flow.cruise().round(RATE * 9 / 10);
    flow.lose(10);
    flow.round(RATE * 8 / 10);
    assertThat(path().shortBandwidth)
        .as("the largest of the last round trip, the pacing margin taken out")
        .isEqualTo((long) (RATE * 9 / 10 / Flow.MARGIN));
    assertThat(path().bandwidth()).isEqualTo(path().shortBandwidth);
    assertThat(path().maximumBandwidth()).isEqualTo(RATE);
    assertThat(flow.bbr.pacingBytesPerSecond())
        .isEqualTo(Flow.paced(1, path().shortBandwidth))
        .isBetween(RATE * 9 / 10 - 2, RATE * 9 / 10);
  }

  @Test
  void aRoundTakesNoMoreThanThreeTenths() {
    flow.cruise().round(RATE / 10);
    int window = flow.bbr.congestionWindowBytes();
    flow.lose(10);
    flow.round(RATE / 10);
    assertThat(path().shortBandwidth).isEqualTo((long) (BETA * RATE));
    assertThat(path().shortInFlight).isEqualTo((long) (BETA * window));
    assertThat(flow.bbr.congestionWindowBytes()).isLessThanOrEqualTo((int) (BETA * window));
    flow.lose(10);
    flow.round(RATE / 10);
    assertThat(path().shortBandwidth).isEqualTo((long) (BETA * (long) (BETA * RATE)));
    assertThat(path().shortInFlight).isEqualTo((long) (BETA * (long) (BETA * window)));
  }

  @Test
  void whatWasDeliveredInTheRoundMayBeInFlight() {
    flow.cruise();
    flow.rttNanos = 400 * MILLI;
    flow.round(RATE);
    flow.lose(20);
    flow.round(RATE);
    assertThat(path().shortInFlight).isEqualTo(400_000);
  }

  @Test
  void theBoundsComeAtTheEndOfTheRoundWithTheLoss() {
    flow.cruise().round(RATE / 10);
    flow.lose(10);
    flow.within(RATE / 10, MILLI);
    flow.within(RATE / 10, MILLI);
    hasNoShortTermBounds();
    flow.round(RATE / 10);
    assertThat(path().shortBandwidth).isLessThan(RATE);
  }

  @Test
  void aRoundWithoutLossesBoundsNothingWhateverItDelivers() {
    flow.cruise().rounds(5, RATE / 10);
    hasNoShortTermBounds();
  }

  /** Deviation: 2 of 100 come by chance, and so do 4. */
  @Test
  void aFewLossesBoundNothing() {
    flow.cruise().round(RATE);
    flow.lose(4);
    flow.round(RATE * 96 / 100);
    hasNoShortTermBounds();
    flow.lose(5);
    flow.round(RATE * 95 / 100);
    assertThat(path().shortInFlight).isLessThan(PathModel.UNBOUNDED);
  }

  @Test
  void whileProbingALossSetsNoShortTermBounds() {
    flow.round(RATE);
    flow.lose(10);
    flow.round(2 * RATE);
    hasNoShortTermBounds();
    Flow refilling = new Flow().refill();
    refilling.lose(4);
    refilling.round(RATE / 10);
    assertThat(refilling.bbr.path().shortBandwidth).isEqualTo(PathModel.UNBOUNDED);
  }

  /** §5.3.3.3: what others' traffic has caused is forgotten when it probes. */
  @Test
  void refillForgetsThem() {
    flow.cruise().round(RATE / 2);
    flow.lose(10);
    flow.round(RATE / 2);
    assertThat(path().bandwidth()).isEqualTo((long) (BETA * RATE));
    flow.await(BbrState.REFILL, RATE * 9 / 10);
    hasNoShortTermBounds();
    assertThat(path().bandwidth()).isEqualTo(RATE);
  }

  // ---- long term ----

  /** What of the flight had been sent when more than 2 % of it were lost (BBRInflightAtLoss). */
  private static long inFlightAtLoss(int sentInFlight, int lostBefore) {
    double before = sentInFlight - Flow.SEGMENT;
    return (long) (before + (0.02 * before - lostBefore) / 0.98);
  }

  /** A.21; 125 segments: 2.5 are 2 %, 5.7 with two standard deviations. */
  @Test
  void tooManyLossesInUpSetTheBoundAndEndIt() {
    flow.up();
    flow.transmitInFlightBytes = 125_000;
    flow.lose(5);
    flow.in(BbrState.UP);
    flow.lose(1);
    flow.in(BbrState.DOWN);
    assertThat(path().longInFlight).isEqualTo(inFlightAtLoss(125_000, 5000));
  }

  @Test
  void theBoundIsSevenTenthsOfTheProductAtLeast() {
    flow.up();
    flow.transmitInFlightBytes = 40_000;
    flow.lose(10);
    flow.in(BbrState.DOWN);
    assertThat(path().longInFlight).isEqualTo((long) (BETA * Flow.PRODUCT));
  }

  @Test
  void aProbeIsAnsweredOnce() {
    flow.up();
    flow.transmitInFlightBytes = 125_000;
    flow.lose(6);
    long bound = path().longInFlight;
    flow.lose(30);
    flow.round(RATE);
    assertThat(path().longInFlight).isEqualTo(bound);
  }

  /** What was sent in Refill and Up is acknowledged for a round trip after it. */
  @Test
  void lossesThatShowAfterUpHasEndedCountUntilARoundTripLater() {
    flow.up();
    flow.rounds(3, RATE);
    flow.in(BbrState.DOWN);
    flow.transmitInFlightBytes = 125_000;
    flow.lose(6);
    assertThat(path().longInFlight).isEqualTo(inFlightAtLoss(125_000, 5000));
    Flow later = new Flow().up();
    later.rounds(4, RATE);
    later.transmitInFlightBytes = 125_000;
    later.lose(12);
    assertThat(later.bbr.path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  @Test
  void lossesInCruiseSetNoLongTermBound() {
    flow.cruise().lose(50);
    flow.round(RATE);
    assertThat(path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  /** A.6: it goes down, but what the application held back bounds nothing. */
  @Test
  void lossesEndUpWhateverTheApplicationDoes() {
    flow.up();
    flow.limited = true;
    flow.transmitInFlightBytes = 50_000;
    flow.lose(10);
    flow.in(BbrState.DOWN);
    assertThat(path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  // ---- what the bounds do to the window (§5.6.4.7) ----

  @ParameterizedTest
  @EnumSource(names = {"DOWN", "CRUISE", "REFILL", "UP"})
  void theLongTermBoundHoldsInEachPhase(BbrState phase) {
    flow.transmitInFlightBytes = 60_000;
    flow.cruise();
    path().longInFlight = 80_000;
    flow.inFlightBytes = phase == BbrState.DOWN ? 75_000 : 60_000;
    flow.await(BbrState.REFILL, RATE);
    if (phase == BbrState.CRUISE || phase == BbrState.DOWN) {
      flow.await(BbrState.UP, RATE);
      flow.await(phase, RATE);
      path().longInFlight = 80_000;
      flow.within(RATE, MILLI);
    } else if (phase == BbrState.UP) {
      flow.round(RATE);
    }
    flow.in(phase);
    assertThat(flow.bbr.congestionWindowBytes())
        .isEqualTo(phase == BbrState.CRUISE ? 68_000 : 80_000);
  }

  @Test
  void inDrainTheLongTermBoundDoesNotHold() {
    flow.drain();
    path().longInFlight = 80_000;
    flow.transmitInFlightBytes = 60_000;
    flow.within(RATE, MILLI);
    flow.in(BbrState.DRAIN);
    assertThat(flow.bbr.congestionWindowBytes()).isGreaterThan(80_000);
  }

  /** A.14: delayed acknowledgements need as many. */
  @Test
  void fourSegmentsAreAlwaysAllowed() {
    flow.cruise();
    path().longInFlight = 1000;
    path().shortInFlight = 1;
    flow.transmitInFlightBytes = 1000;
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(4 * Flow.SEGMENT);
  }

  // ---- timeout and recovery (§5.6.4.4) ----

  @Test
  void aTimeoutLeavesOneSegment() {
    flow.cruise();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(Flow.SEGMENT);
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(1, RATE));
    assertThat(path().bandwidth()).isEqualTo(RATE);
  }

  @Test
  void afterATimeoutTheWindowGrowsByWhatIsDelivered() {
    flow.cruise();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(4 * Flow.SEGMENT);
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(5 * Flow.SEGMENT);
  }

  /** Deviation: after a round trip, not after all is repaired. */
  @Test
  void aRoundTripAfterATimeoutTheWindowIsBack() {
    flow.cruise();
    int window = flow.bbr.congestionWindowBytes();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    flow.bbr.onTimeout(1000, true, flow.nowNanos);
    flow.round(RATE / 100);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
  }

  /** Deviation: everything was held to be lost, which tells nothing of what may be in flight. */
  @Test
  void whatATimeoutHoldsToBeLostBoundsNothing() {
    flow.up();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    flow.lose(90);
    flow.within(RATE, MILLI);
    flow.in(BbrState.UP);
    assertThat(path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  @Test
  void afterARecoveryTheWindowIsWhatItWasIfTheModelAllowsIt() {
    flow.cruise();
    int window = flow.bbr.congestionWindowBytes();
    flow.lose(1);
    flow.bbr.onLoss(90_000, flow.nowNanos);
    path().shortInFlight = 50_000;
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(50_000);
    path().resetShortTerm();
    flow.bbr.onRecovered(flow.nowNanos);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
  }

  /** Of this recovery: a window of long ago is not brought back. */
  @Test
  void aRecoveryBringsBackTheWindowBeforeItAndNoLargerOne() {
    flow.cruise();
    flow.lose(1);
    flow.bbr.onLoss(90_000, flow.nowNanos);
    flow.bbr.onRecovered(flow.nowNanos);
    flow.round(RATE);
    path().shortInFlight = 50_000;
    flow.within(RATE, MILLI);
    path().resetShortTerm();
    flow.lose(1);
    flow.bbr.onLoss(50_000, flow.nowNanos);
    flow.bbr.onRecovered(flow.nowNanos);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(50_000);
  }

  @Test
  void aMarkIsNoLoss() {
    flow.cruise();
    int window = flow.bbr.congestionWindowBytes();
    flow.bbr.onCongestionNotified(90_000, flow.nowNanos);
    flow.round(RATE);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
    hasNoShortTermBounds();
  }
}
