package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What needs no device; the rest is with the interop tests, in namespaces of their own. */
@EnabledOnOs(OS.LINUX)
class TunTapTest {
  @Test
  void aDescriptorThatIsNoTunDeviceIsNotAdopted() throws Exception {
    int event = Linux.eventDescriptor();
    try {
      assertThatThrownBy(() -> TunTap.adopt(event))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("TUNGETIFF");
    } finally {
      Linux.close(event);
    }
  }

  @Test
  void anInterfaceThatDoesNotExistIsNamed() {
    HostInterface none = new HostInterface("karavel-none");
    assertThatThrownBy(none::mtu)
        .hasMessage("karavel-none mtu: ENODEV, no such device; there is no interface of that name");
  }

  @Test
  void tooLongANameIsRefused() {
    assertThatThrownBy(() -> new HostInterface("a-name-of-16-chr").mtu())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 15 characters");
  }
}
