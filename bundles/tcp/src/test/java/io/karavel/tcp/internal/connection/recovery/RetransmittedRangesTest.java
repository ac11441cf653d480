package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What was sent again and what was not; sequence numbers wrap around. */
class RetransmittedRangesTest {
  private final RetransmittedRanges ranges = new RetransmittedRanges();

  @Test
  void onlyWhatWasSentAgainCounts() {
    assertThat(ranges.overlapBytes(0, 1000)).isZero();
    ranges.add(1000, 2000);
    ranges.add(4000, 5000);
    assertThat(ranges.overlapBytes(2000, 4000)).isZero();
    assertThat(ranges.overlapBytes(1500, 4500)).isEqualTo(1000);
    assertThat(ranges.overlapBytes(0, 1000)).isZero();
    ranges.clear();
    assertThat(ranges.overlapBytes(0, 9000)).isZero();
  }

  @Test
  void neighboursAndRepetitionsAreOneStretch() {
    ranges.add(-500, 500);
    ranges.add(500, 1500);
    ranges.add(-500, 500);
    assertThat(ranges.overlapBytes(-1000, 2000)).isEqualTo(2000);
    assertThat(ranges.toBytes()).hasSize(8);
  }

  @Test
  void moreThanFitsWidensTheLastAndNothingIsForgotten() {
    for (int i = 0; i < 40; i++) {
      ranges.add(i * 1000, i * 1000 + 100);
    }
    for (int i = 0; i < 40; i++) {
      assertThat(ranges.overlapBytes(i * 1000, i * 1000 + 100)).as("%s", i).isEqualTo(100);
    }
    assertThat(ranges.overlapBytes(500, 900)).as("the first stay exact").isZero();
  }

  @Test
  void itsFormIsReadAgain() {
    ranges.add(Integer.MAX_VALUE - 10, Integer.MIN_VALUE + 10);
    ranges.add(100, 200);
    RetransmittedRanges read = new RetransmittedRanges();
    read.fromBytes(ranges.toBytes());
    assertThat(read.overlapBytes(Integer.MAX_VALUE - 10, Integer.MIN_VALUE + 10)).isEqualTo(21);
    assertThat(read.overlapBytes(0, 300)).isEqualTo(100);
    assertThat(read.toBytes()).isEqualTo(ranges.toBytes());
  }
}
