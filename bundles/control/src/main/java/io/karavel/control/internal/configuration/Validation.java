package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.KeyChange;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Checks changes as a whole against what is stored, before anything is written. */
final class Validation {
  private final ConfigurationStore store;

  Validation(ConfigurationStore store) {
    this.store = store;
  }

  /**
   * Checks them.
   *
   * @return those that change anything
   */
  List<KeyChange> check(List<KeyChange> wanted) throws ConfigurationException {
    try {
      Map<String, Map<String, String>> after = new LinkedHashMap<>();
      List<KeyChange> changes = new ArrayList<>();
      for (KeyChange change : wanted) {
        Map<String, String> stored = after.get(change.pid());
        if (stored == null) {
          stored = stored(change.pid());
          after.put(change.pid(), stored);
        }
        String before = stored.get(change.key());
        if (!Objects.equals(before, change.after())) {
          changes.add(new KeyChange(change.pid(), change.key(), before, change.after()));
        }
        if (change.after() == null) {
          stored.remove(change.key());
        } else {
          stored.put(change.key(), change.after());
        }
      }
      List<String> problems = problems(after);
      if (!problems.isEmpty()) {
        throw new ConfigurationException(String.join("; ", problems) + "; nothing was changed");
      }
      return changes;
    } catch (IOException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  private Map<String, String> stored(String pid) throws IOException, ConfigurationException {
    Map<String, String> stored = store.read(pid);
    if (stored == null) {
      throw new ConfigurationException(
          "there is no " + pid + "; net:config-list shows what there is");
    }
    return new TreeMap<>(stored);
  }

  private static List<String> problems(Map<String, Map<String, String>> byPid) {
    List<String> problems = new ArrayList<>();
    byPid.forEach(
        (pid, values) -> {
          try {
            KnownPids.parse(pid, values);
          } catch (SettingsException e) {
            problems.add(e.getMessage());
          }
        });
    return problems;
  }
}
