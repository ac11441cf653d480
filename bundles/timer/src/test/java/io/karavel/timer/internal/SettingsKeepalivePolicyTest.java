package io.karavel.timer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SettingsKeepalivePolicyTest {
  private final FakeContext context = new FakeContext();
  private final KeepaliveModuleFactory factory =
      new KeepaliveModuleFactory(KeepaliveSettings.defaults());
  private SettingsKeepalivePolicy policy;

  @BeforeEach
  void open() throws HandoverException {
    policy = (SettingsKeepalivePolicy) factory.create(context);
    policy.open(Handover.empty("keepalive"));
  }

  @Test
  void theDefaultsAreThoseOfTheTable() {
    assertThat(policy.enabled(80, 1, 2)).isFalse();
    assertThat(policy.idleNanos()).isEqualTo(7_200_000_000_000L);
    assertThat(policy.intervalNanos()).isEqualTo(75_000_000_000L);
    assertThat(policy.probes()).isEqualTo(10);
  }

  @Test
  void newSettingsRuleFromTheNextTurnOnAndMoveTheRevision() throws SettingsException {
    int before = policy.revision();
    factory.settings(
        KeepaliveSettings.parse(
            Map.of(
                "enabledByDefault",
                "true",
                "timeSeconds",
                60,
                "intervalSeconds",
                5,
                "probes",
                "3")));
    assertThat(policy.revision()).isEqualTo(before);
    context.runPosted();
    assertThat(policy.revision()).isGreaterThan(before);
    assertThat(policy.enabled(80, 1, 2)).isTrue();
    assertThat(policy.idleNanos()).isEqualTo(60_000_000_000L);
    assertThat(policy.intervalNanos()).isEqualTo(5_000_000_000L);
    assertThat(policy.probes()).isEqualTo(3);
  }

  @Test
  void theRevisionGrowsAcrossModules() throws HandoverException {
    int before = policy.revision();
    Handover state = policy.export();
    policy.close(CloseReason.HANDED_OVER);
    SettingsKeepalivePolicy successor = (SettingsKeepalivePolicy) factory.create(context);
    successor.open(state);
    assertThat(successor.revision()).isGreaterThan(before);
  }

  @Test
  void aValueOutOfRangeIsRefusedWithKeyValueAndRange() {
    assertThatThrownBy(
            () -> KeepaliveSettings.parse(Map.of("timeSeconds", 0, "probes", 128, "probe", 1)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("timeSeconds = '0'")
        .hasMessageContaining("1 to 32767 s")
        .hasMessageContaining("probes = '128'")
        .hasMessageContaining("probe is not a key");
  }

  @Test
  void readsTheGoldenFileOfVersion1AndKeepsAFieldOfALaterVersion() throws Exception {
    SettingsKeepalivePolicy successor = (SettingsKeepalivePolicy) factory.create(context);
    successor.open(Handover.restored("keepalive", 1, golden()));
    assertThat(successor.export().form()).isEqualTo(golden());
    assertThat(successor.revision()).isEqualTo(8);
  }

  private static byte[] golden() throws IOException {
    try (InputStream in =
        SettingsKeepalivePolicyTest.class.getResourceAsStream("keepalive-state-v1.hex")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }
}
