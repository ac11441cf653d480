package io.karavel.nic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpPrefix;
import io.karavel.engine.SettingsException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceSettingsTest {
  @Test
  void aCableWithoutKeysIsPerfectAndNamesItsEndsAfterItself() throws Exception {
    MemoryCableSettings cable = MemoryCableSettings.parse("patch", Map.of());
    assertThat(cable.leftDevice()).isEqualTo("patch-left");
    assertThat(cable.rightDevice()).isEqualTo("patch-right");
    assertThat(cable.mtu()).isEqualTo(1500);
    assertThat(cable.offloads()).isTrue();
    assertThat(cable.bareIp()).isFalse();
    assertThat(cable.impairment().withReordering(0, 0)).isEqualTo(ImpairmentSettings.NONE);
  }

  @Test
  void theDefaultsHoldWhateverTheNameOfTheConfiguration() throws Exception {
    assertThat(
            MemoryCableSettings.parse("a cable with much too long a name", Map.of()).leftDevice())
        .isEqualTo("a-cable-with-much-too-long-left");
    assertThat(TapSettings.parse("uplink to the world", Map.of()).interfaceName())
        .isEqualTo("uplink-to-the-w");
  }

  @Test
  void impairmentIsGivenInMillisecondsAndPercentWithDecimals() throws Exception {
    MemoryCableSettings cable =
        MemoryCableSettings.parse(
            "c",
            Map.of(
                "delayMs", "0.25",
                "jitterMs", 0.1,
                "lossPercent", "1.5",
                "reorderPercent", "2",
                "reorderDelayMs", "0.5",
                "rateBitsPerSecond", "500000000",
                "queueFrames", 50,
                "seed", 7L));
    assertThat(cable.impairment())
        .isEqualTo(
            new ImpairmentSettings(250_000, 100_000, 1.5, 2, 500_000, 0, 0, 500_000_000, 50, 7));
  }

  @Test
  void everyWrongKeyOfACableIsNamed() {
    assertThatThrownBy(
            () ->
                MemoryCableSettings.parse(
                    "c", Map.of("lossPercent", "101", "mtu", 67, "mode", "token-ring", "los", 1)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("lossPercent = '101' is refused: the range is 0.0 to 100.0 %")
        .hasMessageContaining("mtu = '67'")
        .hasMessageContaining("mode = 'token-ring' is refused: the range is ethernet, ip")
        .hasMessageContaining("los is not a key");
    assertThatThrownBy(
            () -> MemoryCableSettings.parse("c", Map.of("leftDevice", "x", "rightDevice", "x")))
        .hasMessageContaining("must differ from leftDevice");
    assertThatThrownBy(() -> MemoryCableSettings.parse("c", Map.of("leftDevice", "no blanks")))
        .hasMessageContaining("leftDevice = 'no blanks' is refused");
  }

  @Test
  void aTapIsNamedAsItsDeviceAndHasOffloadsUnlessToldOtherwise() throws Exception {
    TapSettings tap = TapSettings.parse("tap0", Map.of());
    assertThat(tap.interfaceName()).isEqualTo("tap0");
    assertThat(tap.bareIp()).isFalse();
    assertThat(tap.offloads()).isTrue();
    assertThat(tap.hostAddress()).isEmpty();
    TapSettings tun =
        TapSettings.parse(
            "up",
            Map.of(
                "mode", "tun",
                "interfaceName", "tun7",
                "hostAddress", "10.77.0.1/24",
                "mtu", "9000",
                "reopenMinMs", 10,
                "reopenMaxMs", 10,
                "offloads", false));
    assertThat(tun.bareIp()).isTrue();
    assertThat(tun.interfaceName()).isEqualTo("tun7");
    assertThat(tun.hostAddress()).hasValue(IpPrefix.parse("10.77.0.1/24"));
    assertThat(tun.mtu()).isEqualTo(9000);
    assertThat(tun.reopenMaxNanos()).isEqualTo(10_000_000);
    assertThat(tun.offloads()).isFalse();
  }

  @Test
  void everyWrongKeyOfATapIsNamed() {
    assertThatThrownBy(
            () ->
                TapSettings.parse(
                    "t",
                    Map.of(
                        "interfaceName",
                        "a-name-of-16-chr",
                        "hostAddress",
                        "10.0.0/24",
                        "reopenMinMs",
                        2000,
                        "reopenMaxMs",
                        1000)))
        .hasMessageContaining("interfaceName = 'a-name-of-16-chr' is refused: 1 to 15 letters")
        .hasMessageContaining("hostAddress: '10.0.0' is not an IPv4 address")
        .hasMessageContaining("reopenMaxMs = '1000' is refused: at least reopenMinMs");
    assertThatThrownBy(() -> TapSettings.parse("t", Map.of("hostAddress", "224.0.0.1/4")))
        .hasMessageContaining("not an address a host can have");
  }

  @Test
  void whatIsShownCanBeConfiguredAgain() throws Exception {
    MemoryCableSettings cable =
        MemoryCableSettings.parse(
            "c", Map.of("mode", "ip", "mtu", 9000, "delayMs", 0.25, "lossPercent", 1.5, "seed", 7));
    assertThat(MemoryCableSettings.parse("c", cable.asMap())).isEqualTo(cable);
    assertThat(cable.asMap().keySet())
        .containsExactlyElementsOf(MemoryCableSettings.SCHEMA.defaults().asMap().keySet());
    TapSettings tap =
        TapSettings.parse(
            "t",
            Map.of("mode", "tun", "hostAddress", "10.0.0.1/24", "mtu", 9000, "persistent", true));
    assertThat(TapSettings.parse("t", tap.asMap())).isEqualTo(tap);
    assertThat(tap.asMap().keySet())
        .containsExactlyElementsOf(TapSettings.SCHEMA.defaults().asMap().keySet());
  }
}
