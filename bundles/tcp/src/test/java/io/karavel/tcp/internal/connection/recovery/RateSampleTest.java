package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.RateSample;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each figure of a sample of the rate of delivery, and its form. */
class RateSampleTest {
  private static final long MILLI = 1_000_000L;

  private final List<String> told = new ArrayList<>();
  private final DeliveryRate rate = new DeliveryRate(listener(), 0);

  private CongestionControl listener() {
    return (CongestionControl)
        Proxy.newProxyInstance(
            CongestionControl.class.getClassLoader(),
            new Class<?>[] {CongestionControl.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("onRateSample")) {
                told.add(tell((RateSample) arguments[0]));
              } else {
                told.add("lost " + List.of(arguments).subList(0, 4));
              }
              return null;
            });
  }

  private static String tell(RateSample s) {
    return s.deliveredBytes()
        + " in "
        + s.intervalNanos() / MILLI
        + " ms: "
        + s.bytesPerSecond()
        + " B/s"
        + (s.isApplicationLimited() ? " limited" : "")
        + ", rtt "
        + s.rttNanos() / MILLI
        + ", lost "
        + s.lostBytes()
        + ", sent at "
        + s.transmitInFlightBytes()
        + ", now "
        + s.inFlightBytes()
        + (s.isCongestionEchoed() ? ", echoed" : "");
  }

  private void told(String... words) {
    assertThat(told).containsExactly(words);
    told.clear();
  }

  private void send(int index, long millis, int inFlight) {
    rate.onSent(index, millis * MILLI, inFlight == 1000, inFlight);
  }

  private void deliver(int index, long sentMillis, long atMillis, int inFlight) {
    rate.begin(atMillis * MILLI, false);
    rate.onDelivered(index, 1000, sentMillis * MILLI, true);
    rate.finish(inFlight, 0);
  }

  private void entries(int count) {
    rate.adopt(count, 0, 0, new long[count]);
  }

  @Test
  void everyFigureOfASample() {
    entries(4);
    send(0, 0, 1000);
    send(1, 10, 2000);
    rate.begin(100 * MILLI, true);
    rate.onDelivered(0, 1000, 0, true);
    rate.finish(1000, 0);
    told("1000 in 100 ms: 10000 B/s, rtt 100, lost 0, sent at 1000, now 1000, echoed");
    deliver(1, 10, 110, 0);
    told("2000 in 110 ms: 18181 B/s, rtt 100, lost 0, sent at 2000, now 0");
    assertThat(rate.latestBytesPerSecond()).isEqualTo(18_181);
    assertThat(rate.isLatestLimited()).isFalse();
    assertThat(rate.totalDeliveredBytes()).isEqualTo(2000);
  }

  @Test
  void whereNothingWasDeliveredOrLostNothingIsTold() {
    entries(4);
    send(0, 0, 1000);
    rate.begin(100 * MILLI, false);
    rate.finish(1000, 0);
    told();
  }

  @Test
  void aLossIsCountedSinceTheTransmissionAndByItself() {
    entries(4);
    send(0, 0, 1000);
    send(1, 0, 2000);
    send(2, 0, 3000);
    rate.begin(50 * MILLI, false);
    rate.onLost(0, 1000);
    rate.finish(2000, 0);
    told(
        "lost [1000, 1000, 1000, false]",
        "0 in 0 ms: 0 B/s, rtt 0, lost 1000, sent at 0, now 2000");
    rate.begin(60 * MILLI, false);
    rate.onLost(1, 1000);
    rate.onDelivered(2, 1000, 0, true);
    rate.finish(0, 0);
    told(
        "lost [1000, 2000, 2000, false]",
        "1000 in 60 ms: 16666 B/s, rtt 60, lost 2000, sent at 3000, now 0");
    assertThat(rate.totalLostBytes()).isEqualTo(2000);
  }

  @Test
  void growthKeepsTheStampsInTheirPlaces() {
    entries(2);
    send(5, 0, 1000); // index 5 stands at 1, index 6 at 0
    send(6, 20, 2000);
    rate.resize(8, 5, 7, 1);
    send(7, 30, 3000);
    deliver(5, 0, 100, 2000);
    deliver(6, 20, 110, 1000);
    deliver(7, 30, 120, 0);
    told(
        "1000 in 100 ms: 10000 B/s, rtt 100, lost 0, sent at 1000, now 2000",
        "2000 in 110 ms: 18181 B/s, rtt 90, lost 0, sent at 2000, now 1000",
        "3000 in 120 ms: 25000 B/s, rtt 90, lost 0, sent at 3000, now 0");
  }

  @Test
  void lessThanARoundTripIsNoRate() {
    entries(4);
    send(0, 0, 1000);
    rate.begin(50 * MILLI, false);
    rate.onDelivered(0, 1000, 0, true);
    rate.finish(0, 50 * MILLI + 1);
    told("1000 in 0 ms: 0 B/s, rtt 50, lost 0, sent at 1000, now 0");
    assertThat(rate.latestBytesPerSecond()).isZero();
  }

  /** What the application held back is remembered only if it is no less. */
  @Test
  void aLimitedSampleCountsOnlyUpwards() {
    entries(8);
    send(0, 0, 1000);
    deliver(0, 0, 100, 0);
    assertThat(rate.latestBytesPerSecond()).isEqualTo(10_000);
    rate.onApplicationLimited(0);
    assertThat(rate.isLimitedNow()).isTrue();
    send(1, 200, 1000);
    deliver(1, 200, 400, 0);
    assertThat(rate.latestBytesPerSecond()).as("5000 B/s, limited").isEqualTo(10_000);
    assertThat(rate.isLatestLimited()).isFalse();
    assertThat(rate.isLimitedNow()).as("what was limited has been delivered").isFalse();
    rate.onApplicationLimited(0);
    send(2, 500, 1000);
    deliver(2, 500, 550, 0);
    assertThat(rate.latestBytesPerSecond()).isEqualTo(20_000);
    assertThat(rate.isLatestLimited()).isTrue();
  }

  @Test
  void gigabytesAtOnceAreNoOverflow() {
    entries(4);
    send(0, 0, 1000);
    rate.begin(1000 * MILLI, false);
    for (int i = 0; i < 5; i++) {
      rate.onDelivered(0, 2_000_000_000, 0, true);
    }
    rate.finish(0, 0);
    assertThat(rate.bytesPerSecond()).isEqualTo(10_000_000_000L);
  }

  @Test
  void itsFormIsReadAsItWasWritten() {
    entries(8);
    send(0, 0, 1000);
    rate.onApplicationLimited(1000);
    send(1, 10, 2000);
    rate.begin(100 * MILLI, false);
    rate.onLost(0, 1000);
    rate.onDelivered(1, 1000, 10 * MILLI, true);
    rate.finish(0, 0);
    assertThat(rate.isLatestLimited()).isTrue();
    byte[] form = rate.toBytes(null);
    DeliveryRate next = new DeliveryRate(listener(), 7);
    assertThat(next.fromBytes(form, null)).isTrue();
    assertThat(next.toBytes(null)).isEqualTo(form);
    assertThat(next.latestBytesPerSecond()).isEqualTo(rate.latestBytesPerSecond()).isPositive();
    assertThat(next.isLatestLimited()).isTrue();
    assertThat(next.isLimitedNow()).isEqualTo(rate.isLimitedNow());
    assertThat(next.totalLostBytes()).isEqualTo(1000);
  }

  @Test
  void aFormOfAnotherLengthIsRefused() {
    assertThat(rate.fromBytes(new byte[47], null)).isFalse();
    assertThat(rate.fromBytes(new byte[48], null)).isTrue();
    assertThat(rate.fromBytes(new byte[49], null)).isFalse();
    assertThat(rate.fromBytes(new byte[48 + 36], null)).as("without its map").isTrue();
  }

  // ---- at the limits of the rules ----

  /** Of several that one acknowledgement delivers, the one that was sent last makes the sample. */
  @Test
  void whatWasSentEarlierThanWhatIsKnownMakesNoSample() {
    entries(4);
    send(0, 0, 1000);
    send(1, 10, 2000);
    rate.begin(100 * MILLI, false);
    rate.onDelivered(1, 1000, 10 * MILLI, true);
    rate.onDelivered(0, 1000, 0, true);
    rate.finish(0, 0);
    told("2000 in 100 ms: 20000 B/s, rtt 90, lost 0, sent at 2000, now 0");
  }

  @Test
  void whatWasLostBeforeATransmissionIsNotLostSince() {
    entries(4);
    send(0, 0, 1000);
    rate.begin(50 * MILLI, false);
    rate.onLost(0, 1000);
    rate.finish(0, 0);
    told.clear();
    send(1, 60, 2000);
    rate.begin(100 * MILLI, false);
    rate.onLost(1, 1000);
    rate.finish(0, 0);
    told("lost [1000, 2000, 1000, false]", "0 in 0 ms: 0 B/s, rtt 0, lost 1000, sent at 0, now 0");
  }

  @Test
  void whatIsSentIsLimitedUntilMoreIsDeliveredThanWasInFlight() {
    entries(4);
    rate.onApplicationLimited(1000);
    send(0, 0, 1000);
    send(1, 1, 2000);
    deliver(0, 0, 100, 1000);
    assertThat(rate.isLimitedNow()).isTrue();
    deliver(1, 1, 101, 0);
    assertThat(rate.isLimitedNow()).isFalse();
  }

  @Test
  void noTimeIsNoRate() {
    entries(4);
    send(0, 0, 1000);
    deliver(0, 0, 0, 0);
    told("1000 in 0 ms: 0 B/s, rtt 0, lost 0, sent at 1000, now 0");
  }

  @Test
  void exactlyARoundTripIsARate() {
    entries(4);
    send(0, 0, 1000);
    rate.begin(50 * MILLI, false);
    rate.onDelivered(0, 1000, 0, true);
    rate.finish(0, 50 * MILLI);
    told("1000 in 50 ms: 20000 B/s, rtt 50, lost 0, sent at 1000, now 0");
  }

  @Test
  void aLimitedSampleThatIsNoLessIsTheLatest() {
    entries(4);
    send(0, 0, 1000);
    deliver(0, 0, 100, 0);
    rate.onApplicationLimited(0);
    send(1, 200, 1000);
    deliver(1, 200, 300, 0);
    assertThat(rate.latestBytesPerSecond()).isEqualTo(10_000);
    assertThat(rate.isLatestLimited()).isTrue();
  }

  @Test
  void aSampleSaysWhatWasDeliveredBeforeItsTransmission() {
    entries(4);
    send(0, 0, 1000);
    deliver(0, 0, 100, 0);
    send(1, 200, 1000);
    deliver(1, 200, 300, 0);
    assertThat(rate.priorDeliveredBytes()).isEqualTo(1000);
    assertThat(rate.deliveredBytes()).isEqualTo(1000);
  }

  @Test
  void aFormWithoutARateIsNotOfOneThatWasLimited() {
    DeliveryRate next = new DeliveryRate(listener(), 7);
    assertThat(next.fromBytes(rate.toBytes(null), null)).isTrue();
    assertThat(next.isLatestLimited()).isFalse();
  }

  @Test
  void forPeopleItSaysWhatWasDeliveredAndLost() {
    entries(4);
    send(0, 0, 1000);
    deliver(0, 0, 100, 0);
    assertThat(rate.toString()).contains("1000 delivered, 0 lost, 10000 B/s");
  }
}
