package io.karavel.control.internal.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** Configurations that outlive a crash of the test. */
final class MemoryStore implements ConfigurationStore {
  final Map<String, Map<String, String>> stored = new TreeMap<>();
  final List<String> settled = new ArrayList<>();
  final Map<String, Map<String, String>> inFile = new TreeMap<>();

  /** What another thread does at once, one time. */
  final AtomicReference<Runnable> afterWrite = new AtomicReference<>(() -> {});

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
  public Map<String, String> inFile(String pid) {
    return inFile.get(pid);
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
    afterWrite.getAndSet(() -> {}).run();
  }

  @Override
  public void settle(List<String> pids) {
    settled.addAll(pids);
  }
}
