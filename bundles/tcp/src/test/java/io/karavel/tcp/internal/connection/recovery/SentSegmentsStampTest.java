package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.internal.connection.congestion.NewRenoFactory;
import org.junit.jupiter.api.Test;

/** What the map tells of each entry when rates of delivery are measured. */
class SentSegmentsStampTest {
  private static final int SIZE = 100;

  private final DeliveryRate rate = rate();
  private final SentSegments map = new SentSegments();

  /** Samples that nobody makes anything of: New Reno takes none, and looks at no path. */
  private static DeliveryRate rate() {
    return new DeliveryRate(new NewRenoFactory().create(null, 10 * SIZE, SIZE), 0);
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
  }

  private void acknowledge(int ack) {
    rate.begin(9000, false);
    map.acknowledge(ack);
    rate.finish(map.inFlightBytes(), 0);
  }

  @Test
  void whatWasSentBeforeGivesNoRateThatCounts() {
    send(20);
    map.delivery(rate);
    acknowledge(3 * SIZE);
    assertThat(rate.isApplicationLimited()).isTrue();
    assertThat(rate.transmitInFlightBytes()).isZero();
  }

  @Test
  void theStampsOutliveThatTheMapGrows() {
    map.delivery(rate);
    send(40);
    for (int i = 0; i < 40; i++) {
      rate.begin(9000, false);
      map.sack(i * SIZE, (i + 1) * SIZE);
      assertThat(rate.transmitInFlightBytes()).isEqualTo((i + 1) * SIZE);
    }
  }

  @Test
  void theStampsThatAreHandedOverAreThoseOfWhatIsOutstanding() {
    map.delivery(rate);
    send(5);
    acknowledge(2 * SIZE);
    SentSegments other = SentSegments.fromBytes(map.toBytes(), new Rack());
    DeliveryRate otherRate = rate();
    other.delivery(otherRate);
    assertThat(otherRate.fromBytes(rate.toBytes(map), other)).isTrue();
    otherRate.begin(9500, false);
    other.acknowledge(3 * SIZE);
    assertThat(otherRate.transmitInFlightBytes()).isEqualTo(3 * SIZE);
  }

  @Test
  void whatIsSentAgainIsStampedAgain() {
    map.delivery(rate);
    send(3);
    map.markFirstLost();
    map.retransmit(SIZE, 5000);
    acknowledge(SIZE);
    assertThat(rate.transmitInFlightBytes()).isEqualTo(3 * SIZE);
  }

  @Test
  void soIsAProbe() {
    map.delivery(rate);
    send(2);
    acknowledge(SIZE);
    map.retransmitLast(5000);
    acknowledge(2 * SIZE);
    assertThat(rate.transmitInFlightBytes()).isEqualTo(SIZE);
  }

  @Test
  void aTransmissionIsLostOnce() {
    map.delivery(rate);
    send(3);
    rate.begin(2000, false);
    map.markFirstLost();
    assertThat(rate.newlyLostBytes()).isEqualTo(SIZE);
    rate.begin(3000, false);
    map.markAllLost(false);
    assertThat(rate.newlyLostBytes()).as("the other two").isEqualTo(2 * SIZE);
    map.retransmit(SIZE, 3000);
    rate.begin(4000, false);
    map.markAllLost(false);
    assertThat(rate.newlyLostBytes()).as("what was sent again").isEqualTo(SIZE);
    assertThat(rate.totalLostBytes()).isEqualTo(4 * SIZE);
  }

  @Test
  void whatIsCutAnewGivesNoRateThatCounts() {
    map.delivery(rate);
    send(10);
    map.recut(SIZE / 2);
    acknowledge(SIZE);
    assertThat(rate.isApplicationLimited()).isTrue();
    assertThat(rate.transmitInFlightBytes()).isZero();
  }
}
