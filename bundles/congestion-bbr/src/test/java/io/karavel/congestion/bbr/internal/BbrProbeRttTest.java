package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** ProbeRTT and idleness: draft-ietf-ccwg-bbr-06 §5.3.4, 5.4, 5.6.4.5; A.10, A.11, A.20. */
class BbrProbeRttTest {
  private static final long MILLI = Flow.MILLI;
  private static final long SECOND = Flow.SECOND;
  private static final long RATE = Flow.RATE;

  private final Flow flow = new Flow();

  /** In ProbeRTT, with more in flight than it allows. */
  private Flow probing() {
    flow.cruise();
    flow.await(BbrState.PROBE_RTT, RATE);
    return flow;
  }

  // ---- when ----

  @Test
  void fiveSecondsAfterTheLastLowerRoundTripAndNotBefore() {
    flow.cruise();
    flow.rttNanos = 99 * MILLI;
    flow.within(RATE, MILLI);
    flow.within(RATE, 5 * SECOND);
    assertThat(flow.bbr.state()).isNotEqualTo(BbrState.PROBE_RTT);
    flow.within(RATE, 1);
    flow.in(BbrState.PROBE_RTT);
  }

  /** One as long is no lower one. */
  @Test
  void aRoundTripThatIsNoLessDoesNotPutItOff() {
    flow.cruise();
    long begin = flow.nowNanos;
    flow.await(BbrState.PROBE_RTT, RATE);
    assertThat(flow.nowNanos - begin).isLessThanOrEqualTo(5 * SECOND);
  }

  @Test
  void lowerRoundTripsPutItOff() {
    flow.cruise();
    for (int i = 0; i < 100; i++) {
      flow.rttNanos -= 1000;
      flow.round(RATE);
      assertThat(flow.bbr.state()).isNotEqualTo(BbrState.PROBE_RTT);
    }
  }

  // ---- how little is in flight ----

  @Test
  void halfTheProductMayBeInFlight() {
    probing();
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(Flow.PRODUCT / 2);
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(1, RATE));
  }

  @Test
  void fourSegmentsMayBeInFlightAnyway() {
    flow.rttNanos = 5 * MILLI;
    flow.inFlightBytes = 3000;
    flow.rounds(6, RATE);
    flow.nowNanos += 6 * SECOND;
    flow.within(RATE, MILLI);
    flow.in(BbrState.PROBE_RTT);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(4 * Flow.SEGMENT);
  }

  // ---- how long ----

  @Test
  void itLastsMoreThanTwoHundredMillisecondsOnceSoLittleIsInFlight() {
    probing();
    flow.rounds(5, RATE / 2);
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 50_001;
    flow.rounds(5, RATE / 2);
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 50_000;
    flow.round(RATE / 2); // from here
    flow.rounds(2, RATE / 2);
    flow.in(BbrState.PROBE_RTT);
    flow.within(RATE / 2, 1);
    flow.in(BbrState.CRUISE);
  }

  @Test
  void itLastsARoundTripAtLeast() {
    probing();
    flow.inFlightBytes = 50_000;
    flow.round(RATE / 2);
    for (int i = 0; i < 50; i++) {
      flow.within(RATE / 2, 10 * MILLI);
      flow.in(BbrState.PROBE_RTT);
    }
    flow.round(RATE / 2);
    flow.in(BbrState.CRUISE);
  }

  // ---- what comes after ----

  @Test
  void theWindowIsBackAndTheShortTermForgotten() {
    probing();
    flow.bbr.path().shortBandwidth = RATE * 8 / 10;
    flow.bbr.path().shortInFlight = 150_000;
    flow.within(RATE, MILLI);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(40_000);
    flow.inFlightBytes = 40_000;
    flow.rounds(4, RATE / 4);
    flow.in(BbrState.CRUISE);
    assertThat(flow.bbr.path().bandwidth()).isEqualTo(RATE);
    assertThat(flow.bbr.path().shortInFlight).isEqualTo(PathModel.UNBOUNDED);
    assertThat(flow.bbr.congestionWindowBytes()).isGreaterThan(2 * Flow.PRODUCT);
  }

  @Test
  void theNextOneIsFiveSecondsLaterAndSoIsTheClockOfProbes() {
    probing();
    flow.inFlightBytes = 50_000;
    flow.await(BbrState.CRUISE, RATE / 2);
    long begin = flow.nowNanos;
    flow.inFlightBytes = 90_000;
    flow.await(BbrState.REFILL, RATE);
    assertThat(flow.nowNanos - begin).isBetween(2 * SECOND, 3 * SECOND + flow.rttNanos);
    flow.await(BbrState.PROBE_RTT, RATE);
    assertThat(flow.nowNanos - begin).isBetween(5 * SECOND, 5 * SECOND + 2 * flow.rttNanos);
  }

  /** A.20. */
  @Test
  void whoHadNotFilledThePipeGoesBackToStartup() {
    flow.round(RATE);
    flow.limited = true;
    flow.rounds(52, RATE / 2);
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 4000;
    flow.await(BbrState.STARTUP, RATE / 10);
    assertThat(flow.bbr.path().fullReached).isFalse();
  }

  /** Little in flight brings little: that the pipe is full it does not say. */
  @Test
  void whatItMeasuresEndsNoStartup() {
    flow.rttNanos = 20 * MILLI;
    flow.round(RATE);
    flow.nowNanos += 6 * SECOND;
    flow.within(RATE, MILLI);
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 4000;
    assertThat(flow.await(BbrState.STARTUP, RATE / 10)).isGreaterThan(3);
    assertThat(flow.bbr.path().fullReached).isFalse();
  }

  /** Deviation: the draft does not count it as one. */
  @Test
  void itIsTheEndOfACycleForTheMaximumOfTheBandwidth() {
    flow.cruise().round(RATE * 9 / 10);
    flow.nowNanos += 5 * SECOND;
    flow.within(RATE / 2, MILLI);
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 4000;
    flow.await(BbrState.CRUISE, RATE / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE);
    flow.round(RATE / 2);
    assertThat(flow.bbr.path().maximumBandwidth()).isEqualTo(RATE * 9 / 10);
  }

  /** What it is for: a longer way is believed after ten seconds, two of these. */
  @Test
  void aLongerRoundTripIsBelievedAfterTenSeconds() {
    flow.cruise();
    long first = flow.nowNanos;
    flow.rttNanos = 150 * MILLI;
    flow.inFlightBytes = 4000;
    while (flow.nowNanos - first < 9 * SECOND) {
      flow.round(RATE);
      assertThat(flow.bbr.path().minimumRttNanos).isEqualTo(100 * MILLI);
    }
    flow.rounds(10, RATE);
    assertThat(flow.bbr.path().minimumRttNanos).isEqualTo(150 * MILLI);
  }

  @Test
  void aShorterRoundTripIsBelievedAtOnce() {
    flow.cruise();
    flow.rttNanos = 80 * MILLI;
    flow.round(RATE);
    assertThat(flow.bbr.path().minimumRttNanos).isEqualTo(80 * MILLI);
  }

  // ---- idleness ----

  private void restart(long idleNanos) {
    flow.nowNanos += idleNanos;
    flow.bbr.onTransmit(0, true, flow.nowNanos);
  }

  /** A.11: the silence has emptied the queue. */
  @Test
  void afterIdlenessThereIsNoneToProbe() {
    flow.cruise();
    restart(20 * SECOND);
    flow.within(RATE, 100 * MILLI);
    assertThat(flow.bbr.state()).isNotEqualTo(BbrState.PROBE_RTT);
    flow.rounds(20, RATE);
    assertThat(flow.bbr.state()).isNotEqualTo(BbrState.PROBE_RTT);
  }

  @Test
  void whoHadSomethingInFlightOrToSendWasNotIdle() {
    flow.cruise();
    flow.nowNanos += 6 * SECOND;
    flow.bbr.onTransmit(1, true, flow.nowNanos);
    flow.bbr.onTransmit(0, false, flow.nowNanos);
    flow.within(RATE, MILLI);
    flow.in(BbrState.PROBE_RTT);
  }

  @Test
  void aRestartPacesAtTheBandwidthAndKeepsTheWindow() {
    flow.drain();
    flow.rounds(4, RATE);
    flow.in(BbrState.DOWN);
    int window = flow.bbr.congestionWindowBytes();
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(0.9, RATE));
    restart(SECOND);
    flow.bbr.onIdle(SECOND, Flow.INITIAL, flow.nowNanos);
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(Flow.paced(1, RATE));
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
  }

  @Test
  void aRestartInStartupChangesNoRate() {
    flow.round(RATE);
    long rate = flow.bbr.pacingBytesPerSecond();
    restart(SECOND);
    assertThat(flow.bbr.pacingBytesPerSecond()).isEqualTo(rate);
  }

  /** The window is back before anything is sent. */
  @Test
  void probeRttIsOverAtARestartIfItHasLastedLongEnough() {
    probing();
    flow.inFlightBytes = 0;
    flow.within(RATE, MILLI);
    restart(200 * MILLI);
    flow.in(BbrState.PROBE_RTT);
    restart(1);
    flow.in(BbrState.CRUISE);
    assertThat(flow.bbr.congestionWindowBytes()).isGreaterThan(2 * Flow.PRODUCT);
  }

  /** The silence is not taken for a time in which nothing was acknowledged. */
  @Test
  void whatWasIdleIsNotAggregation() {
    flow.cruise();
    restart(SECOND);
    assertThat(flow.bbr.path().aggregationStart).isEqualTo(flow.nowNanos);
  }
}
