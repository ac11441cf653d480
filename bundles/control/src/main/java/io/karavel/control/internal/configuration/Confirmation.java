package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The change that waits to be confirmed, on the disk too. Its users hold the lock of {@link
 * Transactions}.
 */
final class Confirmation {
  private final Journal file;
  private final ConfigurationStore store;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private Entry pending;
  private long deadlineNanos;

  Confirmation(Journal file, ConfigurationStore store, Clock clock, LongSupplier nanoTime) {
    this.file = file;
    this.store = store;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Takes up what waited when the appliance ended, unless it was confirmed or is taken back. */
  void recover(ChangeHistory history) throws IOException {
    pending = file.read();
    if (pending == null) {
      return;
    }
    history.reserve(pending.record().id());
    if (isConfirmed(history) || isGone()) {
      end();
      return;
    }
    long left = Duration.between(clock.instant(), pending.deadline()).toNanos();
    long most = pending.confirmSeconds() * 1_000_000_000L;
    deadlineNanos = nanoTime.getAsLong() + Math.max(0, Math.min(left, most));
  }

  private boolean isConfirmed(ChangeHistory history) {
    return history.all().stream()
        .anyMatch(
            record ->
                record.result().equals(ConfigurationRecord.CONFIRMED)
                    && record.text().equals(name()));
  }

  private boolean isGone() throws IOException {
    for (KeyChange change : pending.record().changes()) {
      Map<String, String> stored = store.read(change.pid());
      if (stored == null || !Objects.equals(stored.get(change.key()), change.before())) {
        return false;
      }
    }
    return true;
  }

  /** A change is in force and waits from now on. */
  void begin(Entry entry) throws IOException {
    file.write(entry);
    pending = entry;
    deadlineNanos = nanoTime.getAsLong() + entry.confirmSeconds() * 1_000_000_000L;
  }

  /** What waits, or null. */
  Entry pending() {
    return pending;
  }

  /** As the history names what waits. */
  String name() {
    return "change " + pending.record().id();
  }

  int secondsLeft() {
    long nanos = deadlineNanos - nanoTime.getAsLong();
    return (int) Math.max(0, (nanos + 999_999_999L) / 1_000_000_000L);
  }

  boolean isTooLate() {
    return pending != null && nanoTime.getAsLong() - deadlineNanos >= 0;
  }

  /** It waits no more: it is confirmed, or taken back. */
  void end() throws IOException {
    file.delete();
    pending = null;
  }
}
