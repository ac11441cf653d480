package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LinuxTest {
  @Test
  void saysClearlyWhichSystemItRunsOnWhenThatIsNotLinux() {
    assertThat(Linux.probe("Mac OS X")).hasValue("this needs Linux, and the machine runs Mac OS X");
    assertThat(Linux.probe("Windows 11")).isPresent();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void findsTheCLibraryOnLinux() {
    assertThat(Linux.unavailability()).isEmpty();
    assertThat(Linux.isAvailable()).isTrue();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesCallSubjectAndErrorWhenACallFails() {
    assertThatThrownBy(() -> Linux.openNonBlocking("/nowhere/at/all"))
        .isInstanceOf(LinuxException.class)
        .hasMessage("open /nowhere/at/all: ENOENT, no such file")
        .extracting(e -> ((LinuxException) e).errno())
        .isEqualTo(Errno.ENOENT);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void givesTheAddressOfIndexZeroWhateverThePosition() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    long address = Linux.addressOf(memory);
    assertThat(Linux.addressOf(memory.position(8))).isEqualTo(address);
    assertThat(Linux.addressOf(memory.slice(16, 8))).isEqualTo(address + 16);
    assertThatThrownBy(() -> Linux.addressOf(ByteBuffer.allocate(8)))
        .hasMessageStartingWith("not a direct buffer");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsAndWritesThroughAddresses() throws Exception {
    int event = Linux.eventDescriptor();
    try {
      ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
      long address = Linux.addressOf(memory);
      assertThat(Linux.read(event, address, 8)).isEqualTo(-Errno.EAGAIN);
      memory.putLong(0, 7);
      assertThat(Linux.write(event, address, 8)).isEqualTo(8);
      assertThat(Linux.read(event, address + 8, 8)).isEqualTo(8);
      assertThat(memory.getLong(8)).isEqualTo(7);

      // the same by vectors: an eventfd takes its eight bytes from two places
      memory.putLong(0, 9);
      memory.putLong(16, address).putLong(24, 8);
      assertThat(Linux.writev(event, address + 16, 1)).isEqualTo(8);
      memory.putLong(16, address + 40);
      assertThat(Linux.readv(event, address + 16, 1)).isEqualTo(8);
      assertThat(memory.getLong(40)).isEqualTo(9);
    } finally {
      Linux.close(event);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDuplicateOutlivesTheDescriptorItWasMadeOf() throws Exception {
    int event = Linux.eventDescriptor();
    int copy = Linux.duplicate(event);
    Linux.close(event);
    try {
      ByteBuffer memory = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
      assertThat(Linux.write(copy, Linux.addressOf(memory.putLong(0, 1)), 8)).isEqualTo(8);
    } finally {
      Linux.close(copy);
    }
  }
}
