package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.KeyChange;
import io.karavel.engine.Setting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a change as a whole or not at all. A journal that is found "prepared" is undone, one found
 * "committed" is done again; it names the keys that stay as they are too, so that those are there
 * again which a file lost that was torn. Its users hold the lock of {@link Transactions}.
 */
final class Writes {
  private static final Logger LOG = LoggerFactory.getLogger(Writes.class);
  private static final String PREPARED = "prepared";
  private static final String COMMITTED = "committed";
  private static final int OVERWRITTEN = 3;

  private final ConfigurationStore store;
  private final ModuleReports modules;
  private final Journal journal;
  private final Confirmation confirmation;
  private final ChangeHistory history;
  private final IntSupplier historyLimit;
  private final KnownValues known;
  private final StaleFiles files;
  private volatile Thread writer;

  Writes(
      ConfigurationStore store,
      ModuleReports modules,
      Journal journal,
      Confirmation confirmation,
      ChangeHistory history,
      IntSupplier historyLimit,
      KnownValues known,
      StaleFiles files) {
    this.store = store;
    this.modules = modules;
    this.journal = journal;
    this.confirmation = confirmation;
    this.history = history;
    this.historyLimit = historyLimit;
    this.known = known;
    this.files = files;
  }

  /** Whether what this thread stores is ours. */
  boolean isOurs() {
    return Thread.currentThread() == writer;
  }

  /**
   * Writes what the journal can bring to an end.
   *
   * @param taken filled with how each PID was taken
   * @return what a module has against it; null if nothing
   */
  String prepare(Entry entry, List<ConfigurationResult.Taken> taken) throws IOException {
    endInterrupted(false);
    journal.write(withTheOthers(entry).with(PREPARED, entry.record().text()));
    Map<String, Map<String, String>> byPid = byPid(entry.record().changes());
    writeAll(byPid);
    String problem = null;
    for (Map.Entry<String, Map<String, String>> each : byPid.entrySet()) {
      String pid = each.getKey();
      Map<String, String> written = written(pid, each.getValue());
      ModuleReports.Answer answer = modules.await(pid, written, applies(pid, each.getValue()));
      if (answer.problem() != null && !Objects.equals(written, store.read(pid))) {
        // File Install had read the file before it was told, and stored what had been in it
        writeAll(Map.of(pid, each.getValue()));
        answer = modules.await(pid, store.read(pid), applies(pid, each.getValue()));
      }
      taken.add(new ConfigurationResult.Taken(pid, answer.running(), answer.connections()));
      if (answer.problem() != null && problem == null) {
        problem = answer.problem();
      }
    }
    return problem;
  }

  /** What is stored once it has what was written, which File Install may have overwritten. */
  private Map<String, String> written(String pid, Map<String, String> changes) throws IOException {
    Map<String, String> stored = store.read(pid);
    for (int again = 0; again < OVERWRITTEN && !has(stored, changes); again++) {
      writeAll(Map.of(pid, changes));
      stored = store.read(pid);
    }
    return stored;
  }

  private static boolean has(Map<String, String> stored, Map<String, String> changes) {
    return stored == null
        || changes.entrySet().stream()
            .allMatch(key -> Objects.equals(stored.get(key.getKey()), key.getValue()));
  }

  /** What was prepared stays. */
  void commit(Entry entry) throws IOException {
    journal.write(withTheOthers(entry).with(COMMITTED, entry.record().text()));
    finish(entry);
  }

  /** What was prepared goes. */
  void undo(Entry entry, String why) throws IOException {
    undo(entry, why, false);
  }

  /**
   * Ends what the journal says was begun.
   *
   * @param torn whether files may have lost keys that stay as they are
   */
  void endInterrupted(boolean torn) throws IOException {
    Entry interrupted = journal.read();
    if (interrupted != null) {
      history.reserve(interrupted.record().id());
      if (interrupted.record().result().equals(COMMITTED)) {
        redo(interrupted, torn);
      } else {
        undo(interrupted, "it was interrupted in the middle", torn);
      }
    }
  }

  private void redo(Entry committed, boolean torn) throws IOException {
    LOG.warn(
        "Change {} of the configuration was interrupted and is completed", committed.record().id());
    writeAll(toWrite(committed.record().changes(), torn));
    finish(
        committed.with(
            committed.confirmSeconds() > 0
                ? ConfigurationRecord.TO_CONFIRM
                : ConfigurationRecord.APPLIED,
            committed.record().text()));
  }

  private void undo(Entry prepared, String why, boolean torn) throws IOException {
    LOG.warn("Change {} of the configuration is taken back: {}", prepared.record().id(), why);
    Map<String, Map<String, String>> back =
        toWrite(prepared.record().changes().stream().map(KeyChange::reversed).toList(), torn);
    writeAll(back);
    for (String pid : back.keySet()) {
      modules.await(pid, store.read(pid), Setting.Applies.NEW);
    }
    settle(back.keySet());
    remember(prepared.with(ConfigurationRecord.UNDONE, why));
    journal.delete();
  }

  /** What follows once the change is committed; all of it may be done twice. */
  private void finish(Entry committed) throws IOException {
    Entry entry = committed.with(onlyChanged(committed.record().changes()));
    if (entry.confirmSeconds() > 0) {
      confirmation.begin(entry);
    }
    remember(entry);
    settle(byPid(entry.record().changes()).keySet());
    journal.delete();
  }

  private void remember(Entry entry) {
    if (!history.contains(entry.record().id())) {
      history.add(
          entry.with(onlyChanged(entry.record().changes())).record(), historyLimit.getAsInt());
    }
  }

  // ---- keys ----

  private static Setting.Applies applies(String pid, Map<String, String> keys) {
    return keys.keySet().stream()
            .anyMatch(key -> KnownPids.schema(pid).setting(key).applies() == Setting.Applies.LIVE)
        ? Setting.Applies.LIVE
        : Setting.Applies.NEW;
  }

  /** The same with the keys of its PIDs that stay as they are behind those that change. */
  private Entry withTheOthers(Entry entry) throws IOException {
    List<KeyChange> all = new ArrayList<>(entry.record().changes());
    Map<String, Map<String, String>> byPid = byPid(all);
    for (Map.Entry<String, Map<String, String>> each : byPid.entrySet()) {
      Map<String, String> stored = store.read(each.getKey());
      if (stored != null) {
        stored.forEach(
            (key, value) -> {
              if (!each.getValue().containsKey(key)) {
                all.add(new KeyChange(each.getKey(), key, value, value));
              }
            });
      }
    }
    return entry.with(all);
  }

  private static List<KeyChange> onlyChanged(List<KeyChange> changes) {
    return changes.stream().filter(c -> !Objects.equals(c.before(), c.after())).toList();
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

  /** What is left to write of a journal: nothing of an instance that is gone. */
  private Map<String, Map<String, String>> toWrite(List<KeyChange> changes, boolean torn)
      throws IOException {
    Map<String, Map<String, String>> byPid = byPid(onlyChanged(changes));
    for (String pid : List.copyOf(byPid.keySet())) {
      Map<String, String> stored = store.read(pid);
      if (stored == null) {
        LOG.warn("There is no {} any more", pid);
        byPid.remove(pid);
        continue;
      }
      if (torn) {
        List<KeyChange> its = changes.stream().filter(c -> c.pid().equals(pid)).toList();
        TornFile.mend(pid, its, stored, byPid.get(pid));
      }
    }
    return byPid;
  }

  private void settle(Set<String> pids) throws IOException {
    store.settle(List.copyOf(pids));
    pids.forEach(files::followed);
  }

  /** Stores again what was overwritten with what a file had said before. */
  void again(String pid, Map<String, String> keys) throws IOException {
    writeAll(Map.of(pid, keys));
    settle(Set.of(pid));
  }

  private void writeAll(Map<String, Map<String, String>> byPid) throws IOException {
    writer = Thread.currentThread();
    try {
      for (Map.Entry<String, Map<String, String>> pid : byPid.entrySet()) {
        files.writing(pid.getKey(), known.of(pid.getKey()));
        store.write(pid.getKey(), pid.getValue());
        known.learn(pid.getKey());
      }
    } finally {
      writer = null;
    }
  }
}
