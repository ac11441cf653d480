package io.karavel.diagnostics.internal.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Records between one writer and one reader. */
class RecordRingTest {
  private static int read(RecordRing ring, long[] next) {
    long limit = ring.limit();
    long position = ring.position();
    int count = 0;
    while (position < limit) {
      position = ring.skipWrap(position, limit);
      if (position >= limit) {
        break;
      }
      int index = ring.index(position);
      assertThat(ring.memory().getLong(index + RecordRing.TIME)).isEqualTo(next[0]++);
      position += ring.memory().getInt(index + RecordRing.LENGTH);
      count++;
    }
    ring.release(limit);
    return count;
  }

  @Test
  void recordsBecomeVisibleTogetherAndInOrder() {
    RecordRing ring = new RecordRing(4096);
    for (int i = 0; i < 3; i++) {
      ring.memory().putLong(ring.claim(RecordRing.FRAME, 10) + RecordRing.TIME, i);
    }
    assertThat(ring.isEmpty()).isTrue();
    ring.publish();
    assertThat(read(ring, new long[1])).isEqualTo(3);
    assertThat(ring.isEmpty()).isTrue();
  }

  @Test
  void aRecordWithoutRoomIsRefusedAndThereIsRoomAgainAfterReading() {
    RecordRing ring = new RecordRing(4096);
    int written = 0;
    for (int index = ring.claim(RecordRing.FRAME, 200); index >= 0; ) {
      ring.memory().putLong(index + RecordRing.TIME, written++);
      index = ring.claim(RecordRing.FRAME, 200);
    }
    ring.publish();
    long[] next = new long[1];
    assertThat(read(ring, next)).isEqualTo(written);
    assertThat(ring.claim(RecordRing.FRAME, 200)).isNotNegative();
    assertThat(ring.claim(RecordRing.FRAME, 4000)).as("larger than half the ring").isNegative();
  }

  @Test
  void aReaderInAnotherThreadSeesEveryRecordOnce() throws InterruptedException {
    RecordRing ring = new RecordRing(8192);
    int records = 50_000;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              long[] next = new long[1];
              while (next[0] < records && !Thread.currentThread().isInterrupted()) {
                if (read(ring, next) == 0) {
                  LockSupport.parkNanos(1000);
                }
              }
            });
    reader.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    reader.start();
    for (int i = 0; i < records && reader.isAlive(); ) {
      int index = ring.claim(RecordRing.FRAME, i * 7 % 300);
      if (index >= 0) {
        ring.memory().putLong(index + RecordRing.TIME, i++);
        ring.publish();
      } else {
        LockSupport.parkNanos(1000);
      }
    }
    reader.join(30_000);
    reader.interrupt();
    assertThat(failure.get()).isNull();
    assertThat(ring.isEmpty()).isTrue();
  }
}
