package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ConnectionKeeper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code net:restart}, to the letter. */
class RestartTest {
  private final Shell shell = new Shell();
  private final List<String> done = new ArrayList<>();
  private String refusal;

  private String run(String... arguments) throws Exception {
    return shell.run(command(), arguments);
  }

  private NetRestartCommand command() {
    shell.services.remove(ConnectionKeeper.class);
    shell.publish(
        ConnectionKeeper.class,
        () -> {
          if (refusal != null) {
            throw new IOException(refusal);
          }
          done.add("saved");
          return new ConnectionKeeper.Saved(104, 8, 3_200_000, 37);
        });
    NetRestartCommand command = new NetRestartCommand();
    command.ending = again -> done.add(again ? "again" : "stop");
    return command;
  }

  @Test
  void connectionsAreSavedBeforeTheFrameworkEnds() throws Exception {
    assertThat(run("--keep", "-f"))
        .isEqualTo(
            "104 connections and 8 listeners are saved, 3200000 bytes in 37 ms;"
                + " the appliance starts anew\n");
    assertThat(done).containsExactly("saved", "again");
    assertThat(shell.audited).hasSize(1);
  }

  @Test
  void theStartMayBeLeftToOthers() throws Exception {
    assertThat(run("--keep", "--stop", "-f", "--no-format"))
        .isEqualTo("true\ttrue\tfalse\t104\t8\t3200000\t37\n");
    assertThat(done).containsExactly("saved", "stop");
  }

  @Test
  void withoutKeepNothingIsSaved() throws Exception {
    assertThat(run("-f")).isEqualTo("the appliance starts anew\n");
    assertThat(done).containsExactly("again");
  }

  @Test
  void ifTheConnectionsCannotBeSavedTheApplianceGoesOn() throws Exception {
    refusal = "the connections cannot be saved and go on as before: no space left on device";
    assertThat(shell.failure(command(), "--keep", "-f")).isEqualTo(refusal);
    assertThat(done).isEmpty();
  }

  @Test
  void itAsksAndADryRunOnlySays() throws Exception {
    assertThat(shell.failure(command(), "--keep")).contains("-f to do it");
    assertThat(run("--keep", "--dry-run"))
        .isEqualTo("would start the appliance anew and keep its connections\n");
    assertThat(run("--stop", "--dry-run"))
        .isEqualTo("would stop the appliance; its connections end\n");
    assertThat(done).isEmpty();
  }
}
