package io.karavel.control.internal.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Configurations that outlive a crash of the test. */
final class MemoryStore implements ConfigurationStore {
  final Map<String, Map<String, String>> stored = new TreeMap<>();
  final List<String> settled = new ArrayList<>();
  int writes;

  @Override
  public List<String> instances() {
    return stored.keySet().stream().filter(pid -> pid.contains("~")).toList();
  }

  @Override
  public Map<String, String> read(String pid) {
    Map<String, String> values = stored.get(pid);
    if (values == null) {
      return pid.contains("~") ? null : Map.of();
    }
    return new TreeMap<>(values);
  }

  @Override
  public void write(String pid, Map<String, String> changes) {
    writes++;
    Map<String, String> values = stored.computeIfAbsent(pid, p -> new TreeMap<>());
    changes.forEach(
        (key, value) -> {
          if (value == null) {
            values.remove(key);
          } else {
            values.put(key, value);
          }
        });
  }

  @Override
  public void settle(List<String> pids) {
    settled.addAll(pids);
  }
}
