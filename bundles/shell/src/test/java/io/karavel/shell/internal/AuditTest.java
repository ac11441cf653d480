package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.AuditRecord;
import io.karavel.control.Masking;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTest {
  private final Shell shell = new Shell();
  private final List<AuditRecord> records = shell.audited;

  @Test
  void aChangeLeavesOneRecordWithWhatWasTyped() throws Exception {
    shell.run(new IpAddressRemoveCommand(), "-f", "main0", "10.77.0.2/24");
    assertThat(records)
        .containsExactly(
            new AuditRecord(
                Shell.NOON.instant(),
                "console",
                "main",
                "ip:address-remove",
                "-f main0 10.77.0.2/24",
                AuditRecord.DONE,
                ""));
    assertThat(records.get(0))
        .hasToString("console done ip:address-remove -f main0 10.77.0.2/24 on stack main");
  }

  @Test
  void aFailureLeavesOneRecordToo() {
    String said = shell.failure(new IpAddressAddCommand(), "other", "10.77.0.2/24");
    assertThat(records).hasSize(1);
    assertThat(records.get(0).outcome()).isEqualTo(AuditRecord.FAILED);
    assertThat(records.get(0).text()).isEqualTo(said);
  }

  @Test
  void anAnswerOfNoIsARecordOfAFailure() {
    shell.terminal = true;
    shell.answer = "n";
    assertThat(shell.failure(new IpAddressRemoveCommand(), "main0", "10.77.0.2/24"))
        .isEqualTo("nothing was done");
    assertThat(records).hasSize(1);
    assertThat(records.get(0).text()).isEqualTo("nothing was done");
  }

  @Test
  void readingAndTryingLeaveNone() throws Exception {
    shell.run(new TcpListCommand());
    shell.run(new IpAddressRemoveCommand(), "--dry-run", "main0", "10.77.0.2/24");
    assertThat(records).isEmpty();
  }

  @Test
  void secretsAreMasked() {
    assertThat(Masking.text("password=geheim port=1 ssl.keyPassword: \"a b\" token = x"))
        .isEqualTo("password=*** port=1 ssl.keyPassword: *** token = ***");
    assertThat(Masking.text("\"secret\" : \"x\", \"port\" : 1"))
        .isEqualTo("\"secret\" : ***, \"port\" : 1");
    assertThat(Masking.value("adminPassword", "x")).isEqualTo(Masking.MASK);
    assertThat(Masking.value("port", 7)).isEqualTo(7);
    assertThat(shell.failure(new TcpKillCommand(), "-f", "secret=geheim"))
        .startsWith("'secret=***");
    records.clear();
    shell.failure(new NicSetCommand(), "mem0", "password=geheim");
    assertThat(records.get(0).arguments()).isEqualTo("mem0 password=***");
  }
}
