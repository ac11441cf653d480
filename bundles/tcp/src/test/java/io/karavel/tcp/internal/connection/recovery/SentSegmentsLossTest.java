package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is lost and sent again, and what acknowledgements and timeouts leave of it. */
class SentSegmentsLossTest {
  private static final int SIZE = 100;

  private final Rack rack = new Rack();
  private final SentSegments map = new SentSegments(rack);

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
  }

  private void next(int sequence) {
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmitSequence()).isEqualTo(sequence);
  }

  // ---- acknowledged ----

  @Test
  void whatHadBeenSackedIsToldApart() {
    send(4);
    map.sack(SIZE, 3 * SIZE);
    assertThat(map.sackedEntries()).isEqualTo(2);
    assertThat(map.acknowledge(2 * SIZE)).isEqualTo(SIZE);
    assertThat(map.hasSample()).isTrue();
    assertThat(map.sackedEntries()).isEqualTo(1);
    assertThat(map.sackedBytes()).isEqualTo(SIZE);
    assertThat(map.acknowledge(3 * SIZE)).isEqualTo(SIZE);
    assertThat(map.hasSample()).as("it was measured when it was SACKed").isFalse();
    assertThat(map.sackedEntries()).isZero();
    assertThat(map.acknowledge(4 * SIZE)).isZero();
  }

  @Test
  void soIsAPart() {
    send(3);
    map.sack(SIZE, 2 * SIZE);
    assertThat(map.acknowledge(SIZE + 30)).isEqualTo(30);
    assertThat(map.sackedBytes()).isEqualTo(70);
    assertThat(map.sackedEntries()).isEqualTo(1);
    assertThat(map.inFlightBytes()).isEqualTo(SIZE);
  }

  @Test
  void ofALostSegmentThePartThatIsNotAcknowledgedStaysLost() {
    send(3);
    map.markAllLost(false);
    map.acknowledge(SIZE + 30);
    assertThat(map.lostBytes()).isEqualTo(170);
    assertThat(map.inFlightBytes()).isZero();
    next(SIZE + 30);
    assertThat(map.retransmitLength()).isEqualTo(70);
  }

  @Test
  void whatIsAcknowledgedIsNotSentAgain() {
    send(3);
    map.markFirstLost();
    map.acknowledge(SIZE);
    assertThat(map.hasRetransmission()).isFalse();
    assertThat(map.markFirstLost()).isTrue();
    next(SIZE);
  }

  @Test
  void whatWasOnceAtTheSamePlaceOfTheRingIsNotTakenForLost() {
    send(16);
    map.markFirstLost();
    map.acknowledge(SIZE);
    map.markAllLost(false);
    next(SIZE);
    assertThat(map.retransmit(Integer.MAX_VALUE, 5000)).isEqualTo(15 * SIZE);
    assertThat(map.hasRetransmission()).isFalse();
    assertThat(map.inFlightBytes()).isEqualTo(15 * SIZE);
  }

  // ---- lost ----

  @Test
  void theFirstIsLostOnceAndNotIfItArrived() {
    send(3);
    assertThat(map.markFirstLost()).isTrue();
    assertThat(map.markFirstLost()).isFalse();
    assertThat(map.lostBytes()).isEqualTo(SIZE);
    SentSegments other = new SentSegments();
    assertThat(other.markFirstLost()).isFalse();
    other.add(0, SIZE, 1000, false);
    other.sack(0, SIZE);
    assertThat(other.markFirstLost()).isFalse();
    assertThat(other.lostBytes()).isZero();
  }

  @Test
  void oneSegmentGoesAgainHoweverLittleMay() {
    send(3);
    map.markAllLost(false);
    next(0);
    assertThat(map.retransmit(SIZE / 2, 5000)).isEqualTo(SIZE);
    next(SIZE);
    assertThat(map.isAgainInFlight()).isTrue();
  }

  @Test
  void neighboursGoAgainAsFarAsTheyFitExactly() {
    send(4);
    map.markAllLost(false);
    next(0);
    assertThat(map.retransmit(2 * SIZE, 5000)).isEqualTo(2 * SIZE);
    next(2 * SIZE);
    assertThat(map.retransmit(2 * SIZE - 1, 5000)).isEqualTo(SIZE);
    next(3 * SIZE);
  }

  @Test
  void neighboursThatArrivedDoNot() {
    send(16);
    map.sack(2 * SIZE, 3 * SIZE);
    map.markAllLost(false);
    next(0);
    assertThat(map.retransmit(Integer.MAX_VALUE, 5000)).isEqualTo(2 * SIZE);
    next(3 * SIZE);
    assertThat(map.retransmit(Integer.MAX_VALUE, 5000)).isEqualTo(13 * SIZE);
    assertThat(map.hasRetransmission()).isFalse();
  }

  // ---- the timer expired ----

  @Test
  void whatIsExactlyARoundTripOldIsLost() {
    map.add(0, SIZE, 1000, false);
    map.add(SIZE, SIZE, 4500, false);
    map.add(2 * SIZE, SIZE, 4501, false);
    map.markTimedOut(false, 5000, 500);
    assertThat(map.lostBytes()).as("RFC 8985 §6.3: at or before").isEqualTo(2 * SIZE);
    assertThat(map.inFlightBytes()).isEqualTo(SIZE);
  }

  @Test
  void whatWasLostOrSentAgainAMomentAgoStaysSo() {
    for (int i = 0; i < 4; i++) {
      map.add(i * SIZE, SIZE, i == 0 ? 1000 : 4900 + i, false);
    }
    rack.begin(5000, 0, false, 0, SIZE, 300);
    map.sack(3 * SIZE, 4 * SIZE);
    map.detectLosses(5000, 0);
    map.retransmit(2 * SIZE, 5000);
    map.markTimedOut(false, 5100, 500);
    assertThat(map.sackedBytes()).isEqualTo(SIZE);
    assertThat(map.sackedEntries()).isEqualTo(1);
    assertThat(map.lostBytes()).isEqualTo(3 * SIZE);
    assertThat(map.inFlightBytes()).as("the second again").isEqualTo(SIZE);
    next(0);
    assertThat(map.retransmit(SIZE, 5100)).isEqualTo(SIZE);
    next(2 * SIZE);
    assertThat(map.retransmit(SIZE, 5100)).isEqualTo(SIZE);
    assertThat(map.hasRetransmission()).isFalse();
  }

  @Test
  void whatThePeerDroppedAgainIsLostThoughItIsRecent() {
    map.add(0, SIZE, 1000, false);
    map.add(SIZE, SIZE, 4900, false);
    map.add(2 * SIZE, SIZE, 4901, false);
    map.sack(0, 2 * SIZE);
    assertThat(map.isReneged()).isTrue();
    map.markTimedOut(true, 5000, 500);
    assertThat(map.sackedEntries()).isZero();
    assertThat(map.lostBytes()).isEqualTo(2 * SIZE);
    assertThat(map.inFlightBytes()).isEqualTo(SIZE);
  }
}
