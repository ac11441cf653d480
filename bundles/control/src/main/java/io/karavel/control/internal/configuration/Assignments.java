package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.KeyChange;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what people write: names of keys in every spelling, and values for them. */
public final class Assignments {
  /** A key. */
  record Name(String pid, String key) {}

  private Assignments() {}

  /** Reads {@code NAME=VALUE}s; the values before are not known yet. */
  public static List<KeyChange> parse(List<String> assignments, List<String> instances)
      throws ConfigurationException {
    List<KeyChange> changes = new ArrayList<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigurationException(
            "'" + assignment + "' is not KEY=VALUE, as in tcp.synRetries=3");
      }
      String name = assignment.substring(0, equals).trim();
      String value = assignment.substring(equals + 1).trim();
      if (SysctlNames.isOne(name)) {
        String pid = SysctlNames.keys(name).getKey();
        SysctlNames.values(name, value).forEach((key, v) -> add(changes, pid, key, v));
        continue;
      }
      List<Name> keys = names(name, instances);
      if (keys.size() != 1) {
        throw new ConfigurationException(
            name + " is a PID; name one of its keys, as in " + name + "." + keys.get(0).key());
      }
      add(changes, keys.get(0).pid(), keys.get(0).key(), value.isEmpty() ? null : value);
    }
    for (int i = 0; i < changes.size(); i++) {
      KeyChange one = changes.get(i);
      if (changes.subList(0, i).stream().anyMatch(c -> c.isOf(one.pid(), one.key()))) {
        throw new ConfigurationException(one.pid() + "." + one.key() + " is given twice");
      }
    }
    return changes;
  }

  private static void add(List<KeyChange> changes, String pid, String key, String value) {
    changes.add(new KeyChange(pid, key, null, value));
  }

  /** The keys that a name stands for: one, or all of a PID. */
  public static List<Name> names(String name, List<String> instances)
      throws ConfigurationException {
    if (SysctlNames.isOne(name)) {
      Map.Entry<String, List<String>> keys = SysctlNames.keys(name);
      return keys.getValue().stream().map(key -> new Name(keys.getKey(), key)).toList();
    }
    String full = name.startsWith(KnownPids.PREFIX) ? name : KnownPids.PREFIX + name;
    if (isPid(full, instances)) {
      return keysOf(full);
    }
    int dot = full.lastIndexOf('.');
    String pid = full.substring(0, dot);
    String key = full.substring(dot + 1);
    if (isPid(pid, instances)) {
      SettingsSchema schema = KnownPids.schema(pid);
      if (schema.setting(key) == null) {
        throw new ConfigurationException(
            key
                + " is not a key of "
                + pid
                + "; its keys are "
                + schema.settings().stream().map(Setting::key).collect(Collectors.joining(", ")));
      }
      return List.of(new Name(pid, key));
    }
    return unique(name, instances);
  }

  private static boolean isPid(String pid, List<String> instances) {
    return KnownPids.singletons().contains(pid) || instances.contains(pid);
  }

  private static List<Name> keysOf(String pid) {
    return KnownPids.schema(pid).settings().stream().map(s -> new Name(pid, s.key())).toList();
  }

  private static List<Name> unique(String name, List<String> instances)
      throws ConfigurationException {
    List<Name> found = new ArrayList<>();
    for (String pid : KnownPids.singletons()) {
      if (KnownPids.schema(pid).setting(name) != null) {
        found.add(new Name(pid, name));
      }
    }
    if (found.isEmpty()) {
      for (String pid : instances) {
        if (KnownPids.schema(pid).setting(name) != null) {
          found.add(new Name(pid, name));
        }
      }
    }
    if (found.size() == 1) {
      return found;
    }
    throw new ConfigurationException(
        found.isEmpty()
            ? "there is no key, PID or instance '" + name + "'; net:config-list shows what there is"
            : "'"
                + name
                + "' is a key of several: "
                + found.stream().map(n -> n.pid() + "." + n.key()).collect(Collectors.joining(", "))
                + "; say which");
  }
}
