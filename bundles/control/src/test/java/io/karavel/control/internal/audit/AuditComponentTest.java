package io.karavel.control.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ApplianceEvent;
import io.karavel.control.AuditRecord;
import io.karavel.control.EventHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

class AuditComponentTest {
  private final List<Event> posted = new ArrayList<>();
  private final List<String> noted = new ArrayList<>();
  private final AuditComponent audit = new AuditComponent();

  AuditComponentTest() {
    audit.events =
        new EventAdmin() {
          @Override
          public void postEvent(Event event) {
            posted.add(event);
          }

          @Override
          public void sendEvent(Event event) {
            throw new UnsupportedOperationException();
          }
        };
    audit.history =
        new EventHistory() {
          @Override
          public void add(String kind, String subject, String text) {
            noted.add(kind + " " + subject + ": " + text);
          }

          @Override
          public long nextSequence() {
            return 0;
          }

          @Override
          public List<ApplianceEvent> since(long sequence) {
            return List.of();
          }
        };
  }

  @Test
  void aRecordIsOneEventForTheAuditLogAndOneInTheHistory() {
    audit.record(
        new AuditRecord(
            Instant.EPOCH, "alice", "main", "tcp:kill", "-f 5", AuditRecord.FAILED, "not\nthere"));
    assertThat(posted).hasSize(1);
    assertThat(posted.get(0).getTopic()).isEqualTo("io/karavel/audit/COMMAND");
    assertThat(posted.get(0).getProperty("user")).isEqualTo("alice");
    assertThat(posted.get(0).getProperty("outcome")).isEqualTo("failed");
    assertThat(posted.get(0).getProperty("text")).isEqualTo("not there");
    assertThat(noted)
        .containsExactly("command tcp:kill: alice failed tcp:kill -f 5 on stack main: not there");
  }

  @Test
  void ofWhatSeveralTellThereIsOneRecord() {
    AuditRecord entry =
        new AuditRecord(Instant.EPOCH, "alice", "main", "tcp:kill", "", AuditRecord.FAILED, "no");
    Exception first = new Exception("no");
    Exception second = new Exception("no");
    audit.recordOnce(first, entry);
    audit.recordOnce(first, entry);
    assertThat(posted).hasSize(1);
    audit.recordOnce(second, entry);
    assertThat(posted).hasSize(2);
  }

  private void executed(String line, Exception how) {
    Map<String, Object> properties = new HashMap<>(Map.of("command", line));
    if (how != null) {
      properties.put("exception", how);
    }
    audit.handleEvent(new Event("org/apache/karaf/shell/console/EXECUTED", properties));
  }

  @Test
  void ourOwnCommandsAndWhatIsNoCommandAreNotRecordedHere() {
    executed("tcp:kill -f 5", null);
    executed("tcp:kill -f 5", new IllegalStateException("failed"));
    executed("nic:set mem0 mtu=1400", new SecurityException("Insufficient credentials."));
    executed("\n// a comment\nss = { tcp:list } ; ", null);
    executed("echo there", null);
    assertThat(posted).isEmpty();
  }

  @Test
  void whatKarafRefusesItsUserIsARecordOfItsOwnKind() {
    executed("bundle:stop 7", new SecurityException("Insufficient credentials."));
    assertThat(posted).hasSize(1);
    assertThat(posted.get(0).getProperty("outcome")).isEqualTo(AuditRecord.DENIED);
  }

  @Test
  void noSecretIsInTheRecordHoweverItIsTyped() {
    executed("config:edit x ; config:property-set proxyPassword geheim-1 ; config:update", null);
    executed("config:property-set -p x sharedSecret 'geheim 2'", null);
    executed("ssh:ssh --password geheim-3 -l alice host", null);
    executed("jaas:user-add alice geheim-4", null);
    executed("bundle:install x", new IllegalStateException("no token=geheim-5 here"));
    assertThat(posted).hasSize(5);
    assertThat(posted)
        .allSatisfy(
            event ->
                assertThat(event.getProperty("arguments") + " " + event.getProperty("text"))
                    .doesNotContain("geheim"));
    assertThat(posted.get(0).getProperty("arguments"))
        .isEqualTo("x ; config:property-set proxyPassword *** ; config:update");
    assertThat(posted.get(3).getProperty("arguments")).isEqualTo("alice ***");
  }

  @Test
  void aLineOfKarafsOwnCommandsIsARecordWithItsSecretsMasked() {
    executed("config:property-set -p x adminPassword = geheim\necho done-1-2", null);
    assertThat(posted).hasSize(1);
    assertThat(posted.get(0).getProperty("command")).isEqualTo("config:property-set");
    assertThat(posted.get(0).getProperty("arguments")).isEqualTo("-p x adminPassword = ***");
    assertThat(posted.get(0).getProperty("outcome")).isEqualTo(AuditRecord.DONE);
    executed("bundle:update 7", new IllegalStateException("no such bundle"));
    assertThat(posted.get(1).getProperty("outcome")).isEqualTo(AuditRecord.FAILED);
    audit.handleEvent(
        new Event(
            "org/apache/karaf/shell/console/EXECUTED",
            Map.of("command", "config:list", "script", "init")));
    assertThat(posted).hasSize(2);
  }

  @Test
  void aRecordIsShortEnoughForTheAuditLog() {
    executed("bundle:install " + "x".repeat(20_000), null);
    assertThat((String) posted.get(0).getProperty("arguments")).hasSize(1001);
  }

  @Test
  void withoutEventAdminTheRecordIsKeptNevertheless() {
    AuditComponent alone = new AuditComponent();
    alone.record(new AuditRecord(Instant.EPOCH, "a", "main", "nic:set", "", AuditRecord.DONE, ""));
    assertThat(posted).isEmpty();
  }
}
