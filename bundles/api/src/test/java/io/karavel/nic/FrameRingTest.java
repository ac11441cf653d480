package io.karavel.nic;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.InternetChecksum;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrameRingTest {
  private static final long NO_BIT = Impairment.NOT_CORRUPTED;

  private final PacketPool writers = new PacketPool();
  private final PacketPool readers = new PacketPool();
  private final FrameRing ring = new FrameRing(FrameRing.MINIMUM_BYTES);

  private static PacketBuffer frame(PacketPool pool, int length, int number) {
    PacketBuffer frame = pool.allocate(length);
    int at = frame.append(length);
    for (int i = 0; i < length; i++) {
      frame.memory().put(at + i, (byte) (number * 31 + i));
    }
    return frame;
  }

  private static boolean isFrame(PacketBuffer frame, int length, int number) {
    for (int i = 0; i < length; i++) {
      if (frame.memory().get(frame.offset() + i) != (byte) (number * 31 + i)) {
        return false;
      }
    }
    return frame.length() == length;
  }

  @Test
  void aFrameWithSlicesArrivesInOnePieceWithItsTimesAndMarks() {
    PacketBuffer sent = frame(writers, 54, 1);
    ByteBuffer payload = ByteBuffer.allocateDirect(5000);
    for (int i = 0; i < 5000; i++) {
      payload.put(i, (byte) (31 + 54 + i));
    }
    sent.addSlice(payload, 0, 3000);
    sent.addSlice(payload, 3000, 2000);
    sent.checksumPartial(sent.offset() + 34, 16);
    sent.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1448);
    assertThat(ring.offer(sent, 1234567890123L, true, NO_BIT, true)).isTrue();
    sent.release();
    assertThat(writers.outstanding()).isZero();

    assertThat(ring.peek()).isTrue();
    assertThat(ring.arrivalNanos()).isEqualTo(1234567890123L);
    assertThat(ring.isHeldBack()).isTrue();
    PacketBuffer received = ring.take(readers);
    assertThat(isFrame(received, 5054, 1)).isTrue();
    assertThat(received.timestampNanos()).isEqualTo(1234567890123L);
    assertThat(received.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_PARTIAL);
    assertThat(received.checksumStart()).isEqualTo(received.offset() + 34);
    assertThat(received.checksumOffset()).isEqualTo(16);
    assertThat(received.segmentationType()).isEqualTo(PacketBuffer.SEGMENTATION_TCP4);
    assertThat(received.segmentSize()).isEqualTo(1448);
    assertThat(ring.peek()).isFalse();
    assertThat(ring.usedBytes()).isZero();
  }

  @Test
  void withoutOffloadsAPartialChecksumIsCompleted() {
    PacketBuffer sent = frame(writers, 74, 3);
    int start = sent.offset() + 34;
    int pseudo = InternetChecksum.pseudoHeaderIpv4(0x0a000001, 0x0a000002, 6, 40);
    sent.memory().putShort(start + 16, (short) pseudo);
    sent.checksumPartial(start, 16);
    ring.offer(sent, 0, false, NO_BIT, false);
    ring.peek();
    PacketBuffer received = ring.take(readers);
    assertThat(received.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_UNKNOWN);
    int sum = InternetChecksum.sum(received.memory(), received.offset() + 34, 40, pseudo);
    assertThat(sum).isEqualTo(0xffff);
  }

  @Test
  void aCorruptedFrameDiffersInOneBitAndItsChecksumTells() {
    PacketBuffer sent = frame(writers, 74, 3);
    int start = sent.offset() + 34;
    int pseudo = InternetChecksum.pseudoHeaderIpv4(0x0a000001, 0x0a000002, 6, 40);
    sent.memory().putShort(start + 16, (short) pseudo);
    sent.checksumPartial(start, 16);
    ring.offer(sent, 0, false, 8 * 60 + 2, true);
    ring.offer(sent, 0, false, NO_BIT, false);
    ring.peek();
    PacketBuffer damaged = ring.take(readers);
    ring.peek();
    PacketBuffer good = ring.take(readers);
    assertThat(damaged.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_UNKNOWN);
    for (int i = 0; i < 74; i++) {
      int difference =
          (damaged.memory().get(damaged.offset() + i) ^ good.memory().get(good.offset() + i))
              & 0xff;
      assertThat(difference).isEqualTo(i == 60 ? 0x20 : 0);
    }
    int sum = InternetChecksum.sum(damaged.memory(), damaged.offset() + 34, 40, pseudo);
    assertThat(sum).isNotEqualTo(0xffff);
  }

  @Test
  void takesNoMoreThanItHoldsAndGoesRoundManyTimes() {
    SplittableRandom random = new SplittableRandom(7);
    int written = 0;
    int read = 0;
    int refused = 0;
    while (read < 20_000) {
      int length = 1 + (written * 7919) % 9000;
      PacketBuffer frame = frame(writers, length, written);
      if (ring.offer(frame, written, false, NO_BIT, true)) {
        written++;
      } else {
        refused++;
      }
      frame.release();
      assertThat(ring.usedBytes()).isLessThanOrEqualTo(ring.capacityBytes());
      for (int i = random.nextInt(3); i > 0 && ring.peek(); i--) {
        PacketBuffer taken = ring.take(readers);
        assertThat(isFrame(taken, 1 + (read * 7919) % 9000, read)).isTrue();
        taken.release();
        read++;
      }
    }
    assertThat(refused).isPositive();
    assertThat(readers.outstanding()).isZero();
  }

  @Test
  void theReaderFollowsToTheSuccessorAfterTheLastFrameOfTheFirst() {
    FrameRing larger = new FrameRing(FrameRing.MINIMUM_BYTES * 3);
    assertThat(larger.capacityBytes()).isEqualTo(FrameRing.MINIMUM_BYTES * 4);
    ring.offer(frame(writers, 100, 1), 1, false, NO_BIT, true);
    ring.succeededBy(larger);
    assertThat(ring.last()).isSameAs(larger);
    larger.offer(frame(writers, 100, 2), 2, false, NO_BIT, true);
    FrameRing first = ring.first();
    assertThat(first).isSameAs(ring);
    assertThat(isFrame(first.take(readers), 100, 1)).isTrue();
    assertThat(ring.first()).isSameAs(larger);
    assertThat(larger.peek()).isTrue();
    assertThat(isFrame(larger.take(readers), 100, 2)).isTrue();
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyFrameGetsAcrossTwoThreadsInOrderAndUnchanged() throws Exception {
    int frames = 200_000;
    Thread writer =
        new Thread(
            () -> {
              PacketPool pool = new PacketPool();
              for (int i = 0; i < frames; i++) {
                PacketBuffer frame = frame(pool, 60 + i % 200, i);
                while (!ring.offer(frame, i, false, NO_BIT, true)) {
                  Thread.yield();
                }
                frame.release();
              }
            });
    writer.start();
    int wrong = 0;
    for (int i = 0; i < frames; i++) {
      while (!ring.peek()) {
        Thread.yield();
      }
      wrong += ring.arrivalNanos() == i ? 0 : 1;
      PacketBuffer taken = ring.take(readers);
      wrong += isFrame(taken, 60 + i % 200, i) ? 0 : 1;
      taken.release();
    }
    writer.join();
    assertThat(wrong).isZero();
  }
}
