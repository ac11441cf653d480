package io.karavel.tcp.internal.connection.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import org.junit.jupiter.api.Test;

/** The windows of RFC 5681 §3.1 and §3.2, in segments of 1000 bytes. */
class NewRenoTest {
  private final Path path = new Path();

  private NewReno of(int window, int threshold) {
    return new NewReno(path, window, threshold);
  }

  private static void assertWindows(NewReno control, int window, int threshold) {
    assertThat(control.congestionWindowBytes()).isEqualTo(window);
    assertThat(control.slowStartThresholdBytes()).isEqualTo(threshold);
  }

  @Test
  void belowTheThresholdItGrowsByWhatIsAcknowledged() {
    NewReno control = of(10_000, 20_000);
    control.onAcknowledged(3000, 0, 0);
    assertWindows(control, 13_000, 20_000);
  }

  @Test
  void whatIsLeftOfAnAcknowledgementBeyondTheThresholdCountsAsAvoidance() {
    NewReno control = of(19_000, 20_000);
    control.onAcknowledged(11_000, 0, 0);
    assertWindows(control, 20_000, 20_000);
    control.onAcknowledged(9999, 0, 0);
    assertWindows(control, 20_000, 20_000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 21_000, 20_000);
  }

  @Test
  void atTheThresholdItGrowsByOneSegmentPerWindow() {
    NewReno control = of(10_000, 10_000);
    control.onAcknowledged(9999, 0, 0);
    assertWindows(control, 10_000, 10_000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 11_000, 10_000);
    control.onAcknowledged(10_999, 0, 0);
    assertWindows(control, 11_000, 10_000);
    control.onAcknowledged(2, 0, 0);
    assertWindows(control, 12_000, 10_000);
    // the byte too many counts for the next
    control.onAcknowledged(11_999, 0, 0);
    assertWindows(control, 13_000, 10_000);
  }

  @Test
  void oneAcknowledgementMakesItGrowByOneSegmentOnly() {
    NewReno control = of(10_000, 10_000);
    control.onAcknowledged(40_000, 0, 0);
    assertWindows(control, 11_000, 10_000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 12_000, 10_000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 12_000, 10_000);
  }

  @Test
  void whatIsNotUsedDoesNotGrow() {
    path.limited = false;
    NewReno control = of(10_000, 20_000);
    control.onAcknowledged(3000, 0, 0);
    assertWindows(control, 10_000, 20_000);
  }

  @Test
  void aLossLeavesHalfOfTheFlightAndTwoSegmentsAtLeast() {
    NewReno control = of(10_000, 20_000);
    control.onLoss(8000, 0);
    assertWindows(control, 4000, 4000);
    control = of(10_000, 20_000);
    control.onLoss(3000, 0);
    assertWindows(control, 2000, 2000);
  }

  @Test
  void whatLimitedTransmitAddedDoesNotCount() {
    NewReno control = of(10_000, 20_000);
    control.onLoss(12_000, 0);
    assertWindows(control, 5000, 5000);
  }

  @Test
  void afterARecoveryTheWindowIsTheThreshold() {
    NewReno control = of(10_000, 10_000);
    control.onAcknowledged(9000, 0, 0);
    control.onLoss(10_000, 0);
    control.onRecovered(0);
    assertWindows(control, 5000, 5000);
    // what was counted before is forgotten
    control.onAcknowledged(4999, 0, 0);
    assertWindows(control, 5000, 5000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 6000, 5000);
  }

  @Test
  void aTimeoutLeavesOneSegmentAndTheThresholdIsHalvedOnce() {
    NewReno control = of(10_000, 20_000);
    control.onTimeout(10_000, false, 0);
    assertWindows(control, 1000, 5000);
    control.onTimeout(10_000, true, 0);
    assertWindows(control, 1000, 5000);
    control.onAcknowledged(1000, 0, 0);
    assertWindows(control, 2000, 5000);
  }

  @Test
  void aTimeoutForgetsWhatWasCounted() {
    NewReno control = of(10_000, 10_000);
    control.onAcknowledged(9000, 0, 0);
    control.onTimeout(2000, false, 0);
    control.onAcknowledged(1000, 0, 0);
    assertWindows(control, 2000, 2000);
    control.onAcknowledged(1999, 0, 0);
    assertWindows(control, 2000, 2000);
    control.onAcknowledged(1, 0, 0);
    assertWindows(control, 3000, 2000);
  }

  @Test
  void afterIdlenessTheWindowIsTheRestartWindowAtMost() {
    NewReno control = of(30_000, 20_000);
    control.onIdle(1, 10_000, 0);
    assertWindows(control, 10_000, 20_000);
    control.onIdle(1, 40_000, 0);
    assertWindows(control, 10_000, 20_000);
  }

  @Test
  void whatWasForNothingIsTakenBackOnce() {
    NewReno control = of(10_000, 20_000);
    control.onSpurious(0);
    assertWindows(control, 10_000, 20_000);
    control.onLoss(10_000, 0);
    control.onSpurious(0);
    assertWindows(control, 10_000, 20_000);
    control.onTimeout(10_000, false, 0);
    control.onAcknowledged(1000, 0, 0);
    control.onSpurious(0);
    assertWindows(control, 10_000, 20_000);
    control.onIdle(1, 4000, 0);
    control.onSpurious(0);
    assertWindows(control, 4000, 20_000);
  }

  @Test
  void aRepeatedTimeoutIsTakenBackToWhatWasBeforeTheFirst() {
    NewReno control = of(10_000, 20_000);
    control.onTimeout(10_000, false, 0);
    control.onTimeout(10_000, true, 0);
    control.onSpurious(0);
    assertWindows(control, 10_000, 20_000);
  }

  @Test
  void theWindowHoldsOneSegmentAtLeastWhenTheyBecomeLarger() {
    NewReno control = of(1000, 20_000);
    control.onSegmentBytesChanged(1000, 1400);
    assertWindows(control, 1400, 20_000);
    control.onSegmentBytesChanged(1400, 500);
    assertWindows(control, 1400, 20_000);
  }

  @Test
  void itDoesNotGrowBeyondWhatCanBeOffered() {
    int most = 1 << 30;
    NewReno control = of(most - 500, Integer.MAX_VALUE);
    control.onAcknowledged(1000, 0, 0);
    assertThat(control.congestionWindowBytes()).isEqualTo(most);
    control = of(most - 500, 1000);
    control.onAcknowledged(most, 0, 0);
    assertThat(control.congestionWindowBytes()).isEqualTo(most);
  }

  @Test
  void handedOverItGoesOn() throws HandoverException {
    NewReno control = of(10_000, 10_000);
    control.onAcknowledged(6000, 0, 0);
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    control.export(writer);
    NewReno next = of(control.congestionWindowBytes(), control.slowStartThresholdBytes());
    next.open(writer.finish().reader());
    next.onAcknowledged(3999, 0, 0);
    assertWindows(next, 10_000, 10_000);
    next.onAcknowledged(1, 0, 0);
    assertWindows(next, 11_000, 10_000);
    control.onLoss(10_000, 0);
    writer = new HandoverWriter("tcp", 1);
    control.export(writer);
    next = of(control.congestionWindowBytes(), control.slowStartThresholdBytes());
    next.open(writer.finish().reader());
    next.onSpurious(0);
    assertWindows(next, 10_000, 10_000);
  }
}
