package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.control.internal.configuration.MortalMachine.Dead;
import io.karavel.control.internal.configuration.MortalMachine.Death;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The appliance dies at every step of everything that changes the configuration, by a kill or a
 * power cut, with what was being written there, torn or not there; it dies at every step of the
 * starts after that too. What is stored is whole then, and the history complete.
 */
class KillsTest {
  private static final String TCP = "io.karavel.tcp";
  private static final String IP = "io.karavel.ip";
  private static final Path DIRECTORY = Path.of("data");
  private static final Configurations.Author ANN = new Configurations.Author("ann", "shell");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final int MOST_STEPS = 60;

  /** Keys that do not change are there too, and one that goes. */
  private static final Map<String, Map<String, String>> BEFORE =
      Map.of(
          TCP,
          Map.of("synRetries", "4", "timeWaitSeconds", "30", "finTimeoutSeconds", "20"),
          IP,
          Map.of("routesMaximum", "512"));

  private static final Map<String, Map<String, String>> AFTER =
      Map.of(
          TCP,
          Map.of("synRetries", "3", "retries2", "8", "timeWaitSeconds", "30"),
          IP,
          Map.of("routesMaximum", "512", "defaultTtl", "70"));

  private static final List<KeyChange> CHANGES =
      List.of(
          new KeyChange(TCP, "synRetries", "4", "3"),
          new KeyChange(TCP, "retries2", null, "8"),
          new KeyChange(TCP, "finTimeoutSeconds", "20", null),
          new KeyChange(IP, "defaultTtl", null, "70"));

  private MortalMachine machine;
  private Transactions transactions;
  private Duration passed;
  private int historyLimit;
  private List<ConfigurationRecord> earlier;
  private static int deaths;

  @AfterAll
  static void report() {
    System.out.printf("died %,d times in the middle of a change or of a start%n", deaths);
  }

  /** Something that may be interrupted. */
  private interface Act {
    void run() throws ConfigurationException;
  }

  /** What must be so when the appliance is there again. */
  private interface Judge {
    void judge(boolean wasDone, String how) throws Exception;
  }

  private void start() throws IOException {
    Instant now = NOON.plus(passed);
    transactions =
        new Transactions(
            machine,
            machine,
            machine,
            DIRECTORY,
            () -> historyLimit,
            Clock.fixed(now, ZoneOffset.UTC),
            () -> passed.toNanos());
    transactions.recover();
  }

  private void fresh(Act preparation) throws Exception {
    machine = new MortalMachine();
    passed = Duration.ZERO;
    BEFORE.forEach(machine::write);
    machine.settle(List.of(TCP, IP));
    start();
    transactions.change(List.of(new KeyChange(IP, "pingsMaximum", null, "9")), 0, ANN, "first");
    transactions.change(List.of(new KeyChange(IP, "pingsMaximum", "9", null)), 0, ANN, "second");
    preparation.run();
    earlier = transactions.changes();
    machine.writes = 0;
  }

  private static List<Death> everyWay() {
    List<Death> ways = new ArrayList<>();
    for (int data = 0; data <= MortalMachine.ALL; data++) {
      ways.add(new Death(false, data, 0));
      for (int names = 0; names < 4; names++) {
        ways.add(new Death(true, data, names));
      }
    }
    return ways;
  }

  private void everyDeath(int limit, Act preparation, Act act, Judge judge) throws Exception {
    historyLimit = limit;
    for (Death how : everyWay()) {
      boolean survived = false;
      for (int step = 0; !survived; step++) {
        assertThat(step).as("steps").isLessThan(MOST_STEPS);
        fresh(preparation);
        machine.dieAt(step, how);
        survived = survives(act);
        boolean again = !survived;
        for (int next = 0; again; next++) {
          machine.startAgain();
          machine.dieAt(next, how);
          again = !survives(this::startUnchecked);
        }
        machine.live();
        start(); // one more finds nothing to do
        String name = how + " at step " + step;
        assertThat(machine.read(DIRECTORY.resolve("journal"))).as(name).isNull();
        judge.judge(survived, name);
        theNextChangeIsMade(name);
      }
    }
  }

  private void startUnchecked() {
    try {
      start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private boolean survives(Act act) throws ConfigurationException {
    try {
      act.run();
      return true;
    } catch (Dead e) {
      deaths++;
      return false;
    }
  }

  private void theNextChangeIsMade(String name) throws Exception {
    if (transactions.pending() != null) {
      transactions.confirm(ANN);
    }
    machine.refusing = null;
    transactions.change(List.of(new KeyChange(IP, "pingsMaximum", null, "7")), 0, ANN, "next");
    assertThat(machine.stored().get(IP)).as(name).containsEntry("pingsMaximum", "7");
    assertThat(transactions.changes().get(0).text()).as(name).isEqualTo("next");
    assertThat(transactions.changes().stream().map(ConfigurationRecord::id).distinct())
        .as(name)
        .hasSameSizeAs(transactions.changes());
    List<ConfigurationRecord> all = transactions.changes();
    start();
    assertThat(transactions.changes().subList(0, all.size())).as(name).isEqualTo(all);
  }

  /** What the history has beyond what it had before; that is all there still. */
  private List<ConfigurationRecord> added(String name) {
    List<ConfigurationRecord> all = transactions.changes();
    List<ConfigurationRecord> fresh = all.subList(0, Math.max(0, all.size() - earlier.size()));
    assertThat(all.subList(fresh.size(), all.size())).as(name).isEqualTo(earlier);
    return fresh;
  }

  private static List<String> results(List<ConfigurationRecord> records) {
    return records.stream().map(ConfigurationRecord::result).collect(Collectors.toList());
  }

  private void change(int confirmSeconds) throws ConfigurationException {
    transactions.change(CHANGES, confirmSeconds, ANN, "all of it");
  }

  /** All or nothing, and the history says which. */
  private void allOrNothing(boolean wasDone, String name, String result) {
    assertThat(machine.stored()).as(name).isIn(BEFORE, AFTER);
    boolean applied = machine.stored().equals(AFTER);
    assertThat(applied || !wasDone).as(name).isTrue();
    List<ConfigurationRecord> added = added(name);
    if (applied) {
      assertThat(results(added)).as(name).containsExactly(result);
      assertThat(added.get(0).user()).as(name).isEqualTo("ann");
      assertThat(added.get(0).time()).as(name).isEqualTo(NOON);
      assertThat(added.get(0).changes()).as(name).isEqualTo(CHANGES);
    } else if (machine.writes > 0) {
      assertThat(results(added)).as(name).containsExactly(ConfigurationRecord.UNDONE);
      assertThat(added.get(0).changes()).as(name).isEqualTo(CHANGES);
    } else {
      assertThat(results(added)).as(name).isSubsetOf(ConfigurationRecord.UNDONE);
    }
    boolean waits = applied && result.equals(ConfigurationRecord.TO_CONFIRM);
    assertThat(transactions.pending() != null).as(name).isEqualTo(waits);
  }

  @Test
  void aChangeIsMadeAsAWholeOrNotAtAll() throws Exception {
    everyDeath(
        1000,
        () -> {},
        () -> change(0),
        (done, name) -> allOrNothing(done, name, ConfigurationRecord.APPLIED));
    assertThat(deaths).isGreaterThan(1000);
  }

  @Test
  void soIsOneThatIsToBeConfirmed() throws Exception {
    everyDeath(
        1000,
        () -> {},
        () -> change(60),
        (done, name) -> allOrNothing(done, name, ConfigurationRecord.TO_CONFIRM));
  }

  @Test
  void soIsOneForWhichTheHistoryIsWrittenAnew() throws Exception {
    everyDeath(
        1,
        () -> {},
        () -> change(0),
        (done, name) -> {
          assertThat(machine.stored()).as(name).isIn(BEFORE, AFTER);
          ConfigurationRecord latest = transactions.changes().get(0);
          if (machine.stored().equals(AFTER)) {
            assertThat(latest.changes()).as(name).isEqualTo(CHANGES);
            assertThat(latest.result()).as(name).isEqualTo(ConfigurationRecord.APPLIED);
          } else {
            assertThat(latest).as(name).isIn(earlier.get(0), undone(latest));
          }
        });
  }

  private ConfigurationRecord undone(ConfigurationRecord record) {
    boolean is =
        record.result().equals(ConfigurationRecord.UNDONE) && record.changes().equals(CHANGES);
    return is ? record : earlier.get(0);
  }

  @Test
  void whatAModuleRefusedIsTakenBackByWhoeverComesToIt() throws Exception {
    everyDeath(
        1000,
        () -> machine.refusing = IP,
        () -> {
          try {
            change(0);
            throw new AssertionError("it was taken");
          } catch (ConfigurationException refused) {
            // as it must be
          }
        },
        (done, name) -> {
          assertThat(machine.stored()).as(name).isEqualTo(BEFORE);
          assertThat(results(added(name))).as(name).isSubsetOf(ConfigurationRecord.UNDONE);
        });
  }

  @Test
  void whatIsNotConfirmedGoesBackWhereverThatIsInterrupted() throws Exception {
    everyDeath(
        1000,
        () -> {
          change(60);
          passed = Duration.ofSeconds(60);
        },
        () -> transactions.lookAtTime(),
        (done, name) -> {
          transactions.lookAtTime();
          assertThat(machine.stored()).as(name).isEqualTo(BEFORE);
          assertThat(transactions.pending()).as(name).isNull();
          List<ConfigurationRecord> added = new ArrayList<>(added(name));
          added.removeIf(record -> record.result().equals(ConfigurationRecord.UNDONE));
          assertThat(results(added)).as(name).containsExactly(ConfigurationRecord.APPLIED);
          assertThat(added.get(0).text()).as(name).contains("was not confirmed within 60 s");
        });
  }

  @Test
  void theSessionAndTheApplianceAreKilledAtAnyStepAndNobodyConfirms() throws Exception {
    everyDeath(
        1000,
        () -> {},
        () -> change(60),
        (done, name) -> {
          passed = Duration.ofSeconds(30);
          start();
          transactions.lookAtTime();
          passed = Duration.ofSeconds(91);
          transactions.lookAtTime();
          assertThat(machine.stored()).as(name).isEqualTo(BEFORE);
          assertThat(transactions.pending()).as(name).isNull();
        });
  }

  @Test
  void whatIsConfirmedStaysOrWaitsStill() throws Exception {
    everyDeath(
        1000,
        () -> change(60),
        () -> transactions.confirm(ANN),
        (done, name) -> {
          assertThat(machine.stored()).as(name).isEqualTo(AFTER);
          boolean waits = transactions.pending() != null;
          assertThat(waits && done).as(name).isFalse();
          assertThat(results(added(name)))
              .as(name)
              .isEqualTo(waits ? List.of() : List.of(ConfigurationRecord.CONFIRMED));
        });
  }

  @Test
  void aRollbackIsMadeAsAWholeOrNotAtAll() throws Exception {
    everyDeath(
        1000,
        () -> change(0),
        () -> transactions.rollback(0, false, ANN),
        (done, name) -> {
          assertThat(machine.stored()).as(name).isIn(BEFORE, AFTER);
          assertThat(machine.stored().equals(BEFORE) || !done).as(name).isTrue();
        });
  }

  @Test
  void whatWaitsIsTakenBackAsAWholeOrWaitsStill() throws Exception {
    everyDeath(
        1000,
        () -> change(60),
        () -> transactions.rollback(0, false, ANN),
        (done, name) -> {
          boolean back = machine.stored().equals(BEFORE);
          assertThat(back || machine.stored().equals(AFTER)).as(name).isTrue();
          assertThat(transactions.pending() == null).as(name).isEqualTo(back);
          assertThat(back || !done).as(name).isTrue();
        });
  }
}
