package io.karavel.metrics.internal;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.karavel.control.Appliance;
import io.karavel.engine.Counter;
import io.karavel.engine.Counters;
import io.karavel.engine.Histogram;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Enters the counters and histograms of every stack into the registry, summed over its lanes. What
 * is entered stays while modules, and even the engine, come and go; it goes with its stack. Any
 * thread.
 */
final class StackMetrics {
  private final MetricRegistry registry;
  private final IntSupplier histogramSeconds;
  private final LongSupplier nanoClock;
  private final Map<String, MetricName> entered = new ConcurrentHashMap<>();
  private volatile Map<String, List<Counters>> sets = Map.of();

  /**
   * Nothing is entered yet.
   *
   * @param histogramSeconds age of the oldest values in quantiles
   */
  StackMetrics(MetricRegistry registry, IntSupplier histogramSeconds, LongSupplier nanoClock) {
    this.registry = registry;
    this.histogramSeconds = histogramSeconds;
    this.nanoClock = nanoClock;
  }

  /** Takes in what has come, and takes out the stacks that are gone; without appliance nothing. */
  synchronized void refresh(Appliance appliance) {
    if (appliance == null) {
      return;
    }
    Map<String, List<Counters>> now = new HashMap<>();
    for (String stack : appliance.stacks()) {
      now.put(stack, appliance.counterSets(stack));
    }
    sets = now;
    Set<String> seen = new HashSet<>();
    now.forEach(
        (stack, lanes) -> {
          for (Counters lane : lanes) {
            for (Counter counter : lane.all()) {
              enter(new MetricName(stack, counter.name(), counter.isLevel()), seen);
            }
            for (Histogram histogram : lane.histograms()) {
              enterHistogram(new MetricName(stack, histogram.name(), false), seen);
            }
          }
        });
    // an engine that has just started does not know all its counters yet; they will come
    entered
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !now.isEmpty() && !now.containsKey(entry.getValue().stack());
              return gone && registry.remove(entry.getKey());
            });
  }

  private void enter(MetricName name, Set<String> seen) {
    if (seen.add(name.inRegistry()) && entered.putIfAbsent(name.inRegistry(), name) == null) {
      Gauge<Long> gauge = () -> value(name);
      registry.registerGauge(name.inRegistry(), gauge);
    }
  }

  private void enterHistogram(MetricName name, Set<String> seen) {
    if (seen.add(name.inRegistry()) && entered.putIfAbsent(name.inRegistry(), name) == null) {
      registry.register(
          name.inRegistry(),
          new LaneHistogram(
              () -> lanes(name.stack()).stream().map(lane -> lane.histogram(name.name())).toList(),
              histogramSeconds,
              nanoClock));
    }
  }

  private List<Counters> lanes(String stack) {
    return sets.getOrDefault(stack, List.of());
  }

  private long value(MetricName name) {
    long sum = 0;
    for (Counters lane : lanes(name.stack())) {
      sum += (name.level() ? lane.level(name.name()) : lane.counter(name.name())).value();
    }
    return sum;
  }

  /** The metric of a name of the registry, or null if it is none of a stack. */
  MetricName named(String inRegistry) {
    return entered.get(inRegistry);
  }
}
