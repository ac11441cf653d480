package io.karavel.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The counters and histograms of one lane by name. They outlast modules: a successor finds the
 * counter of its predecessor and counts on. Names are {@code Group.Name} with Linux's MIB names
 * where they exist ({@code Tcp.ActiveOpens}, {@code TcpExt.ListenOverflows}, {@code
 * Ip.InReceives}); what Linux has not is named in the same manner ({@code Lane.Turns}). Any thread
 * may look up and read.
 */
public final class Counters {
  private final ConcurrentHashMap<String, Counter> byName = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Histogram> histograms = new ConcurrentHashMap<>();

  /** An empty set. */
  public Counters() {}

  /**
   * Engine: a set with the values of another one, whose writer may write no more of what matters.
   */
  public static Counters copyOf(Counters original) {
    Counters copy = new Counters();
    for (Counter counter : original.all()) {
      Counter twin = counter.isLevel() ? copy.level(counter.name()) : copy.counter(counter.name());
      twin.set(counter.value());
    }
    for (Histogram histogram : original.histograms()) {
      copy.histogram(histogram.name()).resemble(histogram);
    }
    return copy;
  }

  /** The counter of that name, made when first asked for. Not for the hot path: keep the result. */
  public Counter counter(String name) {
    return byName.computeIfAbsent(name, absent -> new Counter(absent, false));
  }

  /** The same for a level that goes up and down, such as CurrEstab. */
  public Counter level(String name) {
    return byName.computeIfAbsent(name, absent -> new Counter(absent, true));
  }

  /** The histogram of that name, made when first asked for; its unit is in the name. */
  public Histogram histogram(String name) {
    return histograms.computeIfAbsent(name, Histogram::new);
  }

  /** All values, sorted by name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> values = new TreeMap<>();
    byName.forEach((name, counter) -> values.put(name, counter.value()));
    return values;
  }

  /** All counters and levels there are now, in no order. */
  public Collection<Counter> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /** All histograms there are now, in no order. */
  public Collection<Histogram> histograms() {
    return Collections.unmodifiableCollection(histograms.values());
  }
}
