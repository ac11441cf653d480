package io.karavel.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.SettingsException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicesSettingsTest {
  @Test
  void theDefaultsAreTheAppliancesOwn() throws Exception {
    ServicesSettings settings = ServicesSettings.parse(Map.of());
    assertThat(settings.echo()).isEqualTo(new ServicesSettings.Port(true, 7));
    assertThat(settings.http()).isEqualTo(new ServicesSettings.Port(true, 80));
    assertThat(settings.forwarder().port()).isEqualTo(8077);
    assertThat(settings.forwarder().address()).isEqualTo("127.0.0.1");
    assertThat(settings.forwarder().target()).isEqualTo(IpEndpoint.of("10.77.0.2", 80));
    assertThat(settings.forwarder().stack()).isEqualTo("host");
  }

  @ParameterizedTest
  @CsvSource({
    "echoPort, 0, echoPort = '0' is refused: the range is 1 to 65535",
    "echoPort, 80, port 80 is given to two services",
    "forwarderTarget, 10.77.0.2, is not an endpoint",
    "forwarderTarget, 0.0.0.0:80, a host's address",
    "forwarderTarget, 10.77.0.2:0, a host's address",
    "forwarderAddress, a b, such as 127.0.0.1",
    "forwarderStack, a b, letters",
    "retryMaxMillis, 20, may not be below retryMillis",
    "echoEnabled, yes, true or false",
    "nonsense, 1, is not a key of io.karavel.services",
  })
  void aWrongValueIsRefusedWithKeyAndRange(String key, String value, String problem) {
    assertThatThrownBy(() -> ServicesSettings.parse(Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aServiceThatIsOffMayShareItsPort() throws Exception {
    assertThat(
            ServicesSettings.parse(Map.of("echoEnabled", "false", "discardPort", "7"))
                .discard()
                .port())
        .isEqualTo(7);
  }
}
