package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits out of order, against a set of numbers; the blocks against RFC 2018 and 2883. */
class ReassemblyTest {
  /** Numbers wrap around within the first hundred bytes. */
  private static final int BASE = -100;

  private final Reassembly reassembly = new Reassembly();

  private boolean add(int from, int to) {
    return reassembly.add(BASE + from, BASE + to);
  }

  private List<String> blocks(int most) {
    return blocks(reassembly, most);
  }

  private static List<String> blocks(Reassembly of, int most) {
    TransmitSegment out = new TransmitSegment();
    of.write(out, most);
    List<String> blocks = new ArrayList<>();
    for (int i = 0; i < out.sackCount; i++) {
      blocks.add((out.sackLeft[i] - BASE) + ":" + (out.sackRight[i] - BASE));
    }
    return blocks;
  }

  private static List<int[]> rangesOf(BitSet set) {
    List<int[]> ranges = new ArrayList<>();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int to = set.nextClearBit(from);
      ranges.add(new int[] {from, to});
      from = set.nextSetBit(to);
    }
    return ranges;
  }

  private void assertHolds(BitSet set) {
    List<int[]> ranges = rangesOf(set);
    assertThat(reassembly.ranges()).isEqualTo(ranges.size());
    assertThat(reassembly.bytes()).isEqualTo(set.cardinality());
    assertThat(reassembly.isEmpty()).isEqualTo(ranges.isEmpty() && !reassembly.hasDuplicate());
    if (!ranges.isEmpty()) {
      assertThat(reassembly.highest() - BASE).isEqualTo(set.length());
    }
    for (int at = 1; at < 420; at++) {
      int held = set.nextClearBit(at) - at;
      assertThat(reassembly.heldFrom(BASE + at)).isEqualTo(held);
      for (int to : new int[] {at + 1, at + Math.max(1, held), at + held + 1}) {
        assertThat(reassembly.contains(BASE + at, BASE + to)).isEqualTo(to - at <= held);
      }
      if (held == 0) {
        int next = set.nextSetBit(at);
        assertThat(reassembly.gapFrom(BASE + at))
            .isEqualTo(next < 0 ? Integer.MAX_VALUE : next - at);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void holdsWhatCameWhateverTheOrder(int seed) {
    Random random = new Random(seed);
    BitSet set = new BitSet();
    int next = 1;
    for (int i = 0; i < 120; i++) {
      int from = next + 1 + random.nextInt(300 - Math.min(next, 200));
      int to = from + 1 + random.nextInt(12);
      boolean some = set.get(from, to).cardinality() > 0;
      assertThat(add(from, to)).isEqualTo(some);
      set.set(from, to);
      assertHolds(set);
      if (random.nextInt(10) == 0) {
        int reached = next + random.nextInt(20);
        int end = set.nextClearBit(reached);
        assertThat(reassembly.advance(BASE + reached) - BASE).isEqualTo(end);
        set.clear(0, end);
        next = end;
        assertHolds(set);
      }
    }
  }

  @Test
  void theFirstBlockIsTheOneThatGrewLastAndTheOthersFollowByAge() {
    add(10, 20);
    add(30, 40);
    add(50, 60);
    assertThat(blocks(4)).containsExactly("50:60", "30:40", "10:20");
    add(40, 45);
    assertThat(blocks(4)).containsExactly("30:45", "50:60", "10:20");
    add(5, 10);
    assertThat(blocks(4)).containsExactly("5:20", "30:45", "50:60");
    add(45, 50);
    assertThat(blocks(4)).containsExactly("30:60", "5:20");
    assertThat(blocks(1)).containsExactly("30:60");
  }

  @Test
  void asManyDistinctBlocksAreToldAsThereIsRoomFor() {
    for (int at = 10; at < 100; at += 10) {
      add(at, at + 5);
      int there = Math.min(4, at / 10);
      assertThat(reassembly.blocks()).isEqualTo(there);
      assertThat(blocks(4)).hasSize(there).doesNotHaveDuplicates();
      assertThat(blocks(4).get(0)).isEqualTo(at + ":" + (at + 5));
    }
    assertThat(blocks(4)).containsExactly("90:95", "80:85", "70:75", "60:65");
    assertThat(blocks(2)).containsExactly("90:95", "80:85");
    assertThat(blocks(0)).isEmpty();
  }

  @Test
  void blocksThatAreNotRememberedAnyMoreAreToldAfterThoseThatAre() {
    for (int at = 10; at < 70; at += 10) {
      add(at, at + 5);
    }
    // 10:15 to 60:65 wait, 30:35 and above are remembered; two of these go
    add(10, 45);
    assertThat(blocks(4)).containsExactly("10:45", "60:65", "50:55");
    assertThat(reassembly.advance(BASE + 10)).isEqualTo(BASE + 45);
    assertThat(blocks(4)).containsExactly("60:65", "50:55");
    add(70, 71);
    add(80, 81);
    add(90, 91);
    add(100, 101);
    add(110, 111);
    reassembly.advance(BASE + 50);
    add(60, 111);
    assertThat(blocks(4)).containsExactly("60:111");
  }

  @Test
  void whatIsNotRememberedIsToldFromTheHighestDown() {
    for (int at = 10; at < 70; at += 10) {
      add(at, at + 5);
    }
    add(35, 60);
    // 30:65 is one now; the two below are not remembered
    assertThat(blocks(4)).containsExactly("30:65", "20:25", "10:15");
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 12, 13, 14})
  void blocksAreWholeAndDistinctAndTheFirstHasWhatCameLast(int seed) {
    Random random = new Random(seed);
    BitSet set = new BitSet();
    for (int i = 0; i < 200; i++) {
      int from = 2 + random.nextInt(350);
      int to = from + 1 + random.nextInt(6);
      add(from, to);
      set.set(from, to);
      List<String> there = new ArrayList<>();
      rangesOf(set).forEach(range -> there.add(range[0] + ":" + range[1]));
      List<String> told = blocks(4);
      assertThat(told).hasSize(Math.min(4, there.size())).doesNotHaveDuplicates();
      assertThat(there).containsAll(told);
      String[] first = told.get(0).split(":");
      assertThat(Integer.parseInt(first[0])).isLessThanOrEqualTo(from);
      assertThat(Integer.parseInt(first[1])).isGreaterThanOrEqualTo(to);
    }
  }

  @Test
  void aDuplicateIsToldOnceAndFirstThenTheLargerBlockAroundIt() {
    add(10, 20);
    add(30, 40);
    add(50, 60);
    reassembly.reportDuplicate(BASE + 12, BASE + 15);
    assertThat(reassembly.hasDuplicate()).isTrue();
    assertThat(reassembly.blocks()).isEqualTo(4);
    assertThat(blocks(4)).containsExactly("12:15", "10:20", "50:60", "30:40");
    assertThat(reassembly.hasDuplicate()).isFalse();
    assertThat(reassembly.blocks()).isEqualTo(3);
    assertThat(blocks(4)).containsExactly("10:20", "50:60", "30:40");
  }

  @Test
  void aDuplicateThatIsAWholeBlockHasItselfAround() {
    add(10, 20);
    add(30, 40);
    reassembly.reportDuplicate(BASE + 10, BASE + 20);
    assertThat(blocks(2)).containsExactly("10:20", "10:20");
  }

  @Test
  void aDuplicateOfWhatWasAcknowledgedHasNoBlockAround() {
    add(30, 40);
    reassembly.reportDuplicate(BASE + 5, BASE + 9);
    assertThat(reassembly.blocks()).isEqualTo(2);
    assertThat(blocks(4)).containsExactly("5:9", "30:40");
    // nor is one around it that only touches
    reassembly.reportDuplicate(BASE + 25, BASE + 30);
    assertThat(blocks(4)).containsExactly("25:30", "30:40");
  }

  @Test
  void theDuplicateIsToldWhereThereIsRoomForOneBlockOnly() {
    add(30, 40);
    reassembly.reportDuplicate(BASE + 5, BASE + 9);
    assertThat(blocks(0)).isEmpty();
    assertThat(reassembly.hasDuplicate()).isTrue();
    assertThat(blocks(1)).containsExactly("5:9");
  }

  @Test
  void ofSeveralOverlapsTheFirstIsReported() {
    add(10, 20);
    add(30, 40);
    add(50, 60);
    assertThat(add(15, 35)).isTrue();
    reassembly.reportOverlap();
    assertThat(blocks(4)).containsExactly("15:20", "10:40", "50:60");
  }

  @Test
  void theOverlapIsWhatWasThereOfTheSegment() {
    add(10, 20);
    assertThat(add(5, 30)).isTrue();
    reassembly.reportOverlap();
    assertThat(blocks(4)).containsExactly("10:20", "5:30");
    assertThat(add(28, 40)).isTrue();
    reassembly.reportOverlap();
    assertThat(blocks(4)).containsExactly("28:30", "5:40");
  }

  @Test
  void whatTouchesDoesNotOverlap() {
    add(10, 20);
    assertThat(add(20, 30)).isFalse();
    assertThat(add(5, 10)).isFalse();
    assertThat(blocks(4)).containsExactly("5:30");
  }

  @Test
  void nothingToReportIsEmpty() {
    assertThat(reassembly.isEmpty()).isTrue();
    reassembly.reportDuplicate(BASE + 1, BASE + 2);
    assertThat(reassembly.isEmpty()).isFalse();
    blocks(1);
    assertThat(reassembly.isEmpty()).isTrue();
  }

  @Test
  void afterTheReaderLeftNothingIsTold() {
    add(10, 20);
    add(30, 40);
    reassembly.reportDuplicate(BASE + 10, BASE + 15);
    reassembly.forgetBytes(BASE + 5);
    assertThat(reassembly.isEmpty()).isTrue();
    assertThat(blocks(4)).isEmpty();
    add(50, 60);
    assertThat(blocks(4)).containsExactly("50:60");
    reassembly.reportDuplicate(BASE + 1, BASE + 5);
    reassembly.forgetBytes(BASE + 5);
    assertThat(blocks(4)).containsExactly("1:5");
  }

  @Test
  void oneRangeMoreThanTheBoundIsRefusedAndWhatJoinsIsNot() {
    for (int i = 0; i < Reassembly.MAXIMUM_RANGES; i++) {
      assertThat(reassembly.hasRoomFor(BASE + 10 * i, BASE + 10 * i + 5)).isTrue();
      add(10 * i, 10 * i + 5);
    }
    int end = 10 * Reassembly.MAXIMUM_RANGES;
    assertThat(reassembly.ranges()).isEqualTo(Reassembly.MAXIMUM_RANGES);
    assertThat(reassembly.hasRoomFor(BASE + end, BASE + end + 1)).isFalse();
    assertThat(reassembly.hasRoomFor(BASE + 16, BASE + 19)).isFalse();
    assertThat(reassembly.hasRoomFor(BASE + 15, BASE + 19)).isTrue();
    assertThat(reassembly.hasRoomFor(BASE + 16, BASE + 20)).isTrue();
    assertThat(reassembly.hasRoomFor(BASE - 5, BASE)).isTrue();
  }

  @Test
  void handedOverItTellsTheSame() {
    add(10, 20);
    add(50, 60);
    add(30, 40);
    reassembly.reportDuplicate(BASE + 2, BASE + 4);
    Reassembly copy = Reassembly.fromBytes(reassembly.toBytes());
    assertThat(copy).isNotNull();
    assertThat(copy.ranges()).isEqualTo(3);
    assertThat(copy.bytes()).isEqualTo(30);
    assertThat(blocks(copy, 4)).containsExactly("2:4", "30:40", "50:60", "10:20");
    assertThat(blocks(Reassembly.fromBytes(copy.toBytes()), 4))
        .containsExactly("30:40", "50:60", "10:20");
    assertThat(Reassembly.fromBytes(new Reassembly().toBytes()).isEmpty()).isTrue();
  }

  @Test
  void handedOverFullItIsTheSame() {
    for (int i = 0; i < Reassembly.MAXIMUM_RANGES; i++) {
      add(10 * i, 10 * i + 5);
    }
    byte[] bytes = reassembly.toBytes();
    assertThat(Reassembly.fromBytes(bytes).toBytes()).isEqualTo(bytes);
  }

  private static byte[] form(int... numbersThenTail) {
    ByteBuffer out = ByteBuffer.allocate(4 * numbersThenTail.length + 9);
    for (int number : numbersThenTail) {
      out.putInt(number);
    }
    return out.array();
  }

  @Test
  void aFormThatMakesNoSenseIsRefused() {
    add(10, 20);
    add(30, 40);
    byte[] whole = reassembly.toBytes();
    for (int length = 0; length < whole.length; length++) {
      assertThat(Reassembly.fromBytes(java.util.Arrays.copyOf(whole, length)))
          .as("%s bytes", length)
          .isNull();
    }
    assertThat(Reassembly.fromBytes(java.util.Arrays.copyOf(whole, whole.length + 1))).isNull();
    assertThat(Reassembly.fromBytes(form(1, 10, 20, 1, 10))).isNotNull();
    // too many, or less than none
    assertThat(Reassembly.fromBytes(form(-1, 10, 20, 1, 10))).isNull();
    assertThat(Reassembly.fromBytes(form(3, 10, 20, 1, 10))).isNull();
    assertThat(Reassembly.fromBytes(form(1, 10, 20, -1, 10))).isNull();
    assertThat(Reassembly.fromBytes(form(0, 5, 0, 0, 0, 0, 0))).isNull();
    int[] tooMany = new int[2 + 2 * (Reassembly.MAXIMUM_RANGES + 1)];
    tooMany[0] = Reassembly.MAXIMUM_RANGES + 1;
    for (int i = 0; i <= Reassembly.MAXIMUM_RANGES; i++) {
      tooMany[1 + 2 * i] = 10 * i;
      tooMany[2 + 2 * i] = 10 * i + 5;
    }
    assertThat(Reassembly.fromBytes(form(tooMany))).isNull();
    // empty, out of order, touching; remembered without being there
    assertThat(Reassembly.fromBytes(form(1, 20, 20, 1, 20))).isNull();
    assertThat(Reassembly.fromBytes(form(2, 30, 40, 10, 20, 0))).isNull();
    assertThat(Reassembly.fromBytes(form(2, 10, 30, 30, 40, 0))).isNull();
    assertThat(Reassembly.fromBytes(form(1, 10, 20, 1, 50))).isNull();
    assertThat(Reassembly.fromBytes(form(1, 10, 20, 1, 5))).isNull();
  }
}
