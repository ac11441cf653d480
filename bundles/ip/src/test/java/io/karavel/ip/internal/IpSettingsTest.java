package io.karavel.ip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import io.karavel.ip.IpSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of PID io.karavel.ip, and their parser. */
class IpSettingsTest {
  @Test
  void parsesEveryKeyAsTextAndAsItsType() throws Exception {
    for (Setting<?> setting : IpSettings.SCHEMA.settings()) {
      Object value = setting.defaultValue();
      assertThat(IpSettings.parse(Map.of(setting.key(), value))).isEqualTo(IpSettings.defaults());
      assertThat(IpSettings.parse(Map.of(setting.key(), value.toString())))
          .isEqualTo(IpSettings.defaults());
    }
  }

  @Test
  void acceptsBothEndsOfEveryRangeAndNothingBeyond() throws Exception {
    for (Setting<?> setting : IpSettings.SCHEMA.settings()) {
      if (setting.type() == Long.class) {
        long low = (long) setting.minimum();
        long high = (long) setting.maximum();
        if (!setting.key().equals("arpProbeMinimumMs")
            && !setting.key().equals("arpProbeMaximumMs")) {
          IpSettings.parse(Map.of(setting.key(), low));
          IpSettings.parse(Map.of(setting.key(), high));
        }
        for (long wrong : new long[] {low - 1, high + 1}) {
          assertThatThrownBy(() -> IpSettings.parse(Map.of(setting.key(), wrong)))
              .isInstanceOf(SettingsException.class)
              .hasMessageContaining(setting.key())
              .hasMessageContaining(Long.toString(wrong))
              .hasMessageContaining(setting.range());
        }
      }
    }
  }

  @Test
  void refusesWordsThatAreNoChoiceUnknownKeysAndAnEmptyProbeRange() {
    assertThatThrownBy(() -> IpSettings.parse(Map.of("conflictDetection", "maybe")))
        .hasMessageContaining("optimistic");
    assertThatThrownBy(() -> IpSettings.parse(Map.of("tableFlip", 1)))
        .hasMessageContaining("tableFlip");
    assertThatThrownBy(() -> IpSettings.parse(Map.of("arpProbeMinimumMs", 3000)))
        .hasMessageContaining("arpProbeMaximumMs");
  }

  @Test
  void leavesAStackThatIsNotConfiguredAtItsDefaults() {
    IpFixture f = new IpFixture();
    f.lane.configured = false;
    f.set("defaultTtl", 5);
    f.open(io.karavel.engine.Handover.empty("ip"));
    f.expectNothingLeftOf(1);
    f.meetPeer();
    f.send(f.datagram(0, IpFixture.PEER, 6, new byte[20]));
    assertThat(f.sent()[14 + 8]).isEqualTo((byte) 64);
  }
}
