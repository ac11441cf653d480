package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRingTest {
  private final RingMemory memory = new RingMemory(64 << 20);
  private final PacketPool packets = new PacketPool();

  /** The byte at a position of the stream in every test. */
  private static byte at(long position) {
    return (byte) (position * 31 + (position >>> 9) * 7);
  }

  private static ByteBuffer stream(long position, int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    for (int i = 0; i < length; i++) {
      bytes.put(i, at(position + i));
    }
    return bytes;
  }

  private static void check(ByteBuffer bytes, int length, long position) {
    for (int i = 0; i < length; i++) {
      if (bytes.get(i) != at(position + i)) {
        throw new AssertionError("byte " + (position + i) + " is " + bytes.get(i));
      }
    }
  }

  @Test
  void itsBytesAndPositionsAndWhatIsPlacedAheadGoIntoAnotherRing() throws Exception {
    ByteRing ring = new ByteRing(memory, 300_000);
    ring.write(stream(0, 150_000));
    ring.skip(70_001);
    ring.place(200_000, stream(200_000, 5_000), 0, 5_000);
    ByteRing other = ByteRing.restored(memory, ring.readPosition(), ring.writePosition());
    ring.forEachPiece(
        (position, bytes) -> assertThat(other.restorePiece(position, bytes)).isTrue());
    assertThat(other.restoredWithin(300_000, 4096)).isTrue();
    assertThat(other.readPosition()).isEqualTo(70_001);
    assertThat(other.available()).isEqualTo(79_999);
    assertThat(other.space()).isEqualTo(ring.space());
    other.place(150_000, stream(150_000, 50_000), 0, 50_000);
    other.publish(205_000);
    ByteBuffer all = ByteBuffer.allocate(200_000);
    assertThat(other.read(all)).isEqualTo(134_999);
    check(all, 134_999, 70_001);
  }

  @Test
  void aRingWhosePiecesAreMissingIsNotWhole() {
    ByteRing other = ByteRing.restored(memory, 10, 20);
    assertThat(other.restoredWithin(100, 0)).isFalse();
    assertThat(ByteRing.restored(memory, 10, 10).restoredWithin(100, 0)).isTrue();
  }

  @Test
  void aRingIsRestoredThoughTheMemoryIsUsedUp() throws Exception {
    ByteRing ring = new ByteRing(memory, 300_000);
    ring.write(stream(0, 100_000));
    memory.limitBytes(1);
    ByteRing other = ByteRing.restored(memory, 0, 100_000);
    ring.forEachPiece(
        (position, bytes) -> assertThat(other.restorePiece(position, bytes)).isTrue());
    assertThat(other.restoredWithin(300_000, 0)).isTrue();
    ByteBuffer all = ByteBuffer.allocate(100_000);
    assertThat(other.read(all)).isEqualTo(100_000);
    check(all, 100_000, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void givesBackExactlyWhatWasWrittenPlacedAndPublishedInAnyOrderOfCalls(int seed) {
    Random random = new Random(seed);
    int capacity = 1 + random.nextInt(400_000);
    ByteRing ring = new ByteRing(memory, capacity);
    long read = 0;
    long write = 0;
    long[] placed = {-1, -1};
    for (int step = 0; step < 4000; step++) {
      int length = 1 + random.nextInt(random.nextBoolean() ? 100 : 100_000);
      switch (random.nextInt(7)) {
        case 0 -> {
          if (placed[1] < 0) {
            int taken = ring.write(stream(write, length));
            assertThat(taken).isEqualTo((int) Math.min(length, read + capacity - write));
            write += taken;
          }
        }
        case 1 -> {
          if (placed[1] < 0) {
            long from = write + random.nextInt(100_000);
            int taken = ring.place(from, stream(from, length), 0, length);
            assertThat(taken)
                .isEqualTo((int) Math.max(0, Math.min(length, read + capacity - from)));
            if (taken > 0) {
              placed[0] = from;
              placed[1] = from + taken;
            }
          }
        }
        case 2 -> {
          if (placed[1] >= 0) {
            int gap = (int) (placed[0] - write);
            assertThat(ring.place(write, stream(write, gap), 0, gap)).isEqualTo(gap);
            write = placed[1];
            ring.publish(write);
            placed[1] = -1;
          }
        }
        case 3 -> {
          ByteBuffer target = ByteBuffer.allocate(length);
          int count = ring.read(target);
          assertThat(count).isEqualTo((int) Math.min(length, write - read));
          assertThat(target.position()).isEqualTo(count);
          check(target, count, read);
          read += count;
        }
        case 4 -> {
          long count = ring.skip(length);
          assertThat(count).isEqualTo(Math.min(length, write - read));
          read += count;
        }
        case 5 -> {
          if (write > read) {
            int from = random.nextInt((int) (write - read));
            int count = (int) Math.min(length, write - read - from);
            ByteBuffer copy = ByteBuffer.allocate(count + 3);
            ring.copy(read + from, copy, 3, count);
            check(copy.position(3).slice(), count, read + from);
          }
        }
        default -> ring.trim(placed[1] >= 0);
      }
      assertThat(ring.available()).isEqualTo((int) (write - read));
      assertThat(ring.readPosition()).isEqualTo(read);
      assertThat(ring.writePosition()).isEqualTo(write);
      assertThat(ring.memoryBytes()).isEqualTo(memory.usedBytes());
    }
    ring.skip(Long.MAX_VALUE);
    assertThat(ring.trim(false)).isTrue();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void aDrainedRingHoldsNoMemoryAndAFirstByteTakesASmallBlock() {
    ByteRing ring = new ByteRing(memory, 100_000);
    ring.write(stream(0, 1));
    assertThat(memory.usedBytes()).isEqualTo(RingMemory.SMALL_BYTES);
    assertThat(ring.trim(false)).isFalse();
    ring.skip(1);
    assertThat(ring.trim(false)).isTrue();
    assertThat(memory.usedBytes()).isZero();
    assertThat(ring.write(stream(1, 5))).isEqualTo(5);
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(ring.read(target)).isEqualTo(5);
    check(target, 5, 1);
  }

  @Test
  void aRingThatIsNeverDrainedAndHoldsLittleTakesSmallBlocksAlone() {
    ByteRing ring = new ByteRing(memory, 100_000);
    ring.write(stream(0, 1000));
    for (int position = 1000; position < 200_000; position += 1000) {
      assertThat(ring.write(stream(position, 1000))).isEqualTo(1000);
      assertThat(ring.skip(1000)).isEqualTo(1000);
      assertThat(memory.usedBytes()).isLessThanOrEqualTo(2L * RingMemory.SMALL_BYTES);
    }
    ring.write(stream(200_000, 8 * RingMemory.SMALL_BYTES));
    assertThat(memory.usedBytes()).isGreaterThan(RingMemory.LARGE_BYTES);
  }

  @Test
  void aGapInTheDataCostsNoMemory() {
    ByteRing ring = new ByteRing(memory, 1 << 20);
    ring.place(900_000, stream(900_000, 10), 0, 10);
    assertThat(memory.usedBytes()).isEqualTo(RingMemory.LARGE_BYTES);
    assertThat(ring.available()).isZero();
  }

  @Test
  void keepsItsMemoryWhileBytesArePlacedAhead() {
    ByteRing ring = new ByteRing(memory, 1 << 20);
    ring.place(100, stream(100, 10), 0, 10);
    assertThat(ring.trim(true)).isFalse();
    ring.place(0, stream(0, 100), 0, 100);
    ring.publish(110);
    ByteBuffer target = ByteBuffer.allocate(110);
    assertThat(ring.read(target)).isEqualTo(110);
    check(target, 110, 0);
  }

  @Test
  void loweringTheCapacityRefusesWhatIsNewAndKeepsWhatIsThere() {
    ByteRing ring = new ByteRing(memory, 1000);
    assertThat(ring.write(stream(0, 800))).isEqualTo(800);
    ring.capacityBytes(100);
    assertThat(ring.space()).isZero();
    assertThat(ring.write(stream(800, 1))).isZero();
    assertThat(ring.available()).isEqualTo(800);
    ring.skip(750);
    assertThat(ring.space()).isEqualTo(50);
  }

  @Test
  void writesLessWhenTheMemoryOfTheStackIsUsedUp() {
    int all = RingMemory.LARGE_BYTES + 2 * RingMemory.SMALL_BYTES;
    RingMemory small = new RingMemory(all);
    ByteRing first = new ByteRing(small, 1 << 20);
    ByteRing second = new ByteRing(small, 1 << 20);
    assertThat(first.write(stream(0, 100_000))).isEqualTo(all);
    assertThat(second.write(stream(0, 100))).isZero();
    assertThat(second.space()).isPositive();
    assertThat(first.place(all + 5, stream(0, 10), 0, 10)).isZero();
    first.skip(RingMemory.LARGE_BYTES + 1);
    assertThat(second.write(stream(0, 100_000))).isEqualTo(RingMemory.LARGE_BYTES);
    first.skip(all);
    assertThat(first.trim(false)).isTrue();
    assertThat(second.write(stream(RingMemory.LARGE_BYTES, 10))).isEqualTo(10);
  }

  @Test
  void whatIsGuaranteedFindsMemoryBeyondTheLimitOfTheStackAndNoMore() {
    RingMemory none = new RingMemory(0);
    ByteRing ring = new ByteRing(none, 1 << 20);
    assertThat(ring.write(stream(0, 10))).isZero();
    ring.guaranteedBytes(10_000);
    assertThat(ring.write(stream(0, 100_000))).isEqualTo(3 * RingMemory.SMALL_BYTES);
    assertThat(ring.write(stream(0, 1))).isZero();
    ByteBuffer target = ByteBuffer.allocate(20_000);
    assertThat(ring.read(target)).isEqualTo(3 * RingMemory.SMALL_BYTES);
    check(target, 3 * RingMemory.SMALL_BYTES, 0);
    assertThat(ring.write(stream(3 * RingMemory.SMALL_BYTES, 10))).isEqualTo(10);
    ring.skip(10);
    assertThat(ring.trim(false)).isTrue();
    assertThat(none.usedBytes()).isZero();
  }

  @Test
  void lendsTheBytesOfASuperSegmentWithoutCopying() {
    ByteRing ring = new ByteRing(memory, 1 << 20);
    ring.write(stream(0, 300_000));
    for (int from : new int[] {0, 1, 65_000, 131_072, 131_071, 200_000, 60_000}) {
      PacketBuffer packet = packets.allocate(100);
      packet.append(40);
      int count = ring.lend(from, 64_000, packet);
      assertThat(count).isEqualTo(64_000);
      assertThat(packet.length()).isEqualTo(64_040);
      ByteBuffer copy = ByteBuffer.allocate(64_000);
      packet.copyTo(40, copy, 0, 64_000);
      check(copy, 64_000, from);
      packet.release();
    }
    assertThat(packets.outstanding()).isZero();
  }

  @Test
  void lendsFewerBytesThanAskedWhenThePacketHasNoSliceLeft() {
    RingMemory tight = new RingMemory(64 << 20);
    ByteRing ring = new ByteRing(tight, 1 << 20);
    ring.write(stream(0, 10));
    ring.write(stream(10, 200_000));
    PacketBuffer packet = packets.allocate(100);
    int count = ring.lend(0, 100_000, packet);
    assertThat(count).isEqualTo(RingMemory.SMALL_BYTES + RingMemory.LARGE_BYTES);
    packet.release();
  }

  @Test
  void bytesThatAPacketRefersToStayWhileTheyAreConsumedAndReplaced() {
    ByteRing ring = new ByteRing(memory, 1 << 20);
    ring.write(stream(0, 65_536));
    PacketBuffer packet = packets.allocate(100);
    ring.lend(0, 65_536, packet);
    ring.write(stream(65_536, 10));
    ring.consume(65_536);
    ByteRing other = new ByteRing(memory, 1 << 20);
    other.write(ByteBuffer.allocate(200_000));
    ByteBuffer copy = ByteBuffer.allocate(65_536);
    packet.copyTo(0, copy, 0, 65_536);
    check(copy, 65_536, 0);
    long before = memory.usedBytes();
    packet.release();
    assertThat(memory.usedBytes()).isEqualTo(before - RingMemory.LARGE_BYTES);
  }

  @Test
  void manyBlocksThatPacketsReferToAreLeftToTheCollectorInTheEnd() {
    ByteRing ring = new ByteRing(memory, 4 << 20);
    List<PacketBuffer> held = new ArrayList<>();
    long position = 0;
    for (int i = 0; i < 40; i++) {
      ring.write(stream(position, 65_536));
      PacketBuffer packet = packets.allocate(100);
      ring.lend(position, 65_536, packet);
      held.add(packet);
      position += 65_536;
      ring.consume(position);
    }
    assertThat(memory.usedBytes()).isLessThan(20L * RingMemory.LARGE_BYTES);
    for (int i = 0; i < 40; i++) {
      ByteBuffer copy = ByteBuffer.allocate(65_536);
      held.get(i).copyTo(0, copy, 0, 65_536);
      check(copy, 65_536, i * 65_536L);
      held.get(i).release();
    }
    assertThat(ring.trim(false)).isTrue();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void aDiscardedRingIsEmptyAndTakesNothing() {
    ByteRing ring = new ByteRing(memory, 1 << 20);
    ring.write(stream(0, 100_000));
    ring.discard();
    ring.discard();
    assertThat(ring.isDiscarded()).isTrue();
    assertThat(ring.available()).isZero();
    assertThat(ring.write(stream(0, 10))).isZero();
    assertThat(ring.place(100_000, stream(0, 10), 0, 10)).isZero();
    assertThat(ring.read(ByteBuffer.allocate(10))).isZero();
    assertThat(ring.skip(10)).isZero();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void carriesBytesBetweenTwoThreadsWhileMemoryIsTrimmed() throws Exception {
    ByteRing ring = new ByteRing(memory, 150_000);
    long total = 80_000_000;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread application =
        new Thread(
            () -> {
              try {
                Random random = new Random(1);
                ByteBuffer target = ByteBuffer.allocate(70_000);
                long position = 0;
                while (position < total) {
                  target.clear().limit(1 + random.nextInt(target.capacity()));
                  int count = ring.read(target);
                  for (int i = 0; i < count; i += 61) {
                    if (target.get(i) != at(position + i)) {
                      throw new AssertionError("byte " + (position + i));
                    }
                  }
                  position += count;
                  if (count == 0) {
                    Thread.yield();
                  }
                }
              } catch (Throwable t) {
                failure.set(t);
              }
            });
    application.start();
    Random random = new Random(2);
    ByteBuffer piece = ByteBuffer.allocateDirect(70_000);
    long position = 0;
    int trims = 0;
    while (position < total && failure.get() == null) {
      int length = (int) Math.min(1 + random.nextInt(70_000), total - position);
      if (random.nextInt(20) == 0) {
        for (int i = 0; i < 1000 && ring.available() > 0; i++) {
          Thread.yield();
        }
        trims += ring.trim(false) ? 1 : 0;
      }
      piece.clear();
      for (int i = 0; i < length; i++) {
        piece.put(i, at(position + i));
      }
      if (random.nextBoolean()) {
        int taken = ring.write(piece.limit(length));
        position += taken;
        if (taken == 0) {
          Thread.yield();
        }
      } else {
        int taken = ring.place(position, piece, 0, length);
        position += taken;
        ring.publish(position);
      }
    }
    application.join();
    assertThat(failure.get()).isNull();
    assertThat(trims).isPositive();
    assertThat(ring.trim(false)).isTrue();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void carriesBytesFromTwoThreadsToThePacketsOfTheLane() throws Exception {
    ByteRing ring = new ByteRing(memory, 200_000);
    long total = 60_000_000;
    Thread application =
        new Thread(
            () -> {
              ByteBuffer piece = ByteBuffer.allocate(40_000);
              Random random = new Random(1);
              long position = 0;
              while (position < total) {
                int length = (int) Math.min(1 + random.nextInt(40_000), total - position);
                piece.clear().limit(length);
                for (int i = 0; i < length; i++) {
                  piece.put(i, at(position + i));
                }
                int taken = ring.write(piece);
                position += taken;
                if (taken == 0) {
                  Thread.yield();
                }
              }
            });
    application.start();
    Random random = new Random(2);
    ByteBuffer copy = ByteBuffer.allocate(70_000);
    List<PacketBuffer> inFlight = new ArrayList<>();
    long position = 0;
    while (position < total) {
      int available = ring.available();
      if (available == 0) {
        ring.trim(false);
        Thread.yield();
        continue;
      }
      int length = Math.min(available, 1 + random.nextInt(60_000));
      PacketBuffer packet = packets.allocate(100);
      int lent = ring.lend(position, length, packet);
      inFlight.add(packet);
      if (random.nextBoolean()) {
        ring.consume(position + lent);
        for (PacketBuffer flying : inFlight) {
          flying.release();
        }
        inFlight.clear();
      } else {
        packet.copyTo(0, copy, 0, lent);
        for (int i = 0; i < lent; i += 61) {
          if (copy.get(i) != at(position + i)) {
            throw new AssertionError("byte " + (position + i));
          }
        }
        ring.consume(position + lent);
      }
      position += lent;
    }
    inFlight.forEach(PacketBuffer::release);
    application.join();
    assertThat(ring.trim(false)).isTrue();
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aDiscardDuringWritesAndReadsOfOtherThreadsLeaksNothing() throws Exception {
    for (int round = 0; round < 300; round++) {
      ByteRing ring = new ByteRing(memory, 1 << 20);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  ByteBuffer piece = ByteBuffer.allocate(20_000);
                  while (!ring.isDiscarded()) {
                    if (ring.write(piece.clear()) == 0) {
                      Thread.yield();
                    }
                  }
                } catch (Throwable t) {
                  failure.set(t);
                }
              });
      Thread reader =
          new Thread(
              () -> {
                try {
                  ByteBuffer piece = ByteBuffer.allocate(20_000);
                  while (!ring.isDiscarded()) {
                    if (ring.read(piece.clear()) == 0) {
                      Thread.yield();
                    }
                  }
                } catch (Throwable t) {
                  failure.set(t);
                }
              });
      writer.start();
      reader.start();
      while (ring.writePosition() < 50_000 && writer.isAlive()) {
        Thread.yield();
      }
      ring.discard();
      writer.join();
      reader.join();
      assertThat(failure.get()).isNull();
      assertThat(memory.usedBytes()).isZero();
      assertThat(ring.available()).isZero();
    }
  }
}
