package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import java.io.Serial;
import java.security.Principal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;

/** A changing command that never ran leaves its one record all the same. */
class UnrunCommandsTest {
  /** Called as Gogo's, which is not exported. */
  private static final class CommandNotFoundException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    CommandNotFoundException(String command) {
      super("Command not found: " + command);
    }
  }

  /** Called as Karaf's, which is not on the path of these tests. */
  private record UserPrincipal(String name) implements Principal {
    @Override
    public String getName() {
      return name;
    }
  }

  private final List<AuditRecord> records = new ArrayList<>();
  private final UnrunCommands unrun = new UnrunCommands(Shell.NOON);

  UnrunCommandsTest() {
    unrun.audit = records::add;
  }

  private void executed(String line, Exception how) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("command", line);
    properties.put("exception", how);
    properties.put(
        "subject", new Subject(true, Set.of(new UserPrincipal("alice")), Set.of(), Set.of()));
    unrun.handleEvent(new Event(UnrunCommands.EXECUTED, properties));
  }

  private static CommandException misused(String command, String why) {
    String[] name = command.split(":");
    return new CommandException(
        "\u001b[31mError executing command "
            + name[0]
            + ":\u001b[1m"
            + name[1]
            + "\u001b[22m\u001b[39m: "
            + why
            + "\nTry <command> --help' for more information.",
        why);
  }

  private static AuditRecord record(String command, String arguments, String how, String text) {
    return new AuditRecord(Shell.NOON.instant(), "alice", "main", command, arguments, how, text);
  }

  @Test
  void oneThatIsHiddenFromItsUserWasDenied() {
    executed("echo a; tcp:kill -f 5; echo b", new CommandNotFoundException("tcp:kill"));
    executed("trace --local :80", new CommandNotFoundException("trace"));
    assertThat(records)
        .containsExactly(
            record("tcp:kill", "-f 5", AuditRecord.DENIED, "Command not found: tcp:kill"),
            record("tcp:trace", "--local :80", AuditRecord.DENIED, "Command not found: trace"));
  }

  @Test
  void oneThatWasCalledWithWhatItDoesNotTakeFailed() {
    executed("tcp:kill --bad 5\necho a", misused("tcp:kill", "Undefined option: --bad"));
    executed("tcp:list | tcp:kill", misused("tcp:kill", "Argument ids is required"));
    assertThat(records)
        .containsExactly(
            record("tcp:kill", "--bad 5", AuditRecord.FAILED, "Undefined option: --bad"),
            record("tcp:kill", "", AuditRecord.FAILED, "Argument ids is required"));
  }

  @Test
  void secretsAreMasked() {
    executed(
        "nic:set --password=geheim mem0 secret=geheim",
        misused("nic:set", "Undefined option: --password=geheim"));
    executed("nic:set mem0 mtu=1 token geheim", new SecurityException("token: geheim"));
    assertThat(records).hasSize(2);
    assertThat(records).allSatisfy(r -> assertThat(r.toString()).doesNotContain("geheim"));
    assertThat(records.get(1).outcome()).isEqualTo(AuditRecord.DENIED);
  }

  @Test
  void whatReadsOrRanOrIsNoCommandOfOursIsNoRecordHere() {
    executed("tcp:list --bad", misused("tcp:list", "Undefined option: --bad"));
    executed("tcp:nonsense", new CommandNotFoundException("tcp:nonsense"));
    executed("tcp:kill -f 5", ApplianceCommand.failure("there is no connection 5"));
    executed("tcp:kill -f 5", new IllegalStateException("it ran"));
    executed("tcp:kill -f 5", null);
    executed("bundle:stop 5", new SecurityException("Insufficient credentials."));
    assertThat(records).isEmpty();
  }

  @Test
  void whatItIsAboutIsTheExceptionWhichEachVersionOfTheBundleIsToldOf() {
    List<Object> occasions = new ArrayList<>();
    unrun.audit =
        new Audit() {
          @Override
          public void record(AuditRecord entry) {
            throw new AssertionError("two versions would make two");
          }

          @Override
          public void recordOnce(Object occasion, AuditRecord entry) {
            occasions.add(occasion);
          }
        };
    Exception thrown = misused("tcp:kill", "Argument ids is required");
    executed("tcp:kill", thrown);
    assertThat(occasions).hasSize(1);
    assertThat(occasions.get(0)).isSameAs(thrown);
  }

  @Test
  void aScriptOfTheSessionIsNobodysCommand() {
    unrun.handleEvent(
        new Event(
            UnrunCommands.EXECUTED,
            Map.of(
                "command",
                "tcp:kill",
                "script",
                "x",
                "exception",
                new CommandNotFoundException("tcp:kill"))));
    assertThat(records).isEmpty();
  }
}
