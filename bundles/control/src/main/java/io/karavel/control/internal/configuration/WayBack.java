package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.KeyChange;
import java.util.ArrayList;
import java.util.List;

/** What gives the keys of a change of the history the values they had before it. */
final class WayBack {
  private WayBack() {}

  /**
   * Finds it.
   *
   * @param id number of the change; 0 is the last that is in force
   * @param force whether keys that were changed again since are brought back all the same
   */
  static List<KeyChange> of(ChangeHistory history, long id, boolean force)
      throws ConfigurationException {
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
}
