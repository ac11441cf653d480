package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.ip.InterfaceSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One wrong key refuses the whole update; the last good set stays, or the defaults at a start. */
class LiveSettingsTest {
  private final LiveSettings<TimerSettings> timer =
      new LiveSettings<>(TimerSettings.PID, TimerSettings::parse);

  @Test
  void atAFirstStartWithAWrongValueTheDefaultsRule() {
    assertThat(timer.update(Map.of("tickMicros", 0, "slotTimers", 17))).isFalse();
    assertThat(timer.inForce()).isEqualTo(TimerSettings.defaults());
    assertThat(timer.applied()).isEmpty();
    assertThat(timer.stored()).containsEntry("slotTimers", 17).containsEntry("tickMicros", 0);
    assertThat(timer.problem())
        .contains("io.karavel.timer")
        .contains("tickMicros = '0'")
        .contains("10 to 1000000 us");
  }

  @Test
  void aWrongKeyRefusesTheWholeUpdateAndTheLastGoodSetStays() {
    assertThat(timer.update(Map.of("tickMicros", 500))).isTrue();
    TimerSettings good = timer.inForce();
    assertThat(timer.update(Map.of("tickMicros", 700, "slotTimers", "many"))).isFalse();
    assertThat(timer.inForce()).isSameAs(good);
    assertThat(timer.applied()).containsOnly(Map.entry("tickMicros", 500));
    assertThat(timer.problem()).contains("slotTimers = 'many'");
  }

  @Test
  void aKeyThatDoesNotExistIsRefusedByName() {
    assertThat(timer.update(Map.of("tickMicro", 500))).isFalse();
    assertThat(timer.problem()).contains("tickMicro is not a key");
  }

  @Test
  void aGoodUpdateEndsTheProblemAndLeavesOutKeysTakeTheirDefaults() {
    timer.update(Map.of("tickMicros", 500));
    timer.update(Map.of("tickMicros", "x"));
    assertThat(timer.update(Map.of("slotTimers", "20"))).isTrue();
    assertThat(timer.problem()).isNull();
    assertThat(timer.inForce().tickMicros()).isEqualTo(TimerSettings.defaults().tickMicros());
    assertThat(timer.inForce().slotTimers()).isEqualTo(20);
  }

  @Test
  void keysOfTheFrameworkAreNotOurs() {
    assertThat(timer.update(Map.of("service.pid", TimerSettings.PID, "slotTimers", 20))).isTrue();
    assertThat(timer.stored()).containsOnlyKeys("slotTimers");
  }

  @Test
  void withoutDefaultsNothingRulesUntilSomethingGoodWasGiven() {
    LiveSettings<InterfaceSettings> link =
        LiveSettings.withoutDefaults(
            InterfaceSettings.PID + "~i", raw -> InterfaceSettings.parse("i", raw));
    assertThat(link.inForce()).isNull();
    assertThat(link.update(Map.of("device", "mem0", "addresses", "10.77.0.300/24"))).isFalse();
    assertThat(link.inForce()).isNull();
    assertThat(link.problem()).contains("10.77.0.300");
    assertThat(link.update(Map.of("device", "mem0", "addresses", "10.77.0.3/24"))).isTrue();
    assertThat(link.inForce().device()).isEqualTo("mem0");
  }
}
