package io.karavel.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The counters of one lane by name. They outlast modules: a successor finds the counter of its
 * predecessor and counts on. Names are {@code Group.Name} with Linux's MIB names where they exist
 * ({@code Tcp.ActiveOpens}, {@code TcpExt.ListenOverflows}, {@code Ip.InReceives}); what Linux has
 * not is named in the same manner ({@code Lane.Turns}). Any thread may look up and read.
 */
public final class Counters {
  private final ConcurrentHashMap<String, Counter> byName = new ConcurrentHashMap<>();

  /** An empty set. */
  public Counters() {}

  /** The counter of that name, made when first asked for. Not for the hot path: keep the result. */
  public Counter counter(String name) {
    return byName.computeIfAbsent(name, Counter::new);
  }

  /** All values, sorted by name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> values = new TreeMap<>();
    byName.forEach((name, counter) -> values.put(name, counter.value()));
    return values;
  }
}
