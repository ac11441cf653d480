package io.karavel.control.internal.configuration;

import io.karavel.control.KeyChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What is known to be stored, so that a change by somebody else can be told key by key. */
final class KnownValues {
  private final ConfigurationStore store;
  private final Map<String, Map<String, String>> known = new TreeMap<>();

  KnownValues(ConfigurationStore store) {
    this.store = store;
  }

  /** Learns what is stored of every PID. */
  void learnAll() throws IOException {
    for (String pid : KnownPids.singletons()) {
      learn(pid);
    }
    for (String pid : store.instances()) {
      learn(pid);
    }
  }

  void learn(String pid) throws IOException {
    Map<String, String> stored = store.read(pid);
    synchronized (known) {
      if (stored == null || stored.isEmpty()) {
        known.remove(pid);
      } else {
        known.put(pid, stored);
      }
    }
  }

  /** What is known of a PID; empty if nothing is. */
  Map<String, String> of(String pid) {
    synchronized (known) {
      return known.getOrDefault(pid, Map.of());
    }
  }

  /** Learns what is stored now; what is new about it. */
  List<KeyChange> learn(String pid, Map<String, String> stored) {
    synchronized (known) {
      List<KeyChange> changes = changes(pid, of(pid), stored);
      if (!changes.isEmpty()) {
        known.put(pid, stored);
      }
      return changes;
    }
  }

  /** Key by key what differs. */
  static List<KeyChange> changes(
      String pid, Map<String, String> before, Map<String, String> after) {
    List<KeyChange> changes = new ArrayList<>();
    Map<String, String> keys = new TreeMap<>(before);
    keys.putAll(after);
    for (String key : keys.keySet()) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        changes.add(new KeyChange(pid, key, before.get(key), after.get(key)));
      }
    }
    return changes;
  }
}
