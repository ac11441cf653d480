package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.karavel.control.KeyChange;
import io.karavel.control.Masking;
import java.time.Duration;
import java.util.List;
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
  void aKeyMayBeTwoWords() {
    assertThat(Masking.text("my private key = 4711, x-api.key-id:abc; api key='a b' keys=3"))
        .isEqualTo("my private key = *** x-api.key-id:***; api key=*** keys=3");
  }

  @Test
  void aLongLineCostsNoMoreThanItsLength() {
    for (String word : List.of("x", "token", "secret ", "token \"", "private key", "://a:")) {
      String line = word.repeat(1_000_000 / word.length());
      // were it the square, this would take hours
      assertTimeoutPreemptively(Duration.ofMinutes(2), () -> Masking.typed(line), word);
    }
  }

  @Test
  void ofAnAddressWithAUserThePasswordIsMasked() {
    assertThat(Masking.text("cannot fetch https://alice:geheim-4711@repo.example/tcp.jar: refused"))
        .isEqualTo("cannot fetch https://alice:***@repo.example/tcp.jar: refused");
    assertThat(Masking.typed("--watch 5s tcp ftp://u:g:h@i@repo.example:8443/tcp.jar"))
        .isEqualTo("--watch 5s tcp ftp://u:***@repo.example:8443/tcp.jar");
    String none = "tcp http://repo.example:8443/a@b/tcp.jar file:/tmp/tcp.jar";
    assertThat(Masking.typed(none)).isEqualTo(none);
  }

  @Test
  void aChangeOfAKeyThatSoundsSecretDoesNotSayItsValues() {
    assertThat(new KeyChange("io.karavel.tcp", "proxyPassword", null, "geheim-4711"))
        .hasToString("io.karavel.tcp.proxyPassword: default -> ***");
  }
}
