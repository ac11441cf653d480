package io.karavel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ByteStreamTest {
  private final ByteStream stream = new ByteStream(1);

  private ByteBuffer copy(long position, int length) {
    ByteBuffer copy = ByteBuffer.allocate(length);
    while (copy.hasRemaining()) {
      copy.put(stream.from(position + copy.position(), copy.remaining()));
    }
    return copy.flip();
  }

  @Test
  void bytesMadeAtAPositionAreRightThereAndNowhereElse() {
    ByteBuffer bytes = copy(5_000_000_000L, 200_000);
    assertThat(stream.mismatch(bytes.duplicate(), 5_000_000_000L)).isEqualTo(-1);
    assertThat(stream.mismatch(bytes.duplicate(), 5_000_000_001L)).isNotEqualTo(-1);
    assertThat(stream.mismatch(bytes.duplicate(), 5_000_000_000L + 65_536)).isNotEqualTo(-1);
    assertThat(new ByteStream(2).mismatch(bytes, 5_000_000_000L)).isNotEqualTo(-1);
  }

  @Test
  void oneChangedByteIsFoundAtItsPosition() {
    ByteBuffer bytes = copy(100, 150_000);
    bytes.put(140_000, (byte) (bytes.get(140_000) ^ 1));
    assertThat(stream.mismatch(bytes, 100)).isEqualTo(140_100);
  }
}
