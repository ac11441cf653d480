package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
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
  void aHoleIsLostWithThreeSackedSegmentsAboveIt() {
    SentSegments map = of(0, 10);
    map.sack(100, 200);
    map.sack(300, 400);
    assertThat(map.detectLosses()).isFalse();
    map.sack(500, 600);
    assertThat(map.detectLosses()).isTrue();
    assertThat(map.lostBytes()).isEqualTo(100);
    assertThat(map.retransmitSequence()).isZero();
    map.sack(600, 800);
    assertThat(map.detectLosses()).isTrue();
    assertThat(map.lostBytes()).isEqualTo(300);
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
    SentSegments copy = SentSegments.fromBytes(map.toBytes());
    assertThat(Arrays.equals(copy.toBytes(), map.toBytes())).isTrue();
    assertThat(copy.sackedBytes()).isEqualTo(100);
  }

  @Test
  void agreesWithANaiveModel() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int base = random.nextInt();
      int count = 1 + random.nextInt(60);
      SentSegments map = of(base, count);
      boolean[] sacked = new boolean[count];
      int acknowledged = 0;
      for (int step = 0; step < 40 && acknowledged < count; step++) {
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
          map.detectLosses();
        }
        check(map, sacked, acknowledged, seed);
      }
    }
  }

  private static void check(SentSegments map, boolean[] sacked, int acknowledged, long seed) {
    int sackedBytes = 0;
    int lostBytes = 0;
    for (int i = acknowledged; i < sacked.length; i++) {
      int above = 0;
      for (int j = i + 1; j < sacked.length; j++) {
        above += sacked[j] ? 1 : 0;
      }
      sackedBytes += sacked[i] ? SIZE : 0;
      lostBytes += !sacked[i] && above >= SentSegments.DUPLICATE_THRESHOLD ? SIZE : 0;
    }
    assertThat(map.sackedBytes()).as("sacked, seed " + seed).isEqualTo(sackedBytes);
    assertThat(map.lostBytes()).as("lost, seed " + seed).isEqualTo(lostBytes);
    assertThat(map.inFlightBytes())
        .isEqualTo((sacked.length - acknowledged) * SIZE - sackedBytes - lostBytes);
  }

  @Test
  void aPeerThatRepeatsLargeBlocksOverTenThousandHolesCostsLittle() {
    int count = 20_000;
    SentSegments map = of(0, count);
    long start = System.nanoTime();
    for (int i = 1; i < count; i += 2) {
      map.sack(i * SIZE, (i + 1) * SIZE);
      map.detectLosses();
    }
    for (int i = 0; i < 100_000; i++) {
      map.sack(0, count * SIZE);
    }
    // Quadratic work would take minutes.
    assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    assertThat(map.sackedBytes()).isEqualTo(count * SIZE);
  }
}
