package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 8985 §6.2 step by step, on segments of 1000 bytes; the round trip is 100 ms. */
class RackRulesTest {
  private static final long MILLI = 1_000_000L;
  private static final long MIN_RTT = 100 * MILLI;
  private static final long SRTT = 120 * MILLI;

  private final Rack rack = new Rack();

  /** An acknowledgement is taken in, without an echo. */
  private void at(long millis) {
    rack.begin(millis * MILLI, MIN_RTT, false, 0, 1000, 300);
  }

  private void echoing(long millis, int echo) {
    rack.begin(millis * MILLI, MIN_RTT, true, echo, 1000, 300);
  }

  private void delivered(long sentMillis, int start) {
    rack.onDelivered(sentMillis * MILLI, start, start + 1000, false);
  }

  private void deliveredAgain(long sentMillis, int start) {
    rack.onDelivered(sentMillis * MILLI, start, start + 1000, true);
  }

  private boolean isBefore(long sentMillis, int end) {
    return rack.isBeforeDelivered(sentMillis * MILLI, end);
  }

  private long window() {
    return rack.windowNanos(MIN_RTT, SRTT, false, 0);
  }

  // ---- steps 1 and 2: the latest transmission that was delivered ----

  @Test
  void nothingIsBeforeWhatWasNeverDelivered() {
    assertThat(rack.isKnown()).isFalse();
    assertThat(isBefore(0, 0)).isFalse();
  }

  @Test
  void theLaterTransmissionCountsAndOfTwoAtOnceTheOneFurtherOn() {
    at(110);
    delivered(10, 5000);
    assertThat(rack.isKnown()).isTrue();
    assertThat(rack.rttNanos()).isEqualTo(100 * MILLI);
    assertThat(isBefore(9, 9000)).isTrue();
    assertThat(isBefore(10, 5999)).isTrue();
    assertThat(isBefore(10, 6000)).as("itself").isFalse();
    assertThat(isBefore(10, 6001)).isFalse();
    assertThat(isBefore(11, 1000)).isFalse();
    at(115);
    delivered(5, 9000); // sent earlier, though further on
    assertThat(isBefore(9, 1000)).isTrue();
    assertThat(rack.rttNanos()).isEqualTo(100 * MILLI);
    delivered(10, 6000); // at the same time and further on
    assertThat(isBefore(10, 6999)).isTrue();
    assertThat(rack.rttNanos()).isEqualTo(105 * MILLI);
  }

  @Test
  void whatWasSentAgainDoesNotCountIfItsAnswerCameSoonerThanAnyCould() {
    at(100);
    delivered(0, 1000);
    at(250);
    deliveredAgain(151, 2000); // 99 ms
    assertThat(isBefore(1, 0)).isFalse();
    deliveredAgain(150, 2000); // 100 ms: possible
    assertThat(isBefore(149, 0)).isTrue();
  }

  @Test
  void anEchoOfAnEarlierTransmissionSaysThatItWasNotTheLast() {
    at(100);
    delivered(0, 1000);
    echoing(400, 149);
    deliveredAgain(150, 2000);
    assertThat(isBefore(1, 0)).isFalse();
    echoing(400, 150);
    deliveredAgain(150, 2000);
    assertThat(isBefore(149, 0)).isTrue();
  }

  // ---- step 3: reordering ----

  @Test
  void whatArrivesBelowSomethingThatWasSentLaterWasOvertaken() {
    at(100);
    delivered(0, 10_000);
    assertThat(rack.isReorderingSeen()).isFalse();
    delivered(0, 4000); // by six segments and its own
    assertThat(rack.isReorderingSeen()).isTrue();
    assertThat(rack.reorderingSegments()).isEqualTo((11_000 - 4000) / 1000 + 1);
    delivered(0, 9000);
    assertThat(rack.reorderingSegments()).as("the most stays").isEqualTo(8);
  }

  @Test
  void whatFollowsInOrderOrWasSentAgainWasNot() {
    at(100);
    delivered(0, 1000);
    delivered(0, 2000);
    delivered(0, 3000);
    at(300);
    deliveredAgain(150, 1000);
    assertThat(rack.isReorderingSeen()).isFalse();
    assertThat(rack.reorderingSegments()).isEqualTo(3);
  }

  @Test
  void noMoreIsBelievedThanTheSettingAllows() {
    rack.begin(0, MIN_RTT, false, 0, 1000, 5);
    delivered(0, 20_000);
    delivered(0, 1000);
    assertThat(rack.reorderingSegments()).isEqualTo(5);
    rack.begin(0, MIN_RTT, false, 0, 1000, 2);
    assertThat(rack.reorderingSegments()).as("three at least").isEqualTo(3);
  }

  // ---- step 4: the window ----

  @Test
  void withoutReorderingThereIsNoWindowInRecoveryOrAfterThreeDuplicates() {
    assertThat(rack.windowNanos(MIN_RTT, SRTT, false, 2)).isEqualTo(MIN_RTT / 4);
    assertThat(rack.windowNanos(MIN_RTT, SRTT, false, 3)).isZero();
    assertThat(rack.windowNanos(MIN_RTT, SRTT, true, 0)).isZero();
    rack.noteReordering(1);
    assertThat(rack.windowNanos(MIN_RTT, SRTT, true, 3)).isEqualTo(MIN_RTT / 4);
  }

  @Test
  void duplicatesReportedWidenItOncePerRoundTrip() {
    rack.onDuplicateReport(1000, 5000);
    assertThat(window()).isEqualTo(2 * MIN_RTT / 4);
    rack.onDuplicateReport(4999, 9000);
    assertThat(window()).as("of the same round").isEqualTo(2 * MIN_RTT / 4);
    rack.onDuplicateReport(5000, 9000);
    assertThat(window()).isEqualTo(3 * MIN_RTT / 4);
    rack.onDuplicateReport(9000, 12_000);
    rack.onDuplicateReport(12_000, 15_000);
    assertThat(window()).as("the smoothed round trip at most").isEqualTo(SRTT);
  }

  @Test
  void afterSixteenRecoveriesWithoutThemItIsAsAtFirst() {
    rack.onDuplicateReport(1000, 5000);
    for (int i = 0; i < 15; i++) {
      rack.onRecovered();
      assertThat(window()).isEqualTo(2 * MIN_RTT / 4);
    }
    rack.onRecovered();
    assertThat(window()).isEqualTo(MIN_RTT / 4);
    rack.onDuplicateReport(5000, 9000);
    for (int i = 0; i < 10; i++) {
      rack.onRecovered();
    }
    rack.onDuplicateReport(9000, 12_000); // counts anew
    for (int i = 0; i < 15; i++) {
      rack.onRecovered();
    }
    assertThat(window()).isEqualTo(3 * MIN_RTT / 4);
  }

  // ---- for F-RTO (RFC 5682) ----

  @Test
  void theAcknowledgementInHandKnowsWhetherItCoversAnOriginal() {
    at(100);
    deliveredAgain(0, 1000);
    assertThat(rack.isOriginalDelivered(9000)).isFalse();
    delivered(0, 2000);
    assertThat(rack.isOriginalDelivered(3000)).isTrue();
    assertThat(rack.isOriginalDelivered(2999)).isFalse();
    at(101);
    assertThat(rack.isOriginalDelivered(9000)).isFalse();
  }
}
