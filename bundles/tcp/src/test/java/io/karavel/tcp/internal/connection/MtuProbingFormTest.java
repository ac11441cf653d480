package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is handed over of the search for the path's MTU. */
class MtuProbingFormTest {
  @Test
  void whatWasReadIsWrittenAgain() {
    byte[] form =
        ByteBuffer.allocate(28)
            .putInt(1036)
            .putInt(1460)
            .putInt(1242)
            .putInt(-7)
            .putInt(1235)
            .putLong(123_456_789_012L)
            .array();
    assertThat(MtuProbing.fromBytes(form).toBytes()).isEqualTo(form);
  }

  @Test
  void aFormThatIsTooShortIsNone() {
    assertThat(MtuProbing.fromBytes(new byte[27])).isNull();
    assertThat(MtuProbing.fromBytes(new byte[28])).isNotNull();
  }
}
