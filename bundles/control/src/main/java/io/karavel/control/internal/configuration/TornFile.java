package io.karavel.control.internal.configuration;

import io.karavel.control.KeyChange;
import io.karavel.engine.Setting;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A file that was being written when the appliance ended, and ends in the middle: keys that were to
 * stay are missing, the last value is a part of what it was, or the last key is.
 */
final class TornFile {
  private TornFile() {}

  /**
   * Adds what makes up for it to what is to be written of a PID.
   *
   * @param journal the keys of the PID that change and those that stay
   * @param stored what the file left
   */
  static void mend(
      String pid,
      List<KeyChange> journal,
      Map<String, String> stored,
      Map<String, String> toWrite) {
    for (String key : stored.keySet()) {
      boolean known =
          KnownPids.schema(pid).settings().stream().map(Setting::key).anyMatch(key::equals);
      if (!known && journal.stream().noneMatch(change -> change.key().equals(key))) {
        toWrite.put(key, null);
      }
    }
    for (KeyChange change : journal) {
      String now = stored.get(change.key());
      boolean stays = Objects.equals(change.before(), change.after());
      if (stays && (now == null || change.after().startsWith(now))) {
        toWrite.put(change.key(), change.after());
      }
    }
  }
}
