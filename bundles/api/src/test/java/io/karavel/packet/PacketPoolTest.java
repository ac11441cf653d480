package io.karavel.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** What the pool takes back is counted back once, whatever is done with it afterwards. */
class PacketPoolTest {
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

  @Test
  void whatWasTakenBackIsNotCountedBackAgainWhenTheCollectorFindsIt() throws Exception {
    WeakReference<PacketBuffer> buffer = new WeakReference<>(takenBack());
    for (int i = 0; i < 100 && buffer.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(buffer.get()).isNull();
    assertThat(pool.reclaim()).isZero();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void whatTheCollectorTookWhileItWasOutIsCountedBackOnce() throws Exception {
    WeakReference<PacketBuffer> buffer = new WeakReference<>(pool.allocate(100));
    for (int i = 0; i < 100 && buffer.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(buffer.get()).isNull();
    assertThat(pool.reclaim()).isEqualTo(1);
    assertThat(pool.reclaim()).isZero();
    assertThat(pool.outstanding()).isZero();
  }
}
