package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes of the configuration, one after the other. The order is what makes each happen as a
 * whole or not at all, wherever the appliance may die:
 *
 * <pre>
 *   check all ─► journal "prepared" ─► write each PID ─► all modules took it ─► journal "committed"
 *   ─► (confirmation file) ─► history ─► files follow ─► journal away
 * </pre>
 *
 * A journal that is found "prepared" is undone, one found "committed" is done again. Public for
 * tests. Any thread.
 */
public final class Transactions {
  /** Told of every step; a test dies there. */
  @FunctionalInterface
  public interface Steps {
    /** The step that is about to be made. */
    void before(String step);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  private static final String PREPARED = "prepared";
  private static final String COMMITTED = "committed";
  private static final Configurations.Author SELF = new Configurations.Author("karavel", "control");

  private final ConfigurationStore store;
  private final ModuleReports modules;
  private final Journal journal;
  private final Journal confirmation;
  private final ChangeHistory history;
  private final IntSupplier historyLimit;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Steps steps;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Map<String, String>> known = new TreeMap<>();
  private volatile Thread writer;
  private Entry pending;
  private long pendingDeadlineNanos;

  /**
   * Keeps its files in a directory.
   *
   * @param historyLimit how many changes are remembered
   */
  public Transactions(
      ConfigurationStore store,
      ModuleReports modules,
      Path directory,
      IntSupplier historyLimit,
      Clock clock,
      LongSupplier nanoTime,
      Steps steps) {
    this.store = store;
    this.modules = modules;
    this.historyLimit = historyLimit;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.steps = steps;
    journal = new Journal(directory.resolve("journal"));
    confirmation = new Journal(directory.resolve("to-confirm"));
    history = new ChangeHistory(directory.resolve("history.tsv"));
  }

  /** Ends what was interrupted, takes up what waits to be confirmed, learns what is stored. */
  public void recover() throws IOException {
    lock.lock();
    try {
      endInterrupted();
      pending = confirmation.read();
      if (pending != null) {
        history.reserve(pending.record().id());
        long left = Duration.between(clock.instant(), pending.deadline()).toNanos();
        long most = pending.confirmSeconds() * 1_000_000_000L;
        pendingDeadlineNanos = nanoTime.getAsLong() + Math.max(0, Math.min(left, most));
      }
      for (String pid : KnownPids.singletons()) {
        learn(pid);
      }
      for (String pid : store.instances()) {
        learn(pid);
      }
    } finally {
      lock.unlock();
    }
  }

  private void endInterrupted() throws IOException {
    Entry interrupted = journal.read();
    if (interrupted != null) {
      history.reserve(interrupted.record().id());
      if (interrupted.record().result().equals(COMMITTED)) {
        redo(interrupted);
      } else {
        undo(interrupted, "it was interrupted in the middle");
      }
    }
  }

  private void learn(String pid) throws IOException {
    Map<String, String> stored = store.read(pid);
    synchronized (known) {
      if (stored == null || stored.isEmpty()) {
        known.remove(pid);
      } else {
        known.put(pid, stored);
      }
    }
  }

  /** Changes so far. */
  ChangeHistory history() {
    return history;
  }

  /** Changes so far, latest first. */
  public List<ConfigurationRecord> changes() {
    return history.all();
  }

  /** What waits to be confirmed, or null. */
  Configurations.Pending pending() {
    lock.lock();
    try {
      return pending == null
          ? null
          : new Configurations.Pending(
              pending.record().id(), pending.record().changes(), secondsLeft());
    } finally {
      lock.unlock();
    }
  }

  private int secondsLeft() {
    long nanos = pendingDeadlineNanos - nanoTime.getAsLong();
    return (int) Math.max(0, (nanos + 999_999_999L) / 1_000_000_000L);
  }

  /**
   * Checks changes as a whole.
   *
   * @return those that change anything
   */
  public List<KeyChange> check(List<KeyChange> wanted) throws ConfigurationException {
    try {
      Map<String, Map<String, String>> after = new LinkedHashMap<>();
      List<KeyChange> changes = new ArrayList<>();
      for (KeyChange change : wanted) {
        Map<String, String> stored = after.get(change.pid());
        if (stored == null) {
          stored = store.read(change.pid());
          if (stored == null) {
            throw new ConfigurationException(
                "there is no " + change.pid() + "; net:config-list shows what there is");
          }
          stored = new TreeMap<>(stored);
          after.put(change.pid(), stored);
        }
        String before = stored.get(change.key());
        if (!java.util.Objects.equals(before, change.after())) {
          changes.add(new KeyChange(change.pid(), change.key(), before, change.after()));
        }
        put(stored, change.key(), change.after());
      }
      List<String> problems = new ArrayList<>();
      after.forEach(
          (pid, values) -> {
            try {
              KnownPids.parse(pid, values);
            } catch (SettingsException e) {
              problems.add(e.getMessage());
            }
          });
      if (!problems.isEmpty()) {
        throw new ConfigurationException(String.join("; ", problems) + "; nothing was changed");
      }
      return changes;
    } catch (IOException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  private static void put(Map<String, String> values, String key, String value) {
    if (value == null) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  /**
   * Makes a change.
   *
   * @param confirmSeconds time after which it goes back unless confirmed; 0 is never
   * @param text what it is about; may be empty
   */
  public ConfigurationResult change(
      List<KeyChange> wanted, int confirmSeconds, Configurations.Author author, String text)
      throws ConfigurationException {
    lock.lock();
    try {
      if (pending != null) {
        throw new ConfigurationException(
            "change "
                + pending.record().id()
                + " waits to be confirmed for "
                + secondsLeft()
                + " s; keep it with 'net:config-confirm', or take it back with"
                + " 'net:config-rollback', then change more");
      }
      List<KeyChange> changes;
      try {
        changes = check(wanted);
      } catch (ConfigurationException e) {
        note(author, wanted, ConfigurationRecord.REFUSED, e.getMessage());
        throw e;
      }
      return make(changes, confirmSeconds, author, text, true);
    } finally {
      lock.unlock();
    }
  }

  private ConfigurationResult make(
      List<KeyChange> changes,
      int confirmSeconds,
      Configurations.Author author,
      String text,
      boolean refusable)
      throws ConfigurationException {
    Instant now = clock.instant();
    ConfigurationRecord record =
        new ConfigurationRecord(
            changes.isEmpty() ? 0 : history.nextId(),
            now,
            author.user(),
            author.door(),
            changes,
            confirmSeconds > 0 ? ConfigurationRecord.TO_CONFIRM : ConfigurationRecord.APPLIED,
            text);
    if (changes.isEmpty()) {
      return new ConfigurationResult(record, List.of(), 0, 0);
    }
    Instant deadline = confirmSeconds > 0 ? now.plusSeconds(confirmSeconds) : Instant.EPOCH;
    Entry entry = new Entry(record, confirmSeconds, deadline);
    try {
      endInterrupted();
      step("journal prepared");
      journal.write(entry.with(PREPARED, text));
      long begin = nanoTime.getAsLong();
      List<ConfigurationResult.Taken> taken = new ArrayList<>();
      String problem = writeAndAwait(changes, taken);
      long nanos = nanoTime.getAsLong() - begin;
      if (problem != null && refusable) {
        undo(entry, problem);
        throw new ConfigurationException(problem + "; everything is as it was");
      }
      step("journal committed");
      journal.write(entry.with(COMMITTED, text));
      finish(entry);
      return new ConfigurationResult(record, taken, nanos, confirmSeconds);
    } catch (IOException | UncheckedIOException e) {
      LOG.error("A change of the configuration failed", e);
      throw new ConfigurationException(
          "the change could not be written (" + e + "); " + takenBack());
    }
  }

  private String takenBack() {
    try {
      endInterrupted();
      return "it is ended as the journal says; see net:config-history";
    } catch (IOException | UncheckedIOException again) {
      return "what was written of it is taken back before the next change or start";
    }
  }

  /** Writes all, then waits for all; says what is wrong, or null. */
  private String writeAndAwait(List<KeyChange> changes, List<ConfigurationResult.Taken> taken)
      throws IOException {
    Map<String, Map<String, String>> byPid = byPid(changes);
    writeAll(byPid);
    String problem = null;
    for (String pid : byPid.keySet()) {
      step("await " + pid);
      Setting.Applies applies =
          byPid.get(pid).keySet().stream()
                  .anyMatch(
                      key -> KnownPids.schema(pid).setting(key).applies() == Setting.Applies.LIVE)
              ? Setting.Applies.LIVE
              : Setting.Applies.NEW;
      ModuleReports.Answer answer = modules.await(pid, store.read(pid), applies);
      taken.add(new ConfigurationResult.Taken(pid, answer.running(), answer.connections()));
      if (answer.problem() != null && problem == null) {
        problem = answer.problem();
      }
    }
    return problem;
  }

  private static Map<String, Map<String, String>> byPid(List<KeyChange> changes) {
    Map<String, Map<String, String>> byPid = new LinkedHashMap<>();
    for (KeyChange change : changes) {
      byPid
          .computeIfAbsent(change.pid(), pid -> new LinkedHashMap<>())
          .put(change.key(), change.after());
    }
    return byPid;
  }

  private void writeAll(Map<String, Map<String, String>> byPid) throws IOException {
    writer = Thread.currentThread();
    try {
      for (Map.Entry<String, Map<String, String>> pid : byPid.entrySet()) {
        step("write " + pid.getKey());
        store.write(pid.getKey(), pid.getValue());
        learn(pid.getKey());
      }
    } finally {
      writer = null;
    }
  }

  /** What follows once the change is committed; all of it may be done twice. */
  private void finish(Entry entry) throws IOException {
    if (entry.confirmSeconds() > 0) {
      step("confirmation");
      confirmation.write(entry);
      pending = entry;
      pendingDeadlineNanos = nanoTime.getAsLong() + entry.confirmSeconds() * 1_000_000_000L;
    }
    step("history");
    if (!history.contains(entry.record().id())) {
      history.add(entry.record(), historyLimit.getAsInt());
    }
    step("settle");
    store.settle(List.copyOf(byPid(entry.record().changes()).keySet()));
    step("journal away");
    journal.delete();
  }

  private void redo(Entry committed) throws IOException {
    LOG.warn(
        "Change {} of the configuration was interrupted and is completed", committed.record().id());
    writeAll(byPid(committed.record().changes()));
    ConfigurationRecord record = committed.record();
    finish(
        committed.with(
            committed.confirmSeconds() > 0
                ? ConfigurationRecord.TO_CONFIRM
                : ConfigurationRecord.APPLIED,
            record.text()));
  }

  private void undo(Entry prepared, String why) throws IOException {
    LOG.warn("Change {} of the configuration is taken back: {}", prepared.record().id(), why);
    Map<String, Map<String, String>> back =
        byPid(prepared.record().changes().stream().map(KeyChange::reversed).toList());
    back.keySet().removeIf(this::isGone);
    writeAll(back);
    for (String pid : back.keySet()) {
      modules.await(pid, store.read(pid), Setting.Applies.NEW);
    }
    step("settle");
    store.settle(List.copyOf(back.keySet()));
    step("history");
    if (!history.contains(prepared.record().id())) {
      history.add(prepared.with(ConfigurationRecord.UNDONE, why).record(), historyLimit.getAsInt());
    }
    step("journal away");
    journal.delete();
  }

  private boolean isGone(String pid) {
    try {
      return store.read(pid) == null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void step(String name) {
    steps.before(name);
  }

  private void note(
      Configurations.Author author, List<KeyChange> changes, String result, String text) {
    history.add(
        new ConfigurationRecord(
            history.nextId(), clock.instant(), author.user(), author.door(), changes, result, text),
        historyLimit.getAsInt());
  }

  // ---- the way back ----

  /** The changes that {@link #rollback} would make. */
  List<KeyChange> wayBack(long id, boolean force) throws ConfigurationException {
    ConfigurationRecord target = null;
    List<KeyChange> later = new ArrayList<>();
    for (ConfigurationRecord record : history.all()) {
      if (!ChangeHistory.isStored(record)) {
        continue;
      }
      if (record.id() == id || id == 0) {
        target = record;
        break;
      }
      later.addAll(record.changes());
    }
    if (target == null) {
      throw new ConfigurationException(
          id == 0
              ? "there is no change to go back before; see net:config-history"
              : "there is no change " + id + " that is in force; see net:config-history");
    }
    List<KeyChange> back = new ArrayList<>();
    for (KeyChange change : target.changes()) {
      if (!force && later.stream().anyMatch(l -> l.isOf(change.pid(), change.key()))) {
        throw new ConfigurationException(
            change.pid()
                + "."
                + change.key()
                + " was changed again after change "
                + target.id()
                + "; roll the later changes back first, or say -f");
      }
      back.add(change.reversed());
    }
    return back;
  }

  /** Gives the keys of a change the values before it; 0 is the last. */
  ConfigurationResult rollback(long id, boolean force, Configurations.Author author)
      throws ConfigurationException {
    lock.lock();
    try {
      if (pending != null && (id == 0 || id == pending.record().id())) {
        return revert(author, "change " + pending.record().id() + " taken back");
      }
      List<KeyChange> back = wayBack(id, force);
      return change(back, 0, author, "back before change " + (id == 0 ? "the last" : id));
    } finally {
      lock.unlock();
    }
  }

  /** Keeps what waits to be confirmed. */
  ConfigurationRecord confirm(Configurations.Author author) throws ConfigurationException {
    lock.lock();
    try {
      if (pending == null) {
        throw new ConfigurationException("no change waits to be confirmed");
      }
      confirmation.delete();
      long id = pending.record().id();
      pending = null;
      note(author, List.of(), ConfigurationRecord.CONFIRMED, "change " + id);
      return history.all().get(0);
    } catch (IOException e) {
      throw new ConfigurationException("the confirmation could not be written: " + e);
    } finally {
      lock.unlock();
    }
  }

  /** Takes back what was not confirmed in its time; to be called every second. */
  public void lookAtTime() {
    lock.lock();
    try {
      if (pending != null && nanoTime.getAsLong() - pendingDeadlineNanos >= 0) {
        Entry late = pending;
        revert(
            SELF,
            "change "
                + late.record().id()
                + " was not confirmed within "
                + late.confirmSeconds()
                + " s");
        LOG.warn("Change {} was not confirmed and was taken back", late.record().id());
      }
    } catch (ConfigurationException e) {
      LOG.error("What was not confirmed cannot be taken back yet: {}", e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /** It goes back even if something else is wrong with the PID by now. */
  private ConfigurationResult revert(Configurations.Author author, String text)
      throws ConfigurationException {
    try {
      List<KeyChange> back = new ArrayList<>();
      for (KeyChange change : pending.record().changes()) {
        Map<String, String> stored = store.read(change.pid());
        if (stored != null) {
          String now = stored.get(change.key());
          if (!java.util.Objects.equals(now, change.before())) {
            back.add(new KeyChange(change.pid(), change.key(), now, change.before()));
          }
        }
      }
      ConfigurationResult result = make(back, 0, author, text, false);
      step("confirmation away");
      confirmation.delete();
      pending = null;
      return result;
    } catch (IOException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  // ---- other doors ----

  /**
   * A configuration was changed by somebody else.
   *
   * @param stored what is stored now; empty if it was deleted
   */
  void noticed(String pid, Map<String, String> stored, Configurations.Author author) {
    if (Thread.currentThread() == writer) {
      return;
    }
    List<KeyChange> changes = new ArrayList<>();
    synchronized (known) {
      Map<String, String> before = known.getOrDefault(pid, Map.of());
      Map<String, String> keys = new TreeMap<>(before);
      keys.putAll(stored);
      for (String key : keys.keySet()) {
        if (!java.util.Objects.equals(before.get(key), stored.get(key))) {
          changes.add(new KeyChange(pid, key, before.get(key), stored.get(key)));
        }
      }
      if (changes.isEmpty()) {
        return;
      }
      known.put(pid, stored);
    }
    try {
      if (!stored.isEmpty()) {
        KnownPids.parse(pid, stored);
      }
      note(author, changes, ConfigurationRecord.APPLIED, "");
    } catch (SettingsException e) {
      note(
          author,
          changes,
          ConfigurationRecord.REFUSED,
          e.getMessage() + "; stored, but what was in force stays");
    }
  }
}
