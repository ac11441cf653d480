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

  /** What these are counted in too; null if nothing. */
  private volatile Counters whole;

  /** An empty set. */
  public Counters() {
    this(null);
  }

  private Counters(Counters whole) {
    this.whole = whole;
  }

  /**
   * Counters of a second module in the same slot: what they count is in these too, and can be told
   * apart. Histograms are shared. There may be one part at a time, which may have one too; it ends
   * with {@link #absorb} or {@link #succeed}.
   */
  public Counters newPart() {
    return new Counters(this);
  }

  /**
   * Lane's thread: the module of a part counts no more, and what it counted is counted here. Levels
   * that are {@linkplain Counter#set set} are left to whoever goes on with what they count.
   */
  public void absorb() {
    byName.values().forEach(counter -> counter.absorb(false));
  }

  /** The same when nobody goes on for now: levels stay where the part had them. */
  public void absorbWithLevels() {
    byName.values().forEach(counter -> counter.absorb(true));
  }

  /**
   * Lane's thread: the module of these counts no more, and the one that counts in a part of them
   * goes on alone. What was counted here stays counted; levels that are set are the part's now.
   *
   * @param part made by {@link #newPart} of these
   */
  public void succeed(Counters part) {
    Counters outer = whole;
    if (outer == null) {
      byName.values().forEach(Counter::leaveLevel);
      return;
    }
    part.whole = outer;
    for (Counter counter : byName.values()) {
      (counter.isLevel() ? outer.level(counter.name()) : outer.counter(counter.name())).skipPart();
    }
  }

  /**
   * Engine: a set with the values of another one, whose writer may write no more of what matters.
   */
  public static Counters copyOf(Counters original) {
    Counters copy = new Counters();
    for (Counter counter : original.all()) {
      Counter twin = counter.isLevel() ? copy.level(counter.name()) : copy.counter(counter.name());
      twin.resemble(counter);
    }
    for (Histogram histogram : original.histograms()) {
      copy.histogram(histogram.name()).resemble(histogram);
    }
    return copy;
  }

  /** The counter of that name, made when first asked for. Not for the hot path: keep the result. */
  public Counter counter(String name) {
    return byName.computeIfAbsent(name, absent -> made(absent, false));
  }

  /** The same for a level that goes up and down, such as CurrEstab. */
  public Counter level(String name) {
    return byName.computeIfAbsent(name, absent -> made(absent, true));
  }

  private Counter made(String name, boolean level) {
    Counter counter = new Counter(name, level);
    if (whole != null) {
      (level ? whole.level(name) : whole.counter(name)).part(counter);
    }
    return counter;
  }

  /** The histogram of that name, made when first asked for; its unit is in the name. */
  public Histogram histogram(String name) {
    return whole != null ? whole.histogram(name) : histograms.computeIfAbsent(name, Histogram::new);
  }

  /** Like {@link #snapshot}, without what a part counts. */
  public Map<String, Long> ownSnapshot() {
    Map<String, Long> values = new TreeMap<>();
    byName.forEach((name, counter) -> values.put(name, counter.own()));
    return values;
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
