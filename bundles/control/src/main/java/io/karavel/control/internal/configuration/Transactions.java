package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * Public for tests. Any thread.
 */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  private static final Configurations.Author SELF = new Configurations.Author("karavel", "control");

  private final ConfigurationStore store;
  private final Validation validation;
  private final KnownValues known;
  private final StaleFiles files;
  private final Writes writes;
  private final Confirmation confirmation;
  private final ChangeHistory history;
  private final IntSupplier historyLimit;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Keeps its files in a directory.
   *
   * @param historyLimit how many changes are remembered
   */
  public Transactions(
      ConfigurationStore store,
      ModuleReports modules,
      Disk disk,
      Path directory,
      IntSupplier historyLimit,
      Clock clock,
      LongSupplier nanoTime) {
    this.store = store;
    this.historyLimit = historyLimit;
    this.clock = clock;
    this.nanoTime = nanoTime;
    validation = new Validation(store);
    known = new KnownValues(store);
    files = new StaleFiles(store);
    history = new ChangeHistory(disk, directory.resolve("history.tsv"));
    confirmation =
        new Confirmation(
            new Journal(disk, directory.resolve("to-confirm")), store, clock, nanoTime);
    writes =
        new Writes(
            store,
            modules,
            new Journal(disk, directory.resolve("journal")),
            confirmation,
            history,
            historyLimit,
            known,
            files);
  }

  /** Ends what was interrupted, takes up what waits to be confirmed, learns what is stored. */
  public void recover() throws IOException {
    lock.lock();
    try {
      writes.endInterrupted(true);
      confirmation.recover(history);
      known.learnAll();
    } finally {
      lock.unlock();
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
  public Configurations.Pending pending() {
    lock.lock();
    try {
      Entry pending = confirmation.pending();
      return pending == null
          ? null
          : new Configurations.Pending(
              pending.record().id(), pending.record().changes(), confirmation.secondsLeft());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks changes as a whole.
   *
   * @return those that change anything
   */
  public List<KeyChange> check(List<KeyChange> wanted) throws ConfigurationException {
    return validation.check(wanted);
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
      if (confirmation.pending() != null) {
        throw new ConfigurationException(
            confirmation.name()
                + " waits to be confirmed for "
                + confirmation.secondsLeft()
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
      long begin = nanoTime.getAsLong();
      List<ConfigurationResult.Taken> taken = new ArrayList<>();
      String problem = writes.prepare(entry, taken);
      long nanos = nanoTime.getAsLong() - begin;
      if (problem != null && refusable) {
        writes.undo(entry, problem);
        throw new ConfigurationException(problem + "; everything is as it was");
      }
      writes.commit(entry);
      return new ConfigurationResult(record, taken, nanos, confirmSeconds);
    } catch (IOException | UncheckedIOException e) {
      LOG.error("A change of the configuration failed", e);
      throw new ConfigurationException(
          "the change could not be written (" + e + "); " + takenBack());
    }
  }

  private String takenBack() {
    try {
      writes.endInterrupted(false);
      return "it is ended as the journal says; see net:config-history";
    } catch (IOException | UncheckedIOException again) {
      return "what was written of it is taken back before the next change or start";
    }
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
    return WayBack.of(history, id, force);
  }

  /** Gives the keys of a change the values before it; 0 is the last. */
  public ConfigurationResult rollback(long id, boolean force, Configurations.Author author)
      throws ConfigurationException {
    lock.lock();
    try {
      Entry pending = confirmation.pending();
      if (pending != null && (id == 0 || id == pending.record().id())) {
        return revert(author, confirmation.name() + " taken back");
      }
      List<KeyChange> back = wayBack(id, force);
      return change(back, 0, author, "back before change " + (id == 0 ? "the last" : id));
    } finally {
      lock.unlock();
    }
  }

  /** Keeps what waits to be confirmed. */
  public ConfigurationRecord confirm(Configurations.Author author) throws ConfigurationException {
    lock.lock();
    try {
      if (confirmation.pending() == null) {
        throw new ConfigurationException("no change waits to be confirmed");
      }
      note(author, List.of(), ConfigurationRecord.CONFIRMED, confirmation.name());
      confirmation.end();
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
      if (confirmation.isTooLate()) {
        String name = confirmation.name();
        revert(
            SELF,
            name + " was not confirmed within " + confirmation.pending().confirmSeconds() + " s");
        LOG.warn("{} was not confirmed and was taken back", name);
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
      for (KeyChange change : confirmation.pending().record().changes()) {
        Map<String, String> stored = store.read(change.pid());
        if (stored != null) {
          String now = stored.get(change.key());
          if (!Objects.equals(now, change.before())) {
            back.add(new KeyChange(change.pid(), change.key(), now, change.before()));
          }
        }
      }
      ConfigurationResult result = make(back, 0, author, text, false);
      confirmation.end();
      return result;
    } catch (IOException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  // ---- other doors ----

  /**
   * What File Install has overwritten with what a file had said before our last change; to be
   * called in its thread.
   *
   * @param stored what is stored now
   * @return the keys whose values are lost; empty if it stored what somebody wrote into the file
   */
  List<KeyChange> lost(String pid, Map<String, String> stored) {
    Map<String, String> before = known.of(pid);
    List<KeyChange> lost = KnownValues.changes(pid, before, stored);
    return lost.isEmpty() || !files.isStale(pid, stored, before) ? List.of() : lost;
  }

  /** Puts back what was lost, unless another change has come. */
  void putBack(String pid, List<KeyChange> lost) {
    lock.lock();
    try {
      Map<String, String> stored = store.read(pid);
      Map<String, String> back = new HashMap<>();
      for (KeyChange key : lost) {
        if (stored != null && Objects.equals(stored.get(key.key()), key.after())) {
          back.put(key.key(), key.before());
        }
      }
      if (!back.isEmpty()) {
        LOG.info(
            "{}: the file was read before a change and stored after it; back are {}", pid, back);
        writes.again(pid, back);
      }
    } catch (IOException e) {
      LOG.error("{} of {} were overwritten by an older file and are lost", lost, pid, e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A configuration was changed by somebody else.
   *
   * @param stored what is stored now; empty if it was deleted
   */
  void noticed(String pid, Map<String, String> stored, Configurations.Author author) {
    if (writes.isOurs()) {
      return;
    }
    List<KeyChange> changes = known.learn(pid, stored);
    if (changes.isEmpty()) {
      return;
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
