package io.karavel.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** What the pool takes back is counted back once, whatever is done with it afterwards. */
class PacketPoolTest {
  /** After so many the collector has found whatever nobody holds. */
  private static final int COLLECTIONS = 1000;

  private final PacketPool pool = new PacketPool();

  private PacketBuffer takenBack() {
    PacketBuffer buffer = pool.allocate(100);
    assertThat(pool.reclaim()).isEqualTo(1);
    assertThat(pool.outstanding()).isZero();
    return buffer;
  }

  @Test
  void whatWasTakenBackCannotBeReleased() {
    PacketBuffer buffer = takenBack();
    assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void whatWasTakenBackCannotGetAnotherOwnerWhoReleasesIt() {
    PacketBuffer buffer = takenBack();
    assertThatThrownBy(buffer::retain).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
    assertThat(pool.outstanding()).isZero();
    assertThat(pool.allocate(100)).isNotSameAs(buffer);
  }

  @Test
  void whatWasReleasedCannotGetAnotherOwner() {
    PacketBuffer buffer = pool.allocate(100);
    buffer.release();
    assertThatThrownBy(buffer::retain).isInstanceOf(IllegalStateException.class);
    assertThat(pool.allocate(100).isShared()).isFalse();
  }

  private static void awaitCollected(WeakReference<PacketBuffer> buffer) {
    for (int i = 0; i < COLLECTIONS && buffer.get() != null; i++) {
      System.gc();
    }
    assertThat(buffer.get()).isNull();
  }

  @Test
  void whatWasTakenBackIsNotCountedBackAgainWhenTheCollectorFindsIt() {
    WeakReference<PacketBuffer> buffer = new WeakReference<>(takenBack());
    awaitCollected(buffer);
    for (int i = 0; i < 20; i++) { // the queue of references comes later
      System.gc();
      assertThat(pool.reclaim()).isZero();
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void whatTheCollectorTookWhileItWasOutIsCountedBackOnce() {
    WeakReference<PacketBuffer> buffer = new WeakReference<>(pool.allocate(100));
    awaitCollected(buffer);
    int reclaimed = 0;
    for (int i = 0; i < COLLECTIONS && reclaimed == 0; i++) { // the queue of references comes later
      System.gc();
      reclaimed = pool.reclaim();
    }
    assertThat(reclaimed).isEqualTo(1);
    assertThat(pool.reclaim()).isZero();
    assertThat(pool.outstanding()).isZero();
  }
}
