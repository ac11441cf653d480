package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What is in flight in order of transmission: by time, and where that is equal by sequence number
 * (RFC 8985 §6.2 step 2, RACK_sent_after). A delivery makes lost what comes before it, no more.
 */
class SentSegmentsOrderTest {
  private static final int SIZE = 100;

  private final Rack rack = new Rack();
  private final SentSegments map = new SentSegments(rack);
  private int sent;

  private void send(int count, long atNanos) {
    for (int i = 0; i < count; i++) {
      map.add(sent++ * SIZE, SIZE, atNanos, false);
    }
  }

  private void sendEachLater(int count) {
    for (int i = 0; i < count; i++) {
      send(1, 1000 + sent);
    }
  }

  /** One entry arrives; what should have come before it is lost. */
  private void arrives(int entry, long atNanos) {
    rack.begin(atNanos, 0, false, 0, SIZE, 300);
    map.sack(entry * SIZE, (entry + 1) * SIZE);
    map.detectLosses(atNanos, 0);
  }

  private void losesTheSecond() {
    sendEachLater(3);
    map.acknowledge(SIZE);
    arrives(2, 2000);
    assertThat(map.lostBytes()).isEqualTo(SIZE);
  }

  private void sendsTheSecondAgain(long atNanos) {
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmitSequence()).isEqualTo(SIZE);
    assertThat(map.retransmit(SIZE, atNanos)).isEqualTo(SIZE);
    assertThat(map.hasRetransmission()).isFalse();
  }

  @Test
  void aRetransmissionOfTheSameInstantComesBeforeNewDataAndIsLostFirst() {
    losesTheSecond();
    send(3, 2000);
    sendsTheSecondAgain(2000);
    arrives(3, 3000);
    assertThat(map.takeLostAgain()).isEqualTo(1);
    assertThat(map.inFlightBytes()).as("the two after what arrived").isEqualTo(2 * SIZE);
  }

  @Test
  void whatFollowedItCanLeaveAndOthersFollow() {
    losesTheSecond();
    send(3, 2000);
    sendsTheSecondAgain(2000);
    arrivesInTime(5);
    arrivesInTime(4);
    arrivesInTime(3);
    send(1, 3000);
    send(1, 3001);
    map.acknowledge(2 * SIZE);
    assertThat(waitAfter(7, 4000)).as("for what was sent at 3000").isEqualTo(4999);
  }

  @Test
  void whatWasSentEarlierStaysBeforeIt() {
    losesTheSecond();
    send(1, 1500);
    send(2, 2000);
    sendsTheSecondAgain(2000);
    arrives(4, 3000);
    assertThat(map.takeLostAgain()).isEqualTo(1);
    assertThat(map.lostBytes()).isEqualTo(2 * SIZE);
    assertThat(map.inFlightBytes()).isEqualTo(SIZE);
  }

  @Test
  void anAnswerInTheSameInstantLeavesNoTraceInTheOrder() {
    losesTheSecond();
    send(3, 2000);
    arrives(3, 2000);
    sendsTheSecondAgain(2000);
    map.detectLosses(2001, 0);
    assertThat(map.takeLostAgain()).isEqualTo(1);
    assertThat(map.inFlightBytes()).isEqualTo(2 * SIZE);
  }

  @Test
  void whatIsKnownOutlivesThatTheMapGrows() {
    sendEachLater(16);
    arrivesInTime(3);
    sendEachLater(1);
    assertThat(map.sack(3 * SIZE, 4 * SIZE)).as("still known to have arrived").isZero();
    arrives(16, 2000);
    assertThat(map.lostBytes()).isEqualTo(15 * SIZE);
    assertThat(map.inFlightBytes()).isZero();
  }

  @Test
  void soDoesTheOrder() {
    sendEachLater(17);
    arrivesInTime(13);
    map.acknowledge(14 * SIZE);
    assertThat(waitAfter(16, 2000)).as("for what was sent at 1014").isEqualTo(4998);
  }

  @Test
  void soDoesWhatWasBeforeTheNewest() {
    sendEachLater(17);
    arrivesInTime(16);
    arrivesInTime(15);
    sendEachLater(1);
    arrives(17, 3000);
    assertThat(map.lostBytes()).isEqualTo(15 * SIZE);
  }

  /** One entry arrives, and nobody asks for losses yet. */
  private void arrivesInTime(int entry) {
    rack.begin(2000, 0, false, 0, SIZE, 300);
    assertThat(map.sack(entry * SIZE, (entry + 1) * SIZE)).isEqualTo(SIZE);
  }

  /** One entry arrives: how long the earliest in flight is waited for, 5000 more than it took. */
  private long waitAfter(int entry, long atNanos) {
    rack.begin(atNanos, 0, false, 0, SIZE, 300);
    map.sack(entry * SIZE, (entry + 1) * SIZE);
    return map.detectLosses(atNanos, 5000);
  }

  // ---- the last one, sent again as a probe ----

  @Test
  void aProbeIsTheLatestTransmission() {
    sendEachLater(4);
    arrives(2, 2000);
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmit(2 * SIZE, 2000)).isEqualTo(2 * SIZE);
    map.retransmitLast(3000);
    arrives(1, 4000);
    assertThat(map.takeLostAgain()).as("the first was sent again before the second").isEqualTo(1);
    assertThat(map.lostBytes()).isEqualTo(SIZE);
    assertThat(map.inFlightBytes()).as("the probe").isEqualTo(SIZE);
    send(1, 5000);
    arrives(4, 6000);
    assertThat(map.lostBytes()).as("the probe as well").isEqualTo(2 * SIZE);
  }

  @Test
  void whatWasProbedWithIsInFlightOnceAndGivesNoSample() {
    send(1, 1000);
    map.retransmitLast(2000);
    map.acknowledge(SIZE);
    assertThat(map.sampleIsAmbiguous()).isTrue();
    assertThat(map.sampleSentNanos()).isEqualTo(2000);
    send(1, 3000);
    send(1, 3001);
    assertThat(waitAfter(2, 4000)).as("for what was sent at 3000").isEqualTo(4999);
  }

  // ---- made anew, after losses that were none ----

  @Test
  void nothingWasLostAndAllWasSentInSequence() {
    sendEachLater(4);
    arrives(2, 2000);
    map.markNoneLost();
    assertThat(map.inFlightBytes()).isEqualTo(3 * SIZE);
    arrives(3, 2001);
    assertThat(map.lostBytes()).isEqualTo(2 * SIZE);
    assertThat(map.inFlightBytes()).isZero();
  }

  @Test
  void nothingWasLostAndWhatArrivedStaysOut() {
    sendEachLater(5);
    arrives(3, 2000);
    map.retransmit(SIZE, 5000);
    map.markNoneLost();
    arrives(4, 6000);
    assertThat(map.lostBytes()).isEqualTo(2 * SIZE);
    assertThat(map.inFlightBytes()).as("the first, which was sent later").isEqualTo(SIZE);
  }

  @Test
  void nothingWasLostAndTheRingIsFull() {
    sendEachLater(16);
    arrives(15, 2000);
    map.retransmit(SIZE, 5000);
    map.markNoneLost();
    arrives(14, 6000);
    assertThat(map.lostBytes()).isEqualTo(13 * SIZE);
    assertThat(map.inFlightBytes()).isEqualTo(SIZE);
  }

  @Test
  void nothingWasLostAndTheLastOfTheRingWasSentLast() {
    sendEachLater(15);
    arrives(14, 2000);
    map.retransmit(SIZE, 5000);
    send(1, 9000);
    map.markNoneLost();
    map.detectLosses(9001, 0);
    assertThat(map.lostBytes()).isEqualTo(13 * SIZE);
    assertThat(map.inFlightBytes()).isEqualTo(2 * SIZE);
  }

  @Test
  void nothingWasLostOfManySentAtFewInstants() {
    int gone = 50;
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Rack told = new Rack();
      SentSegments many = new SentSegments(told);
      long[] at = new long[600];
      for (int i = 0; i < at.length; i++) {
        at[i] = i < gone ? 999 : 1000 + random.nextInt(5);
        many.add(i * SIZE, SIZE, at[i], false);
      }
      many.acknowledge(gone * SIZE);
      many.markAllLost(false);
      many.markNoneLost();
      int arrived = gone + random.nextInt(at.length - gone);
      told.begin(6000, 0, false, 0, SIZE, 300);
      many.sack(arrived * SIZE, (arrived + 1) * SIZE);
      many.detectLosses(6000, 0);
      int before = 0;
      for (int i = gone; i < at.length; i++) {
        boolean earlier = at[i] < at[arrived] || at[i] == at[arrived] && i < arrived;
        before += earlier ? SIZE : 0;
      }
      assertThat(many.lostBytes()).as("seed " + seed).isEqualTo(before);
    }
  }

  // ---- cut anew ----

  @Test
  void whatWasTooLongIsOutAndTheRestInOrder() {
    map.add(0, 100, 1000, false);
    map.add(100, 60, 1001, false);
    map.add(160, 100, 1002, false);
    assertThat(map.markLongerLost(100)).as("a segment that just fits").isFalse();
    assertThat(map.markLongerLost(60)).isTrue();
    map.recut(60);
    assertThat(map.size()).isEqualTo(5);
    assertThat(map.lostBytes()).isEqualTo(200);
    assertThat(map.inFlightBytes()).isEqualTo(60);
    map.acknowledge(60);
    map.add(260, 60, 2000, false);
    rack.begin(3000, 0, false, 0, 60, 300);
    map.sack(260, 320);
    map.detectLosses(3000, 0);
    assertThat(map.lostBytes()).isEqualTo(40 + 60 + 100);
    assertThat(map.inFlightBytes()).isZero();
  }

  @Test
  void cuttingKeepsTheTimes() {
    sendEachLater(3);
    map.recut(50);
    map.acknowledge(SIZE);
    assertThat(map.firstSentNanos()).isEqualTo(1001);
    assertThat(map.firstLength()).isEqualTo(50);
    map.acknowledge(2 * SIZE + 50);
    assertThat(map.firstSentNanos()).isEqualTo(1002);
  }
}
