package io.karavel.itests;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Changes by ssh that take more than a line of the catalogue of {@link ManagementIT}, each with
 * exactly one record: modules swapped, configuration confirmed, the appliance started anew. And
 * what the console does for the one who types.
 */
public class ManagementChangesIT {
  private static final int HISTORY_LINES = 1000;

  private static ManagedAppliance appliance;

  @BeforeClass
  public static void startTheAppliance() throws Exception {
    appliance = new ManagedAppliance("management-changes");
  }

  @AfterClass
  public static void stopTheAppliance() {
    if (appliance != null) {
      appliance.stop();
    }
  }

  private static void succeeds(String line) {
    Ssh.Answer answer = appliance.admin().execute(line);
    assertTrue(line + " " + answer, answer.succeeded);
  }

  @Test
  public void aModuleThatIsSwappedAndSwappedBackLeavesARecordEachEvenTheOneOfTheCommands()
      throws Exception {
    ModuleJars jars = new ModuleJars();
    for (String module : List.of("tcp", "shell")) {
      AuditRecords expected = new AuditRecords(appliance);
      Path jar = jars.version(Modules.built(module), "0.1.7");
      succeeds("net:module-swap --watch 0s " + module + " " + jar.toUri());
      expected.add("net:module-swap", "done");
      awaitCommands();
      assertTrue(appliance.admin().execute("net:module-list").output.contains("0.1.7"));
      succeeds("net:module-rollback " + module);
      expected.add("net:module-rollback", "done");
      awaitCommands();
      expected.assertAll();
    }
  }

  private static void awaitCommands() throws Exception {
    Poll.until(
        "the commands are there",
        () -> appliance.admin().execute("net:module-list"),
        answer -> answer.succeeded);
  }

  @Test
  public void aChangeThatIsConfirmedAndOneThatIsTakenBackLeaveARecordForEachCommand()
      throws Exception {
    AuditRecords expected = new AuditRecords(appliance);
    succeeds("net:config-set --confirm 60s ip.defaultTtl=66");
    succeeds("net:config-confirm");
    succeeds("net:config-set ip.defaultTtl=67");
    succeeds("net:config-rollback --force");
    String ttl = appliance.admin().execute("net:config-get --no-format ip.defaultTtl").output;
    assertTrue(ttl, ttl.contains("\t66\t"));
    succeeds("net:config-reset ip.defaultTtl");
    expected.add("net:config-set", "done");
    expected.add("net:config-confirm", "done");
    expected.add("net:config-set", "done");
    expected.add("net:config-rollback", "done");
    expected.add("net:config-reset", "done");
    expected.assertAll();
  }

  @Test
  public void aRestartLeavesOneRecordThoughItEndsWhatWritesThem() throws Exception {
    AuditRecords expected = new AuditRecords(appliance);
    long beginNanos = System.nanoTime();
    appliance.admin().execute("net:restart --keep --force");
    expected.add("net:restart", "done");
    Poll.within(
        500,
        "the appliance has started anew",
        ManagementChangesIT::uptimeSeconds,
        uptime -> uptime < (System.nanoTime() - beginNanos) / 1_000_000_000);
    expected.assertAll();
  }

  private static long uptimeSeconds() {
    return appliance
        .admin()
        .execute("net:status --sample 0 --no-format")
        .output
        .lines()
        .filter(line -> line.startsWith("uptimeSeconds\t"))
        .mapToLong(line -> Long.parseLong(line.split("\t")[1]))
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  @Test
  public void whatIsTypedIsCompletedByTheTabulator() throws Exception {
    Map<String, String> typed =
        Map.of(
            "net:config-get --no-format ip.defaultT\t", "ip.defaultTtl\t",
            "ip:address-list --no-format -i mai\t", "main0\t",
            "tcp:list --no-format --stack mai\t --state LIST\t", "LISTEN\t",
            "nic:sho\t mem\t", "queueFrames");
    try (Ssh.Terminal terminal = appliance.admin().terminal()) {
      for (Map.Entry<String, String> line : typed.entrySet()) {
        Ssh.Answer answer = terminal.run(line.getKey());
        assertTrue(line.getKey() + " " + answer, answer.succeeded);
        assertTrue(line.getKey() + " " + answer, answer.output.contains(line.getValue()));
      }
    }
  }

  @Test
  public void theHistoryOfTheConsoleStaysWithinItsBoundAndKeepsTheNewest() throws Exception {
    Path history = appliance.directory.resolve("data/console.history");
    StringBuilder old = new StringBuilder();
    for (int i = 0; i < 20 * HISTORY_LINES; i++) {
      old.append(1_600_000_000_000L + i).append(":net:status --sample ").append(i).append('\n');
    }
    Files.writeString(history, old);
    try (Ssh.Terminal terminal = appliance.admin().terminal()) {
      assertTrue(terminal.run("net:status --sample 1 --no-format").succeeded);
    }
    Poll.until(
        "the history is cut",
        () -> Files.readAllLines(history),
        lines ->
            lines.size() <= HISTORY_LINES + HISTORY_LINES / 4
                && lines.stream().anyMatch(l -> l.contains("--sample 1 --no-format")));
    assertFalse(Files.readString(history).contains("--sample 0\n"));
  }
}
