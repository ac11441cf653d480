package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.ConnectionFigures;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import io.karavel.control.SwapRecord;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
          81_500_000,
          "");

  private final Shell shell = new Shell();
  private final List<String> asked = new ArrayList<>();
  private int slots = 2;
  private Predicate<? super TcpConnectionInfo> passes;

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
          public SwapRecord canary(
              String module,
              String url,
              Predicate<? super TcpConnectionInfo> where,
              int percent,
              int seconds,
              Consumer<String> progress) {
            asked.add("canary " + module + " " + url + " " + percent + " " + seconds);
            passes = where;
            return SWAP;
          }

          @Override
          public SwapRecord promote(String module, int seconds, Consumer<String> progress) {
            asked.add("promote " + module + " " + seconds);
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
                new ModuleVersion(
                    "io.karavel.ip", 5, "0.1.0", "active", slots, "karavel-ip/0.1.0", "", null),
                new ModuleVersion(
                    "io.karavel.tcp",
                    6,
                    "0.1.1",
                    "active",
                    2,
                    "karavel-tcp/0.1.0",
                    "differs from its feature, which has version 0.1.0",
                    new ConnectionFigures(900, 5000, 12, 1, 4_215_961)),
                new ModuleVersion(
                    "io.karavel.tcp",
                    7,
                    "0.1.2",
                    "canary",
                    0,
                    "",
                    "not committed",
                    new ConnectionFigures(100, 600, 3, 0, -1)));
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
  void thatALaneDoesNotAnswerIsSaidBelowTheList() throws Exception {
    publish();
    assertThat(shell.run(new NetModuleListCommand())).doesNotContain("does not answer");
    slots = ModuleVersion.SLOTS_UNKNOWN;
    assertThat(shell.run(new NetModuleListCommand()))
        .doesNotContain("-1")
        .contains("a lane does not answer")
        .contains("'net:doctor'");
    assertThat(shell.run(new NetModuleListCommand(), "--no-format"))
        .startsWith("io.karavel.ip\t5\t0.1.0\tactive\t\tkaravel-ip/0.1.0\t")
        .doesNotContain("does not answer");
  }

  @Test
  void swapTellsItsStepsAndItsResult() throws Exception {
    publish();
    assertThat(shell.run(new NetModuleSwapCommand(), "--watch", "5m", "tcp", "file:/tmp/tcp.jar"))
        .isEqualTo(
            """
            rehearsing
            io.karavel.tcp: 0.1.0 to 0.1.1 committed, 2 slots, 1000 connections, longest pause 3.200 ms within 81.500 ms
            """);
    shell.run(new NetModuleSwapCommand(), "--watch", "7", "tcp", "u");
    shell.run(new NetModuleSwapCommand(), "--dry-run", "tcp", "u");
    assertThat(asked)
        .containsExactly("tcp file:/tmp/tcp.jar 300 false", "tcp u 7 false", "tcp u -1 true");
    assertThat(shell.run(new NetModuleSwapCommand(), "--no-format", "tcp", "u"))
        .isEqualTo(
            "2026-03-01T11:59:00Z\tio.karavel.tcp\t0.1.0\t0.1.1\tcommitted\t2\t1000\t3.200\t81.500"
                + "\t\n");
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
  void whereAndPercentBeginACanary() throws Exception {
    publish();
    shell.run(
        new NetModuleSwapCommand(), "--where", "dport = :80", "--percent", "10", "tcp", "file:/j");
    assertThat(passes.test(towards(80))).isTrue();
    assertThat(passes.test(towards(81))).isFalse();
    shell.run(new NetModuleSwapCommand(), "--percent", "1", "--watch", "5s", "tcp", "u");
    assertThat(passes.test(towards(81))).isTrue();
    shell.run(new NetModuleSwapCommand(), "--where", "dport = :80", "tcp", "u");
    shell.run(new NetModuleSwapCommand(), "--percent", "5", "--dry-run", "tcp", "u");
    shell.run(new NetModulePromoteCommand(), "--watch", "1m", "tcp");
    shell.run(new NetModulePromoteCommand(), "tcp");
    assertThat(asked)
        .containsExactly(
            "canary tcp file:/j 10 -1",
            "canary tcp u 1 5",
            "canary tcp u 100 -1",
            "tcp u -1 true",
            "promote tcp 60",
            "promote tcp -1");
    assertThat(shell.failure(new NetModuleSwapCommand(), "--percent", "0", "tcp", "u"))
        .contains("the range is 1 to 100");
    assertThat(shell.failure(new NetModuleSwapCommand(), "--where", "nonsense", "tcp", "u"))
        .contains("is no test");
  }

  private static TcpConnectionInfo towards(int port) {
    return new TcpConnectionInfo(
        1,
        TcpState.ESTABLISHED,
        IpEndpoint.of("10.77.0.2", 40000),
        IpEndpoint.of("10.77.0.1", port),
        "",
        0,
        0,
        "",
        0,
        0,
        0,
        Map.of());
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
            "io.karavel.ip\t5\t0.1.0\tactive\t2\tkaravel-ip/0.1.0\t\t\t\t\t\t\n"
                + "io.karavel.tcp\t6\t0.1.1\tactive\t2\tkaravel-tcp/0.1.0\t"
                + "differs from its feature, which has version 0.1.0\t900\t5000\t12\t1\t4.216\n"
                + "io.karavel.tcp\t7\t0.1.2\tcanary\t0\t\tnot committed\t100\t600\t3\t0\t\n");
    assertThat(shell.run(new NetModuleHistoryCommand(), "--json"))
        .contains("\"pauseMillis\" : 3.2", "\"wholeMillis\" : 81.5", "\"result\" : \"committed\"");
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
