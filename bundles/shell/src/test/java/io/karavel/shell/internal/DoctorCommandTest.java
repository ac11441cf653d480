package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LiveSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code net:doctor} over an appliance, to the letter. */
class DoctorCommandTest {
  private final Shell shell = new Shell();

  private NetDoctorCommand command() {
    NetDoctorCommand command = new NetDoctorCommand();
    command.pause = shell.pauses::add;
    return command;
  }

  @Test
  void saysSymptomCauseAndCommand() throws Exception {
    LiveSettings<KeepaliveSettings> live =
        new LiveSettings<>(KeepaliveSettings.PID, KeepaliveSettings::parse);
    live.update(Map.of("probes", 1000));
    shell.publish(LiveSettings.class, live);
    assertThat(shell.run(command(), "--now", "--sample", "50"))
        .contains(
            """
            configuration-refused: what is stored for io.karavel.keepalive is not in force: \
            io.karavel.keepalive: probes = '1000' is refused: the range is 1 to 127 count
              cause: a wrong value came through a file or Config Admin; the last good one rules
              run:   net:config-reset io.karavel.keepalive
            """);
    assertThat(shell.pauses).containsExactly(50L);
    assertThat(shell.run(command(), "--json", "--sample", "0"))
        .contains("\"finding\" : \"configuration-refused\"")
        .contains("\"now\" : true")
        .contains("\"command\" : \"net:config-reset io.karavel.keepalive\"");
    assertThat(shell.run(command(), "--no-format", "--sample", "0"))
        .contains("configuration-refused\ttrue\twhat is stored");
    assertThat(shell.audited).isEmpty();
  }

  @Test
  void worksWhileModulesAreAway() throws Exception {
    shell.appliance.away.add("tcp");
    shell.appliance.away.add("ip");
    assertThat(shell.run(command(), "--sample", "0")).isNotBlank();
    assertThat(shell.failure(command(), "--sample", "70000")).contains("0 to 60000");
  }
}
