package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ModuleSwapException;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import io.karavel.control.SwapRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The commands that swap modules, to the letter. */
@SuppressWarnings("StringConcatToTextBlock") // tabs are seen better so
class ModuleCommandsTest {
  private static final SwapRecord SWAP =
      new SwapRecord(
          Instant.parse("2026-03-01T11:59:00Z"),
          "io.karavel.tcp",
          "0.1.0",
          "0.1.1",
          "file:/tmp/tcp.jar",
          "committed",
          1000,
          2,
          3_200_000,
          "");

  private final Shell shell = new Shell();
  private final List<String> asked = new ArrayList<>();

  private void publish() {
    shell.publish(
        ModuleSwaps.class,
        new ModuleSwaps() {
          @Override
          public SwapRecord swap(
              String module, String url, int seconds, boolean dryRun, Consumer<String> progress)
              throws ModuleSwapException {
            asked.add(module + " " + url + " " + seconds + " " + dryRun);
            progress.accept("rehearsing");
            if (url.startsWith("bad:")) {
              throw new ModuleSwapException("io.karavel.tcp 9 was refused: the rehearsal failed");
            }
            return SWAP;
          }

          @Override
          public SwapRecord rollback(String module, Consumer<String> progress) {
            asked.add("back " + module);
            return SWAP;
          }

          @Override
          public List<ModuleVersion> versions() {
            return List.of(
                new ModuleVersion("io.karavel.ip", 5, "0.1.0", "active", 2, "karavel-ip/0.1.0", ""),
                new ModuleVersion(
                    "io.karavel.tcp",
                    6,
                    "0.1.1",
                    "active",
                    2,
                    "karavel-tcp/0.1.0",
                    "differs from its feature, which has version 0.1.0"));
          }

          @Override
          public List<SwapRecord> history() {
            return List.of(SWAP);
          }
        });
  }

  @Test
  void theListsAreGoldenInEveryForm() throws Exception {
    publish();
    Golden.check(shell, NetModuleListCommand::new);
    Golden.check(shell, NetModuleHistoryCommand::new);
  }

  @Test
  void swapTellsItsStepsAndItsResult() throws Exception {
    publish();
    assertThat(shell.run(new NetModuleSwapCommand(), "--watch", "5m", "tcp", "file:/tmp/tcp.jar"))
        .isEqualTo(
            """
            rehearsing
            io.karavel.tcp: 0.1.0 to 0.1.1 committed, 2 slots, 1000 connections, longest pause 3.200 ms
            """);
    shell.run(new NetModuleSwapCommand(), "--watch", "7", "tcp", "u");
    shell.run(new NetModuleSwapCommand(), "--dry-run", "tcp", "u");
    assertThat(asked)
        .containsExactly("tcp file:/tmp/tcp.jar 300 false", "tcp u 7 false", "tcp u -1 true");
    assertThat(shell.run(new NetModuleSwapCommand(), "--no-format", "tcp", "u"))
        .isEqualTo(
            "2026-03-01T11:59:00Z\tio.karavel.tcp\t0.1.0\t0.1.1\tcommitted\t2\t1000\t3.200\t\n");
  }

  @Test
  void swapSaysWhyItWasRefused() {
    assertThat(shell.failure(new NetModuleSwapCommand(), "tcp", "u"))
        .contains("not running", "bundle:start io.karavel.control");
    publish();
    assertThat(shell.failure(new NetModuleSwapCommand(), "tcp", "bad:u"))
        .isEqualTo("io.karavel.tcp 9 was refused: the rehearsal failed");
    assertThat(shell.failure(new NetModuleSwapCommand(), "--watch", "soon", "tcp", "u"))
        .contains("--watch = soon is refused");
    assertThat(shell.failure(new NetModuleSwapCommand(), "--watch", "61m", "tcp", "u"))
        .contains("the range is 0 to 3600");
  }

  @Test
  void rollback() throws Exception {
    publish();
    shell.run(new NetModuleRollbackCommand(), "tcp");
    assertThat(asked).containsExactly("back tcp");
  }

  @Test
  void listAndHistory() throws Exception {
    publish();
    assertThat(shell.run(new NetModuleListCommand(), "--no-format"))
        .isEqualTo(
            "io.karavel.ip\t5\t0.1.0\tactive\t2\tkaravel-ip/0.1.0\t\n"
                + "io.karavel.tcp\t6\t0.1.1\tactive\t2\tkaravel-tcp/0.1.0\t"
                + "differs from its feature, which has version 0.1.0\n");
    assertThat(shell.run(new NetModuleHistoryCommand(), "--json"))
        .contains("\"pauseMillis\" : 3.2", "\"result\" : \"committed\"");
  }

  @Test
  void statusNamesWhatDiffersFromItsFeature() throws Exception {
    publish();
    assertThat(shell.run(new NetStatusCommand(), "--sample", "0", "--no-format"))
        .contains("differing\tio.karavel.tcp 0.1.1\tdiffers from its feature");
    assertThat(shell.run(new NetStatusCommand(), "--sample", "0"))
        .contains("io.karavel.tcp 0.1.1 differs from its feature, which has version 0.1.0\n");
  }

  @Test
  void dropIsForStateThatWaits() {
    assertThat(shell.failure(new NetModuleDropCommand(), "-f", "nowhere"))
        .contains("no slot 'nowhere'");
    assertThat(shell.failure(new NetModuleDropCommand(), "-f", "tcp"))
        .contains("slot tcp is running: no state waits there");
    assertThat(shell.failure(new NetModuleDropCommand(), "ip"))
        .contains("this would give up the state that waits in slot ip", "-f");
  }
}
