package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class DescriptorTest {
  private final ByteBuffer eight =
      ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).putLong(0, 1);
  private final long address = Linux.addressOf(eight);

  @Test
  void whatWasTakenAwayIsReachedUnderTheNewNumberAndNotUnderTheOld() throws Exception {
    Descriptor old = new Descriptor(Linux.eventDescriptor());
    Descriptor taken = old.takeAway();
    assertThat(taken.number()).isNotEqualTo(old.number());
    // into nothing, and nothing comes of it
    assertThat(Linux.write(old.number(), address, 8)).isEqualTo(8);
    assertThat(Linux.read(taken.number(), address, 8)).isEqualTo(-Errno.EAGAIN);
    assertThat(Linux.write(taken.number(), address, 8)).isEqualTo(8);
    assertThat(Linux.read(old.number(), address, 8)).isZero();
    assertThat(Linux.read(taken.number(), address, 8)).isEqualTo(8);
    assertThat(eight.getLong(0)).isEqualTo(1);
    // closing either leaves the other alone
    old.close();
    assertThat(Linux.write(taken.number(), address, 8)).isEqualTo(8);
    taken.close();
    assertThat(old.isClosed() && taken.isClosed()).isTrue();
  }
}
