package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The commands that change the configuration as a whole, to the letter. */
@SuppressWarnings("StringConcatToTextBlock") // tabs are seen better so
class ConfigurationCommandsTest {
  private static final List<KeyChange> CHANGES =
      List.of(new KeyChange(TcpSettings.PID, "synRetries", null, "3"));
  private static final ConfigurationRecord RECORD =
      new ConfigurationRecord(
          17,
          Instant.parse("2026-03-01T11:59:00Z"),
          "ann",
          "shell",
          CHANGES,
          ConfigurationRecord.APPLIED,
          "");

  private final Shell shell = new Shell();
  private final List<String> asked = new ArrayList<>();

  private final class Fake implements Configurations {
    private ConfigurationResult result(int confirmSeconds) {
      return new ConfigurationResult(
          RECORD,
          List.of(new ConfigurationResult.Taken(TcpSettings.PID, true, 1204)),
          8_300_000,
          confirmSeconds);
    }

    @Override
    public List<ConfigurationValue> values() {
      return List.of(
          new ConfigurationValue(
              TcpSettings.PID,
              TcpSettings.SCHEMA.setting("synRetries"),
              "3",
              "3",
              "configured",
              17,
              "ann"),
          new ConfigurationValue(
              TcpSettings.PID,
              TcpSettings.SCHEMA.setting("ecn"),
              null,
              "passive",
              "default",
              0,
              ""));
    }

    @Override
    public List<ConfigurationValue> values(String name) throws ConfigurationException {
      if (name.equals("nonsense")) {
        throw new ConfigurationException("there is no key 'nonsense'");
      }
      return values();
    }

    @Override
    public ConfigurationPlan plan(List<String> assignments) {
      asked.add("plan " + assignments);
      TcpConnectionInfo info =
          new TcpConnectionInfo(
              5,
              TcpState.SYN_SENT,
              new IpEndpoint(IpAddress.parse("10.77.0.2"), 40000),
              new IpEndpoint(IpAddress.parse("10.77.0.9"), 80),
              "app",
              0,
              0,
              "",
              0,
              4,
              0,
              Map.of());
      return new ConfigurationPlan(
          CHANGES,
          List.of(new ConfigurationPlan.Fate("main", info, "its SYN was repeated 4 times")),
          List.of(),
          1,
          1203,
          List.of());
    }

    @Override
    public ConfigurationResult set(List<String> assignments, int confirmSeconds, Author author)
        throws ConfigurationException {
      asked.add(assignments + " " + confirmSeconds + " " + author.door());
      if (assignments.contains("ip.defaultTtl=0")) {
        throw new ConfigurationException("defaultTtl = '0' is refused; nothing was changed");
      }
      return result(confirmSeconds);
    }

    @Override
    public ConfigurationPlan planRollback(long id, boolean force) {
      return plan(List.of("back " + id));
    }

    @Override
    public ConfigurationResult rollback(long id, boolean force, Author author) {
      asked.add("back " + id + " " + force);
      return result(0);
    }

    @Override
    public ConfigurationRecord confirm(Author author) {
      return new ConfigurationRecord(
          18, RECORD.time(), "ann", "shell", List.of(), "confirmed", "change 17");
    }

    @Override
    public Pending pending() {
      return null;
    }

    @Override
    public List<ConfigurationRecord> history() {
      return List.of(RECORD);
    }
  }

  @Test
  void theListsAreGoldenInEveryForm() throws Exception {
    shell.publish(Configurations.class, new Fake());
    Golden.check(shell, NetConfigListCommand::new);
    Golden.check(shell, NetConfigGetCommand::new, "tcp.synRetries");
    Golden.check(shell, NetConfigHistoryCommand::new);
    Golden.check(shell, NetConfigDiffCommand::new);
  }

  @Test
  void setSaysToHowManyConnectionsItWasAppliedAndInWhatTime() throws Exception {
    shell.publish(Configurations.class, new Fake());
    assertThat(shell.run(new NetConfigSetCommand(), "tcp.synRetries=3"))
        .isEqualTo(
            """
            io.karavel.tcp.synRetries: default -> 3
            change 17 applied to 1,204 connections in 8 ms
            """);
    assertThat(shell.run(new NetConfigSetCommand(), "--confirm", "1m", "tcp.synRetries=3"))
        .contains("it goes back in 60 s unless you say net:config-confirm");
    assertThat(asked).containsExactly("[tcp.synRetries=3] 0 shell", "[tcp.synRetries=3] 60 shell");
    assertThat(shell.audited).hasSize(2);
    assertThat(shell.run(new NetConfigSetCommand(), "--json", "tcp.synRetries=3"))
        .contains("\"connections\" : 1204", "\"change\" : 17", "\"old\" : null");
  }

  @Test
  void whatIsRefusedIsSaid() {
    assertThat(shell.failure(new NetConfigSetCommand(), "tcp.synRetries=3"))
        .contains("not running", "bundle:start io.karavel.control");
    shell.publish(Configurations.class, new Fake());
    assertThat(shell.failure(new NetConfigSetCommand(), "ip.defaultTtl=0"))
        .isEqualTo("defaultTtl = '0' is refused; nothing was changed");
    assertThat(shell.failure(new NetConfigSetCommand(), "--confirm", "soon", "x=1"))
        .contains("--confirm = soon is refused");
    assertThat(shell.failure(new NetConfigGetCommand(), "nonsense")).contains("no key 'nonsense'");
    assertThat(shell.failure(new NetConfigDiffCommand(), "99")).contains("there is no change 99");
  }

  @Test
  void aDryRunListsWhatWouldEnd() throws Exception {
    shell.publish(Configurations.class, new Fake());
    assertThat(shell.run(new NetConfigSetCommand(), "--dry-run", "--no-format", "synRetries=3"))
        .isEqualTo(
            "change\tio.karavel.tcp.synRetries: default -> 3\n"
                + "ends\tmain\t5\tSYN-SENT\t10.77.0.2:40000\t10.77.0.9:80\t"
                + "its SYN was repeated 4 times\n");
    assertThat(shell.run(new NetConfigSetCommand(), "--dry-run", "synRetries=3"))
        .contains("would end 1 connections:", "would touch 1,203 connections that go on");
    assertThat(shell.run(new NetConfigRollbackCommand(), "--dry-run", "17"))
        .contains("would end 1");
    assertThat(shell.audited).isEmpty();
  }

  @Test
  void listsAndHistory() throws Exception {
    shell.publish(Configurations.class, new Fake());
    assertThat(shell.run(new NetConfigListCommand(), "--no-format", "SYN"))
        .isEqualTo(
            "io.karavel.tcp.synRetries\t3\t3\t5\t1 to 127 count\tlive\tconfigured\t17\tann\n");
    assertThat(shell.run(new NetConfigDiffCommand(), "--no-format"))
        .isEqualTo("io.karavel.tcp.synRetries\t5\t3\t3\tconfigured\t17\tann\n");
    assertThat(shell.run(new NetConfigHistoryCommand(), "--no-format"))
        .isEqualTo(
            "17\t2026-03-01T11:59:00Z\tann\tshell\tio.karavel.tcp.synRetries\t\t3\tapplied\t\n");
    shell.run(new NetConfigResetCommand(), "tcp");
    shell.run(new NetConfigRollbackCommand(), "-f", "17");
    assertThat(asked).containsExactly("[io.karavel.tcp.synRetries=] 0 shell", "back 17 true");
    assertThat(shell.run(new NetConfigConfirmCommand())).isEqualTo("change 17 is kept\n");
  }
}
