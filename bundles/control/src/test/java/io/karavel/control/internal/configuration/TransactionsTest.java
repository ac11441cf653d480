package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** A change of several keys and PIDs happens as a whole or not at all. */
class TransactionsTest {
  private static final String TCP = "io.karavel.tcp";
  private static final String IP = "io.karavel.ip";
  private static final Configurations.Author ANN = new Configurations.Author("ann", "shell");
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Map<String, Map<String, String>> BEFORE =
      Map.of(TCP, Map.of("synRetries", "4"));
  private static final Map<String, Map<String, String>> AFTER =
      Map.of(TCP, Map.of("synRetries", "3", "retries2", "8"), IP, Map.of("defaultTtl", "70"));

  /** In memory where that is possible: every step is forced to the disk. */
  @TempDir(factory = InMemory.class)
  Path directory;

  static final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.isWritable(MEMORY)
          ? Files.createTempDirectory(MEMORY, "transactions")
          : Files.createTempDirectory("transactions");
    }
  }

  private final MemoryStore store = new MemoryStore();
  private final Set<String> refusing = new HashSet<>();

  /** What somebody stores who had read it before, while the modules are waited for; or null. */
  private Map<String, String> stale;

  /** What another thread does while the modules are waited for. */
  private Runnable whileAwaited = () -> {};

  private int historyLimit = 1000;
  private Duration passed = Duration.ZERO;
  private Transactions transactions;

  TransactionsTest() {
    store.write(TCP, Map.of("synRetries", "4"));
    store.writes = 0;
  }

  /** A start of the appliance. */
  private void start() throws IOException {
    transactions =
        new Transactions(
            store,
            (pid, stored, applies) -> answer(pid),
            new FileDisk(),
            directory,
            () -> historyLimit,
            new ShiftedClock(),
            () -> passed.toNanos());
    transactions.recover();
  }

  private ModuleReports.Answer answer(String pid) {
    whileAwaited.run();
    String problem = refusing.contains(pid) ? pid + " does not like it" : null;
    if (pid.equals(TCP) && stale != null) {
      store.stored.put(TCP, new TreeMap<>(stale));
      stale = null;
      problem = pid + " has not answered";
    }
    return new ModuleReports.Answer(true, pid.equals(TCP) ? 1204 : 0, problem);
  }

  private final class ShiftedClock extends Clock {
    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return NOON.plus(passed);
    }
  }

  private ConfigurationResult set(int confirmSeconds, String... assignments)
      throws ConfigurationException {
    return transactions.change(
        Assignments.parse(List.of(assignments), store.instances()), confirmSeconds, ANN, "");
  }

  private ConfigurationResult setAll(int confirmSeconds) throws ConfigurationException {
    return set(confirmSeconds, "synRetries=3", "tcp.retries2=8", "io.karavel.ip.defaultTtl=70");
  }

  private ConfigurationRecord latest() {
    return transactions.history().all().get(0);
  }

  /** What is stored, without PIDs that have nothing. */
  private Map<String, Map<String, String>> stored() {
    Map<String, Map<String, String>> some = new TreeMap<>(store.stored);
    some.values().removeIf(Map::isEmpty);
    return some;
  }

  @Test
  void whatIsStoredAgainAsItWasMeanwhileIsWrittenOnceMore() throws Exception {
    start();
    stale = Map.of("synRetries", "4");
    assertThat(setAll(0).record().result()).isEqualTo(ConfigurationRecord.APPLIED);
    assertThat(store.read(TCP)).isEqualTo(AFTER.get(TCP));
    assertThat(store.read(IP)).isEqualTo(AFTER.get(IP));
  }

  @Test
  void severalKeysOfSeveralPidsChangeTogetherAndTheHistorySaysWhoAndWhat() throws Exception {
    start();
    ConfigurationResult result = setAll(0);
    assertThat(stored()).isEqualTo(AFTER);
    assertThat(result.connections()).isEqualTo(1204);
    assertThat(latest().user()).isEqualTo("ann");
    assertThat(latest().time()).isEqualTo(NOON);
    assertThat(latest().changes())
        .containsExactly(
            new KeyChange(TCP, "synRetries", "4", "3"),
            new KeyChange(TCP, "retries2", null, "8"),
            new KeyChange(IP, "defaultTtl", null, "70"));
    assertThat(store.settled).containsExactly(TCP, IP);

    start();
    assertThat(latest().changes()).hasSize(3);
  }

  @Test
  void configurationEntriesHoldsForWhatIsRememberedAlready() throws Exception {
    start();
    historyLimit = 20;
    for (int i = 0; i < 30; i++) {
      set(0, "synRetries=" + (5 + i % 2));
    }
    assertThat(transactions.history().all()).hasSize(20);
    historyLimit = 10;
    set(0, "synRetries=9");
    assertThat(transactions.history().all()).hasSize(10);
    assertThat(latest().changes()).containsExactly(new KeyChange(TCP, "synRetries", "6", "9"));
    start();
    historyLimit = 11;
    set(0, "synRetries=8");
    assertThat(transactions.history().all()).hasSize(11);
  }

  @Test
  void oneWrongValueChangesNothingOfAnyPid() throws Exception {
    start();
    assertThatThrownBy(() -> set(0, "tcp.synRetries=3", "ip.defaultTtl=256"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("defaultTtl = '256' is refused: the range is 1 to 255")
        .hasMessageContaining("nothing was changed");
    assertThatThrownBy(() -> set(0, "tcp.rtoMinMillis=3000", "tcp.rtoMaxMillis=2000"))
        .hasMessageContaining("it must not exceed");
    assertThat(stored()).isEqualTo(BEFORE);
    assertThat(store.writes).isZero();
    assertThat(latest().result()).isEqualTo(ConfigurationRecord.REFUSED);
  }

  @Test
  void whatOneModuleDoesNotTakeIsTakenBackFromAll() throws Exception {
    refusing.add(IP);
    start();
    assertThatThrownBy(() -> setAll(0)).hasMessageContaining("io.karavel.ip does not like it");
    assertThat(stored()).isEqualTo(BEFORE);
    assertThat(latest().result()).isEqualTo(ConfigurationRecord.UNDONE);
  }

  @Test
  void aTornLineOfTheHistoryIsLeftOutAndTheNextOneIsWhole() throws Exception {
    start();
    set(0, "synRetries=3");
    Files.writeString(directory.resolve("history.tsv"), "2\t2026-03", StandardOpenOption.APPEND);
    Files.writeString(directory.resolve("journal.new"), "half");
    start();
    assertThat(transactions.history().all()).hasSize(1);
    set(0, "synRetries=2");
    start();
    assertThat(transactions.history().all()).hasSize(2);
  }

  @Test
  void whatIsNotConfirmedGoesBackByItself() throws Exception {
    start();
    setAll(60);
    passed = Duration.ofSeconds(59);
    transactions.lookAtTime();
    assertThat(stored()).isEqualTo(AFTER);
    assertThat(transactions.pending().secondsLeft()).isEqualTo(1);
    passed = Duration.ofSeconds(60);
    transactions.lookAtTime();
    assertThat(stored()).isEqualTo(BEFORE);
    assertThat(transactions.pending()).isNull();
    assertThat(latest().text()).contains("change 1 was not confirmed within 60 s");
  }

  @Test
  void whatIsNotConfirmedGoesBackWhenTheApplianceWasRestartedMeanwhile() throws Exception {
    start();
    setAll(60);
    passed = Duration.ofSeconds(20);
    start();
    transactions.lookAtTime();
    assertThat(stored()).isEqualTo(AFTER);
    passed = Duration.ofSeconds(61);
    transactions.lookAtTime();
    assertThat(stored()).isEqualTo(BEFORE);

    setAll(60);
    passed = Duration.ofHours(3);
    start();
    transactions.lookAtTime();
    assertThat(stored()).isEqualTo(BEFORE);
  }

  @Test
  void whatIsConfirmedStays() throws Exception {
    start();
    setAll(60);
    assertThatThrownBy(() -> set(0, "synRetries=2")).hasMessageContaining("net:config-confirm");
    transactions.confirm(ANN);
    passed = Duration.ofSeconds(100);
    transactions.lookAtTime();
    start();
    assertThat(stored()).isEqualTo(AFTER);
    assertThatThrownBy(() -> transactions.confirm(ANN)).hasMessageContaining("no change waits");
  }

  @Test
  void rollbackGivesTheKeysOfAChangeTheValuesBeforeIt() throws Exception {
    start();
    setAll(0);
    set(0, "tcp.synRetries=2");
    assertThatThrownBy(() -> transactions.rollback(1, false, ANN))
        .hasMessageContaining("io.karavel.tcp.synRetries was changed again after change 1");
    transactions.rollback(2, false, ANN);
    assertThat(stored()).isEqualTo(AFTER);
    transactions.rollback(1, true, ANN);
    assertThat(stored()).isEqualTo(BEFORE);
    assertThatThrownBy(() -> transactions.rollback(77, false, ANN))
        .hasMessageContaining("no change 77");
  }

  @Test
  void rollbackTakesBackWhatWaitsToBeConfirmed() throws Exception {
    start();
    setAll(60);
    transactions.rollback(0, false, ANN);
    assertThat(stored()).isEqualTo(BEFORE);
    assertThat(transactions.pending()).isNull();
  }

  @Test
  void changesByOtherDoorsAreInTheHistoryAndCanBeRolledBack() throws Exception {
    start();
    Configurations.Author file = new Configurations.Author("unknown", "file");
    store.write(TCP, Map.of("synRetries", "6"));
    transactions.noticed(TCP, store.read(TCP), file);
    transactions.noticed(TCP, store.read(TCP), file);
    assertThat(transactions.history().all()).hasSize(1);
    assertThat(latest().changes()).containsExactly(new KeyChange(TCP, "synRetries", "4", "6"));
    assertThat(latest().door()).isEqualTo("file");

    store.write(TCP, Map.of("synRetries", "600"));
    transactions.noticed(TCP, store.read(TCP), file);
    assertThat(latest().result()).isEqualTo(ConfigurationRecord.REFUSED);
    assertThat(latest().text()).contains("synRetries = '600'", "what was in force stays");
    transactions.rollback(0, false, ANN);
    assertThat(stored()).isEqualTo(Map.of(TCP, Map.of("synRetries", "6")));
  }

  @Test
  void whatAFileHadSaidBeforeAChangeDoesNotUndoIt() throws Exception {
    start();
    Map<String, String> before = store.read(TCP);
    set(0, "synRetries=5");
    Map<String, String> after = store.read(TCP);
    store.inFile.put(TCP, after);
    // File Install had read the file before it followed
    store.write(TCP, Map.of("synRetries", "4"));
    List<KeyChange> lost = transactions.lost(TCP, before);
    assertThat(lost).containsExactly(new KeyChange(TCP, "synRetries", "5", "4"));
    transactions.putBack(TCP, lost);
    assertThat(store.read(TCP)).isEqualTo(after);
    assertThat(transactions.history().all()).hasSize(1);
  }

  @Test
  void whatSomebodyWritesIntoAFileIsNoOlderFile() throws Exception {
    start();
    Map<String, String> before = store.read(TCP);
    set(0, "synRetries=5");
    store.inFile.put(TCP, before);
    store.write(TCP, Map.of("synRetries", "4"));
    assertThat(transactions.lost(TCP, before)).isEmpty();
  }

  @Test
  void whatWasChangedAgainMeanwhileIsNotPutBack() throws Exception {
    start();
    Map<String, String> before = store.read(TCP);
    set(0, "synRetries=5");
    store.inFile.put(TCP, store.read(TCP));
    store.write(TCP, Map.of("synRetries", "4"));
    List<KeyChange> lost = transactions.lost(TCP, before);
    set(0, "synRetries=7");
    transactions.putBack(TCP, lost);
    assertThat(store.read(TCP)).containsEntry("synRetries", "7");
  }

  @Test
  void anOlderFileThatIsStoredAtOnceDoesNotUndoTheChange() throws Exception {
    start();
    store.inFile.put(TCP, store.read(TCP));
    store.afterWrite.set(() -> store.stored.get(TCP).put("synRetries", "4"));
    set(0, "synRetries=5");
    assertThat(store.read(TCP)).containsEntry("synRetries", "5");
  }

  @Test
  void anOlderFileIsKnownBeforeTheFileHasFollowedToo() throws Exception {
    start();
    Map<String, String> before = store.read(TCP);
    store.inFile.put(TCP, before);
    List<KeyChange> lost = new ArrayList<>();
    whileAwaited = () -> lost.addAll(transactions.lost(TCP, before));
    set(0, "synRetries=5");
    assertThat(lost).containsExactly(new KeyChange(TCP, "synRetries", "5", "4"));
  }

  @Test
  void whatIsSoAlreadyIsNoChange() throws Exception {
    start();
    assertThat(set(0, "synRetries=4").record().changes()).isEmpty();
    assertThat(transactions.history().all()).isEmpty();
  }
}
