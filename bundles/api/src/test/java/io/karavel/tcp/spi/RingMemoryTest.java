package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RingMemoryTest {
  @Test
  void handsOutDirectBlocksOfTwoSizesUpToTheLimit() {
    RingMemory memory = new RingMemory(RingMemory.LARGE_BYTES + 2 * RingMemory.SMALL_BYTES);
    ByteBuffer large = memory.take(true);
    assertThat(large.isDirect()).isTrue();
    assertThat(large.capacity()).isEqualTo(RingMemory.LARGE_BYTES);
    assertThat(memory.take(true)).isNull();
    assertThat(memory.take(false).capacity()).isEqualTo(RingMemory.SMALL_BYTES);
    assertThat(memory.isExhausted()).isFalse();
    assertThat(memory.take(false)).isNotNull();
    assertThat(memory.isExhausted()).isTrue();
    assertThat(memory.take(false)).isNull();
    assertThat(memory.usedBytes()).isEqualTo(memory.limitBytes());
  }

  @Test
  void aGuaranteedBlockIsThereBeyondTheLimitAndCounted() {
    RingMemory memory = new RingMemory(0);
    assertThat(memory.take(false)).isNull();
    ByteBuffer block = memory.takeGuaranteed();
    assertThat(block.capacity()).isEqualTo(RingMemory.SMALL_BYTES);
    assertThat(memory.usedBytes()).isEqualTo(RingMemory.SMALL_BYTES);
    memory.giveBack(block, true);
    assertThat(memory.usedBytes()).isZero();
  }

  @Test
  void usesABlockAgainUnlessAPacketMayReferToIt() {
    RingMemory memory = new RingMemory(1 << 20);
    ByteBuffer first = memory.take(false);
    memory.giveBack(first, true);
    assertThat(memory.take(false)).isSameAs(first);
    memory.giveBack(first, false);
    assertThat(memory.take(false)).isNotSameAs(first);
    assertThat(memory.usedBytes()).isEqualTo(RingMemory.SMALL_BYTES);
  }

  @Test
  void aLowerLimitRefusesWhatIsNewAndTakesNothingAway() {
    RingMemory memory = new RingMemory(1 << 20);
    ByteBuffer block = memory.take(true);
    memory.limitBytes(1000);
    assertThat(memory.usedBytes()).isEqualTo(RingMemory.LARGE_BYTES);
    assertThat(memory.take(false)).isNull();
    memory.giveBack(block, true);
    memory.limitBytes(1 << 20);
    assertThat(memory.take(false)).isNotNull();
  }
}
