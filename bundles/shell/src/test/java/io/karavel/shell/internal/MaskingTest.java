package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

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
}
