package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.ConfigurationException;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Names and values as people write them; docs/sysctl.md is written anew with {@code
 * -Dkaravel.write=true}.
 */
class AssignmentsTest {
  private static final Path MANUAL =
      Path.of("").toAbsolutePath().getParent().getParent().resolve("docs/sysctl.md");
  private static final List<String> INSTANCES = List.of("io.karavel.nic.memory~cable0");

  private static List<String> parse(String... assignments) throws ConfigurationException {
    return Assignments.parse(List.of(assignments), INSTANCES).stream()
        .map(change -> change.pid() + " " + change.key() + " " + change.after())
        .toList();
  }

  @Test
  void aKeyHasSeveralNames() throws Exception {
    for (String name :
        List.of(
            "synRetries",
            "tcp.synRetries",
            "io.karavel.tcp.synRetries",
            "net.ipv4.tcp_syn_retries",
            "net/ipv4/tcp_syn_retries")) {
      assertThat(parse(name + "=3")).containsExactly("io.karavel.tcp synRetries 3");
    }
    assertThat(parse("nic.memory~cable0.mtu=1400", "synRetries="))
        .containsExactly("io.karavel.nic.memory~cable0 mtu 1400", "io.karavel.tcp synRetries null");
  }

  @Test
  void theValuesOfSysctlsAreTranslated() throws Exception {
    assertThat(parse("net.ipv4.tcp_rmem=4096 131072 6291456"))
        .containsExactly(
            "io.karavel.tcp receiveBufferMin 4096",
            "io.karavel.tcp receiveBufferInitial 131072",
            "io.karavel.tcp receiveBufferMax 6291456");
    assertThat(
            parse(
                "net.ipv4.ip_local_port_range=40000\t41000",
                "net.ipv4.tcp_ecn=1",
                "net.ipv4.tcp_sack=0",
                "net.ipv4.tcp_rto_min_us=150000",
                "net.ipv4.ipfrag_time=30",
                "net.ipv4.tcp_congestion_control=reno"))
        .containsExactly(
            "io.karavel.tcp ephemeralPorts 40000-41000",
            "io.karavel.tcp ecn active",
            "io.karavel.tcp sack false",
            "io.karavel.tcp rtoMinMillis 150",
            "io.karavel.ip reassemblyTimeoutMs 30000",
            "io.karavel.tcp congestionControl newreno");
  }

  @Test
  void whatCannotBeMeantIsRefusedWithWhatCould() {
    assertThatThrownBy(() -> parse("net.ipv4.tcp_timestamps=2"))
        .hasMessageContaining("0 false, 1 true");
    assertThatThrownBy(() -> parse("net.ipv4.tcp_fack=1")).hasMessageContaining("docs/sysctl.md");
    assertThatThrownBy(() -> parse("net.ipv4.tcp_rto_min_us=150001"))
        .hasMessageContaining("whole number of milliseconds");
    assertThatThrownBy(() -> parse("tcp.synRetrys=3")).hasMessageContaining("its keys are");
    assertThatThrownBy(() -> parse("tcp=3")).hasMessageContaining("is a PID");
    assertThatThrownBy(() -> parse("synRetries")).hasMessageContaining("is not KEY=VALUE");
    assertThatThrownBy(() -> parse("historyEntrys=1")).hasMessageContaining("net:config-list");
    assertThatThrownBy(() -> parse("synRetries=1", "tcp.synRetries=2"))
        .hasMessageContaining("given twice");
  }

  @Test
  void everySysctlHasACounterpartThatTakesItsDefault() throws IOException, SettingsException {
    StringBuilder page = new StringBuilder(4096);
    page.append(
        """
        # sysctl names

        The sysctls of Linux that have a counterpart. `net:config-set` and `net:config-get` know them,
        with dots or slashes: `net:config-set net.ipv4.tcp_syn_retries=3`, `sysctl net.ipv4.tcp_rmem`.
        Values go over as the last column says. Others are refused. Generated (`bundles/control`,
        `AssignmentsTest`).

        | sysctl | PID | keys | values |
        |---|---|---|---|
        """);
    for (SysctlNames.Sysctl sysctl : SysctlNames.list()) {
      for (String key : sysctl.keys()) {
        assertThat(KnownPids.schema(sysctl.pid()).setting(key)).as(sysctl.name()).isNotNull();
      }
      page.append("| `").append(sysctl.name()).append("` | ").append(sysctl.pid());
      page.append(" | `").append(String.join("` `", sysctl.keys())).append("` | ");
      page.append(sysctl.meaning()).append(" |\n");
    }
    if (Boolean.getBoolean("karavel.write")) {
      Files.writeString(MANUAL, page);
    }
    assertThat(MANUAL).as("see the comment of the test").exists().hasContent(page.toString());
  }
}
