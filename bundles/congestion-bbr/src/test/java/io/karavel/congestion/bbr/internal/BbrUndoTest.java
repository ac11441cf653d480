package io.karavel.congestion.bbr.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Losses that were none: draft-ietf-ccwg-bbr-06 §5.5.11, its cases A.18 and A.19. */
class BbrUndoTest {
  private static final long MILLI = Flow.MILLI;
  private static final long RATE = Flow.RATE;

  private final Flow flow = new Flow();

  private PathModel path() {
    return flow.bbr.path();
  }

  /** So many are lost and a recovery begins. */
  private void lose(int segments) {
    flow.lose(segments);
    flow.bbr.onLoss(flow.inFlightBytes, flow.nowNanos);
  }

  private void undo() {
    flow.bbr.onSpurious(flow.nowNanos);
  }

  @Test
  void shortTermBoundsAndWindowAreWhatTheyWere() {
    flow.cruise().round(RATE / 10);
    int window = flow.bbr.congestionWindowBytes();
    lose(20);
    flow.round(RATE / 10);
    assertThat(path().bandwidth()).isLessThan(RATE);
    assertThat(flow.bbr.congestionWindowBytes()).isLessThan(window);
    undo();
    assertThat(path().bandwidth()).isEqualTo(RATE);
    assertThat(path().shortInFlight).isEqualTo(PathModel.UNBOUNDED);
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
    flow.in(BbrState.CRUISE);
  }

  @Test
  void boundsThatRealLossesHadSetBeforeStay() {
    flow.cruise().round(RATE / 10);
    lose(20);
    flow.round(RATE / 10);
    flow.bbr.onRecovered(flow.nowNanos);
    long bandwidth = path().shortBandwidth;
    lose(20);
    flow.round(RATE / 10);
    assertThat(path().shortBandwidth).isLessThan(bandwidth);
    undo();
    assertThat(path().shortBandwidth).isEqualTo(bandwidth);
  }

  /** Several rounds of one recovery: back to before its first, not its last. */
  @Test
  void ofALongRecoveryAllIsUndone() {
    flow.cruise().round(RATE / 10);
    lose(20);
    for (int i = 0; i < 4; i++) {
      flow.round(RATE / 10);
      flow.lose(20);
    }
    assertThat(path().bandwidth()).isLessThan(RATE / 2);
    undo();
    assertThat(path().bandwidth()).isEqualTo(RATE);
    assertThat(path().shortInFlight).isEqualTo(PathModel.UNBOUNDED);
  }

  /** The rest of the burst, after its sixth loss has ended the phase, hides nothing. */
  @Test
  void aBurstThatEndedUpIsUndoneAndThePipeFilledAgain() {
    flow.up();
    flow.transmitInFlightBytes = 125_000;
    lose(20);
    flow.in(BbrState.DOWN);
    assertThat(path().longInFlight).isLessThan(PathModel.UNBOUNDED);
    flow.within(RATE, MILLI);
    undo();
    assertThat(path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
    flow.in(BbrState.REFILL);
    flow.round(RATE);
    flow.in(BbrState.UP);
  }

  /** A recovery that did not end it takes nobody back. */
  @Test
  void whatAPlateauEndedIsNotBegunAgain() {
    flow.up().rounds(2, RATE);
    lose(1);
    flow.round(RATE);
    flow.in(BbrState.DOWN);
    undo();
    flow.in(BbrState.DOWN);
  }

  private void lossyStartup() {
    flow.rounds(2, RATE);
    lose(7);
    for (int i = 0; i < 5; i++) {
      flow.within(RATE, MILLI);
      flow.lose(7);
    }
    flow.round(RATE);
    flow.in(BbrState.DRAIN);
  }

  @Test
  void startupThatLossesEndedGoesOn() {
    lossyStartup();
    undo();
    flow.in(BbrState.STARTUP);
    assertThat(path().fullReached).isFalse();
    assertThat(path().longInFlight).isEqualTo(PathModel.UNBOUNDED);
    flow.round(2 * RATE);
    flow.in(BbrState.STARTUP);
  }

  @Test
  void startupThatAPlateauEndedDoesNotGoOn() {
    flow.rounds(3, RATE);
    lose(1);
    flow.round(RATE);
    flow.in(BbrState.DRAIN);
    undo();
    flow.in(BbrState.DRAIN);
    assertThat(path().fullReached).isTrue();
  }

  /** It goes on once the round trip is measured. */
  @Test
  void duringProbeRttItStaysThere() {
    lossyStartup();
    flow.nowNanos += 6 * Flow.SECOND;
    flow.within(RATE, MILLI);
    flow.in(BbrState.PROBE_RTT);
    undo();
    flow.in(BbrState.PROBE_RTT);
    flow.inFlightBytes = 4000;
    flow.await(BbrState.STARTUP, RATE / 100);
  }

  @Test
  void whetherThePipeIsFullIsAskedAnew() {
    flow.up().rounds(2, RATE);
    lose(1);
    undo();
    flow.rounds(2, RATE);
    flow.in(BbrState.UP);
  }

  /** A.19. */
  @Test
  void aTimeoutIsUndone() {
    flow.cruise();
    int window = flow.bbr.congestionWindowBytes();
    flow.bbr.onTimeout(90_000, false, flow.nowNanos);
    flow.lose(90);
    flow.within(RATE, MILLI);
    undo();
    assertThat(flow.bbr.congestionWindowBytes()).isEqualTo(window);
    assertThat(path().bandwidth()).isEqualTo(RATE);
    flow.in(BbrState.CRUISE);
  }

  @Test
  void whoHasJustTakenOverDoesNotFallBackIntoStartup() {
    Flow next = new Flow(100 * MILLI, 300_000, 200_000);
    next.bbr.onSpurious(next.nowNanos);
    next.in(BbrState.DRAIN);
    assertThat(next.bbr.congestionWindowBytes()).isEqualTo(300_000);
  }

  @Test
  void aSecondUndoChangesNothing() {
    flow.up();
    flow.transmitInFlightBytes = 125_000;
    lose(20);
    undo();
    flow.round(RATE);
    flow.rounds(3, RATE);
    flow.in(BbrState.DOWN);
    undo();
    flow.in(BbrState.DOWN);
  }
}
