package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is secret is shown nowhere, not even where it was written by mistake. */
class MaskingTest {
  @Test
  void ofAConfigurationTheSecretsAreMaskedAndNothingElse() {
    assertThat(Masking.values(Map.of("proxyPassword", "geheim-4711", "httpRequests", 50)))
        .isEqualTo(Map.of("proxyPassword", "***", "httpRequests", 50));
  }

  @Test
  void inATextTheSecretOfAnAssignmentIsMasked() {
    assertThat(Masking.text("nic:set mem0 password=geheim-4711 mtu=1400"))
        .isEqualTo("nic:set mem0 password=*** mtu=1400");
  }

  @Test
  void inALineThatWasTypedTheSecretBehindItsKeyIsMaskedToo() {
    assertThat(Masking.typed("--password geheim -l alice; config:property-set apiKey 'a b'"))
        .isEqualTo("--password *** -l alice; config:property-set apiKey ***");
    assertThat(Masking.typed("proxyPassword=geheim,4711 mtu=1400"))
        .isEqualTo("proxyPassword=*** mtu=1400");
    assertThat(Masking.typed("tcp:list --limit 5")).isEqualTo("tcp:list --limit 5");
  }

  @Test
  void aChangeOfAKeyThatSoundsSecretDoesNotSayItsValues() {
    assertThat(new KeyChange("io.karavel.tcp", "proxyPassword", null, "geheim-4711"))
        .hasToString("io.karavel.tcp.proxyPassword: default -> ***");
  }
}
