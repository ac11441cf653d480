package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The scoreboard against a naive model, and at its worst. */
class SentSegmentsTest {
  private static final int SIZE = 100;

  private static SentSegments of(int base, int count) {
    SentSegments map = new SentSegments();
    for (int i = 0; i < count; i++) {
      map.add(base + i * SIZE, SIZE, 1000 + i, false);
    }
    return map;
  }

  @Test
  void acknowledgingTellsWhenTheEarliestWasSent() {
    SentSegments map = of(-200, 10);
    assertThat(map.inFlightBytes()).isEqualTo(1000);
    map.acknowledge(0);
    assertThat(map.hasSample()).isTrue();
    assertThat(map.sampleSentNanos()).isEqualTo(1000);
    assertThat(map.sampleIsAmbiguous()).isFalse();
    assertThat(map.size()).isEqualTo(8);
    map.acknowledge(50);
    assertThat(map.firstSequence()).isEqualTo(50);
    assertThat(map.inFlightBytes()).isEqualTo(750);
  }

  @Test
  void whatWasSentTwiceGivesNoSample() {
    SentSegments map = of(0, 4);
    map.markFirstLost();
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmit(SIZE, 5000)).isEqualTo(SIZE);
    map.acknowledge(SIZE);
    assertThat(map.sampleIsAmbiguous()).isTrue();
  }

  @Test
  void whatWasSentBeforeADeliveryIsLostOnceItIsLaterThanTheWindow() {
    Rack rack = new Rack();
    SentSegments map = new SentSegments(rack);
    for (int i = 0; i < 6; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
    rack.begin(2000, 0, false, 0, SIZE, 300);
    map.sack(200, 300);
    // the delivery took 998; the two before it should have come at 1998 and 1999, 50 later at most
    assertThat(map.detectLosses(2000, 50)).isEqualTo(48);
    assertThat(map.lostBytes()).isZero();
    assertThat(map.detectLosses(2048, 50)).isEqualTo(1);
    assertThat(map.lostBytes()).isEqualTo(100);
    assertThat(map.detectLosses(2049, 50)).isZero();
    assertThat(map.lostBytes()).isEqualTo(200);
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmitSequence()).isZero();
  }

  @Test
  void aRetransmissionThatIsLostInItsTurnIsFound() {
    Rack rack = new Rack();
    SentSegments map = new SentSegments(rack);
    for (int i = 0; i < 4; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
    rack.begin(2000, 0, false, 0, SIZE, 300);
    map.sack(100, 200);
    assertThat(map.detectLosses(2000, 0)).isZero();
    assertThat(map.hasRetransmission()).isTrue();
    map.retransmit(SIZE, 2000);
    map.add(400, SIZE, 2001, false);
    assertThat(map.hasRetransmission()).isFalse();
    rack.begin(3001, 0, false, 0, SIZE, 300);
    map.sack(400, 500);
    map.detectLosses(3001, 0);
    assertThat(map.takeLostAgain()).isEqualTo(1);
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmitSequence()).isZero();
    assertThat(map.inFlightBytes()).isZero();
  }

  @Test
  void nothingWasLostAfterAllAndWhatWasSentLastIsStillLast() {
    Rack rack = new Rack();
    SentSegments map = new SentSegments(rack);
    for (int i = 0; i < 4; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
    map.markAllLost(false);
    assertThat(map.inFlightBytes()).isZero();
    map.retransmit(SIZE, 5000);
    map.markNoneLost();
    assertThat(map.inFlightBytes()).isEqualTo(400);
    assertThat(map.hasRetransmission()).isFalse();
    // the first was sent again last: a delivery of the second says nothing of it
    rack.begin(6000, 0, false, 0, SIZE, 300);
    map.sack(300, 400);
    map.detectLosses(6000, 0);
    assertThat(map.lostBytes()).isEqualTo(200);
    assertThat(map.hasRetransmission()).isTrue();
    assertThat(map.retransmitSequence()).isEqualTo(100);
  }

  @Test
  void aTimeoutSparesWhatWasSentAMomentAgo() {
    SentSegments map = new SentSegments(new Rack());
    map.add(0, SIZE, 1000, false);
    map.add(100, SIZE, 1001, false);
    map.add(200, SIZE, 4990, false);
    map.markTimedOut(false, 5000, 500);
    assertThat(map.lostBytes()).isEqualTo(200);
    assertThat(map.inFlightBytes()).isEqualTo(100);
  }

  @Test
  void partsOfSegmentsAreNotTakenForWhole() {
    SentSegments map = of(0, 3);
    assertThat(map.sack(50, 250)).isEqualTo(100);
    assertThat(map.sack(50, 299)).isZero();
    assertThat(map.sackedBytes()).isEqualTo(100);
  }

  @Test
  void recuttingKeepsWhatIsKnown() {
    SentSegments map = of(0, 6);
    map.sack(200, 300);
    map.recut(30);
    assertThat(map.size()).isEqualTo(24);
    assertThat(map.sackedBytes()).isEqualTo(100);
    assertThat(map.inFlightBytes()).isEqualTo(500);
    SentSegments copy = SentSegments.fromBytes(map.toBytes(), new Rack());
    assertThat(Arrays.equals(copy.toBytes(), map.toBytes())).isTrue();
    assertThat(copy.sackedBytes()).isEqualTo(100);
  }

  @Test
  void remembersWhenTheFirstWasSentForTheFirstTime() {
    SentSegments map = new SentSegments();
    assertThat(map.firstToBytes()).isNull();
    for (int i = 0; i < 20; i++) {
      map.add(100 * i, 100, 1000 + i, false);
    }
    map.markAllLost(false);
    map.retransmit(10_000, 5000);
    assertThat(map.firstSentNanos()).isEqualTo(1000);
    map.acknowledge(250);
    assertThat(map.firstSentNanos()).isEqualTo(1002);
    for (int i = 20; i < 40; i++) {
      map.add(100 * i, 100, 6000 + i, false);
    }
    map.recut(60);
    SentSegments copy = SentSegments.fromBytes(map.toBytes(), new Rack());
    copy.firstFromBytes(map.firstToBytes());
    for (SentSegments each : List.of(map, copy)) {
      assertThat(each.firstSentNanos()).isEqualTo(1002);
      each.acknowledge(1950);
      assertThat(each.firstSentNanos()).isEqualTo(1019);
      each.acknowledge(3990);
      assertThat(each.firstSentNanos()).isEqualTo(6039);
      each.acknowledge(4000);
      each.add(4000, 100, 9000, false);
      assertThat(each.firstSentNanos()).isEqualTo(9000);
      assertThat(each.firstToBytes()).isNull();
    }
  }

  @Test
  void takesNoTimesOfOtherEntries() {
    SentSegments map = of(0, 3);
    map.markAllLost(false);
    map.retransmit(100, 5000);
    byte[] first = map.firstToBytes();
    SentSegments other = of(0, 3);
    other.acknowledge(100);
    other.add(300, 100, 2000, false);
    long since = other.firstSentNanos();
    other.firstFromBytes(first);
    other.firstFromBytes(new byte[8]);
    assertThat(other.firstSentNanos()).isEqualTo(since);
    assertThat(other.firstToBytes()).isNull();
  }

  @Test
  void tellsOfTheFirstAndTheLongestThatArrived() {
    SentSegments map = new SentSegments();
    map.add(0, 70, 1000, false);
    map.add(70, 50, 1001, false);
    map.add(120, 90, 1002, false);
    map.add(210, 20, 1003, false);
    assertThat(map.longestSacked()).isZero();
    assertThat(map.firstLength()).isEqualTo(70);
    assertThat(map.firstSentNanos()).isEqualTo(1000);
    map.acknowledge(70);
    assertThat(map.firstLength()).isEqualTo(50);
    assertThat(map.firstSentNanos()).isEqualTo(1001);
    map.sack(210, 230);
    assertThat(map.longestSacked()).isEqualTo(20);
    map.sack(120, 210);
    assertThat(map.longestSacked()).isEqualTo(90);
    assertThat(map).hasToString("SentSegments[3 entries, " + Arrays.toString(map.toBytes()) + "]");
  }

  @Test
  void theLastCanBeAProbeWhileItIsInFlight() {
    SentSegments map = new SentSegments();
    assertThat(map.isLastInFlight()).isFalse();
    map.add(0, SIZE, 1000, false);
    map.add(SIZE, SIZE, 1001, false);
    assertThat(map.isLastInFlight()).isTrue();
    assertThat(map.isAgainInFlight()).isFalse();
    map.markAllLost(false);
    assertThat(map.isLastInFlight()).isFalse();
    map.retransmit(2 * SIZE, 5000);
    assertThat(map.isLastInFlight()).isTrue();
    assertThat(map.isAgainInFlight()).isTrue();
    map.sack(SIZE, 2 * SIZE);
    assertThat(map.isLastInFlight()).isFalse();
    assertThat(map.isAgainInFlight()).isTrue();
    map.acknowledge(2 * SIZE);
    assertThat(map.isAgainInFlight()).isFalse();
  }

  @Test
  void aMapIsFullAtItsLimitAndCanBeHandedOverThen() {
    int most = SentSegments.MAXIMUM_ENTRIES;
    SentSegments map = of(0, most - 1);
    assertThat(map.hasRoom(1)).isTrue();
    assertThat(map.hasRoom(2)).isFalse();
    map.add((most - 1) * SIZE, SIZE, 5000, false);
    assertThat(map.hasRoom(0)).isTrue();
    assertThat(map.hasRoom(1)).isFalse();
    SentSegments copy = SentSegments.fromBytes(map.toBytes(), new Rack());
    assertThat(copy.size()).isEqualTo(most);
    assertThat(copy.inFlightBytes()).isEqualTo(most * SIZE);
    map.add(most * SIZE, SIZE, 5001, false);
    assertThat(SentSegments.fromBytes(map.toBytes(), new Rack())).isNull();
  }

  @Test
  void agreesWithANaiveModel() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int base = random.nextInt();
      int count = 1 + random.nextInt(60);
      Rack rack = new Rack();
      SentSegments map = new SentSegments(rack);
      for (int i = 0; i < count; i++) {
        map.add(base + i * SIZE, SIZE, 1000 + i, false);
      }
      boolean[] sacked = new boolean[count];
      int acknowledged = 0;
      for (int step = 0; step < 40 && acknowledged < count; step++) {
        rack.begin(5000 + step, 0, false, 0, SIZE, 300);
        int from = random.nextInt(count);
        int to = from + random.nextInt(count - from + 1);
        if (random.nextInt(5) == 0) {
          acknowledged = Math.max(acknowledged, from);
          map.acknowledge(base + acknowledged * SIZE);
        } else {
          map.sack(base + from * SIZE, base + to * SIZE);
          for (int i = Math.max(from, acknowledged); i < to; i++) {
            sacked[i] = true;
          }
          map.detectLosses(5000 + step, 0);
        }
        check(map, sacked, acknowledged, seed);
      }
    }
  }

  private static void check(SentSegments map, boolean[] sacked, int acknowledged, long seed) {
    int sackedBytes = 0;
    int lostBytes = 0;
    for (int i = acknowledged; i < sacked.length; i++) {
      boolean above = false;
      for (int j = i + 1; j < sacked.length; j++) {
        above |= sacked[j];
      }
      sackedBytes += sacked[i] ? SIZE : 0;
      lostBytes += !sacked[i] && above ? SIZE : 0;
    }
    assertThat(map.sackedBytes()).as("sacked, seed " + seed).isEqualTo(sackedBytes);
    assertThat(map.lostBytes()).as("lost, seed " + seed).isEqualTo(lostBytes);
    assertThat(map.inFlightBytes())
        .isEqualTo((sacked.length - acknowledged) * SIZE - sackedBytes - lostBytes);
  }

  @Test
  void aPeerThatRepeatsLargeBlocksOverTenThousandHolesCostsLittle() {
    int count = 20_000;
    Rack rack = new Rack();
    SentSegments map = new SentSegments(rack);
    for (int i = 0; i < count; i++) {
      map.add(i * SIZE, SIZE, 1000 + i, false);
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 1; i < count; i += 2) {
      rack.begin(1_000_000, 0, false, 0, SIZE, 300);
      map.sack(i * SIZE, (i + 1) * SIZE);
      map.detectLosses(1_000_000, 0);
    }
    for (int i = 0; i < 100_000; i++) {
      map.sack(0, count * SIZE);
    }
    // Quadratic work would take minutes.
    assertThat(threads.getCurrentThreadCpuTime() - start).isLessThan(20_000_000_000L);
    assertThat(map.sackedBytes()).isEqualTo(count * SIZE);
  }
}
