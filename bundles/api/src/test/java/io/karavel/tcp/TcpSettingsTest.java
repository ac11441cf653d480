package io.karavel.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpSettingsTest {
  @Test
  void hasTheDocumentedDefaults() {
    TcpSettings settings = TcpSettings.defaults();
    assertThat(settings.synRetries()).isEqualTo(5);
    assertThat(settings.synAckRetries()).isEqualTo(5);
    assertThat(settings.retries1()).isEqualTo(3);
    assertThat(settings.retries2()).isEqualTo(15);
    assertThat(settings.orphanRetries()).isZero();
    assertThat(settings.rtoInitialNanos()).isEqualTo(1_000_000_000L);
    assertThat(settings.rtoMinNanos()).isEqualTo(200_000_000L);
    assertThat(settings.rtoMaxNanos()).isEqualTo(120_000_000_000L);
    assertThat(settings.userTimeoutNanos()).isZero();
    assertThat(settings.finTimeoutNanos()).isEqualTo(60_000_000_000L);
    assertThat(settings.timeWaitNanos()).isEqualTo(60_000_000_000L);
    assertThat(settings.timeWaitReuse()).isEqualTo(TcpSettings.TimeWaitReuse.LOOPBACK);
    assertThat(settings.maxTimeWait()).isEqualTo(262_144);
    assertThat(settings.maxOrphans()).isEqualTo(65_536);
    assertThat(settings.maxSynBacklog()).isEqualTo(4096);
    assertThat(settings.synCookies()).isEqualTo(TcpSettings.SynCookies.AUTO);
    assertThat(settings.maxConnections()).isEqualTo(1_000_000);
    assertThat(settings.delayedAckNanos()).isEqualTo(40_000_000L);
    assertThat(settings.initialWindowSegments()).isEqualTo(10);
    assertThat(settings.sendBufferInitialBytes()).isEqualTo(131_072);
    assertThat(settings.receiveBufferMaxBytes()).isEqualTo(6_291_456);
    assertThat(settings.ephemeralFirst()).isEqualTo(32_768);
    assertThat(settings.ephemeralLast()).isEqualTo(60_999);
    assertThat(settings.challengeAckPerSecond()).isEqualTo(10);
    assertThat(settings.invalidRateLimitNanos()).isEqualTo(500_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "retries1, 16, retries2",
    "retries2, 2, retries1",
    "rtoMinMillis, 1001, rtoInitialMillis",
    "rtoInitialMillis, 60000, ",
    "sendBufferMin, 131073, sendBufferInitial",
    "sendBufferMax, 4096, sendBufferInitial",
    "receiveBufferInitial, 6291457, receiveBufferMax",
  })
  void refusesKeysThatContradictEachOtherAndNamesBoth(String key, long value, String other)
      throws Exception {
    if (other == null) {
      assertThat(TcpSettings.parse(Map.of(key, value)).asMap()).containsEntry(key, value);
      return;
    }
    assertThatThrownBy(() -> TcpSettings.parse(Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key + " = " + value)
        .hasMessageContaining(other);
  }

  @Test
  void warnsOfATimeoutBelow200Milliseconds() throws Exception {
    assertThat(TcpSettings.defaults().caution()).isNull();
    assertThat(TcpSettings.parse(Map.of("rtoMinMillis", 199)).caution())
        .contains("rtoMinMillis = 199 ms")
        .contains("below 200 ms");
    assertThat(TcpSettings.parse(Map.of("rtoMinMillis", 201)).caution()).isNull();
  }

  @Test
  void takesEveryNumberAtBothEndsOfItsRangeAndRefusesOneBeyond() throws Exception {
    for (Setting<?> setting : TcpSettings.SCHEMA.settings()) {
      if (setting.type() != Long.class) {
        continue;
      }
      for (long beyond : new long[] {(long) setting.minimum() - 1, (long) setting.maximum() + 1}) {
        assertThatThrownBy(() -> TcpSettings.parse(Map.of(setting.key(), beyond)))
            .as("%s = %d", setting.key(), beyond)
            .isInstanceOf(SettingsException.class)
            .hasMessageContaining(setting.key() + " = '" + beyond + "'")
            .hasMessageContaining(setting.range());
      }
      for (long end : new long[] {(long) setting.minimum(), (long) setting.maximum()}) {
        assertThat(TcpSettings.SCHEMA.parse(Map.of(setting.key(), end)).asMap())
            .containsEntry(setting.key(), end);
      }
    }
  }

  @Test
  void takesACongestionControlWhoseBundleMayStillCome() throws Exception {
    assertThat(TcpSettings.parse(Map.of("congestionControl", "vegas")).congestionControl())
        .isEqualTo("vegas");
    for (String wrong : List.of("", "Cubic", "a b", "9", "x".repeat(33))) {
      assertThatThrownBy(() -> TcpSettings.parse(Map.of("congestionControl", wrong)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("congestionControl = '" + wrong + "'")
          .hasMessageContaining("newreno");
    }
  }

  @Test
  void readsTheRangeOfEphemeralPorts() throws Exception {
    TcpSettings settings = TcpSettings.parse(Map.of("ephemeralPorts", " 40000 - 40001 "));
    assertThat(settings.ephemeralFirst()).isEqualTo(40000);
    assertThat(settings.ephemeralLast()).isEqualTo(40001);
  }

  @ParameterizedTest
  @CsvSource({"0-10", "10", "20-10", "1-65536", "a-b", "''", "1-2-3", "-5"})
  void refusesAWrongRangeOfEphemeralPorts(String text) {
    assertThatThrownBy(() -> TcpSettings.parse(Map.of("ephemeralPorts", text)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("ephemeralPorts = '" + text + "'")
        .hasMessageContaining("FIRST-LAST");
  }

  @Test
  void refusesATooSmallBufferMemoryButTakesZeroForAutomatic() throws Exception {
    assertThat(TcpSettings.parse(Map.of("bufferMemory", 0)).bufferMemoryBytes()).isZero();
    assertThatThrownBy(() -> TcpSettings.parse(Map.of("bufferMemory", 1000)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("1048576");
  }

  @Test
  void refusesAnUpdateAsAWholeAndNamesEveryWrongKey() {
    assertThatThrownBy(
            () ->
                TcpSettings.parse(
                    Map.of("synRetries", "0", "finTimeoutSeconds", "x", "sack", "perhaps")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("synRetries = '0'")
        .hasMessageContaining("1 to 127 count")
        .hasMessageContaining("finTimeoutSeconds = 'x'")
        .hasMessageContaining("sack = 'perhaps'");
  }

  @Test
  void changesSomeKeysAndKeepsTheOthers() throws Exception {
    TcpSettings first = TcpSettings.parse(Map.of("synRetries", 3, "nagle", false));
    TcpSettings second = first.with(Map.of("synRetries", 2));
    assertThat(second.synRetries()).isEqualTo(2);
    assertThat(second.nagle()).isFalse();
    assertThat(first.synRetries()).isEqualTo(3);
    assertThat(second.with(Map.of("synRetries", 3))).isEqualTo(first).hasSameHashCodeAs(first);
  }
}
