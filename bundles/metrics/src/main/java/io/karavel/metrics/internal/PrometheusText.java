package io.karavel.metrics.internal;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The registry in Prometheus' text format 0.0.4. {@code main.Tcp.ActiveOpens} is {@code
 * karavel_Tcp_ActiveOpens{stack="main"}}, a counter or a gauge; a histogram is a summary; what else
 * is in the registry keeps its name with underscores. What is no number is left out.
 */
final class PrometheusText {
  private static final String PREFIX = "karavel_";
  private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999};

  private final StackMetrics stacks;
  private final Map<String, StringBuilder> families = new TreeMap<>();

  private PrometheusText(StackMetrics stacks) {
    this.stacks = stacks;
  }

  /** The text now. */
  static String of(MetricRegistry registry, StackMetrics stacks) {
    PrometheusText text = new PrometheusText(stacks);
    new TreeMap<>(registry.getMetrics()).forEach(text::add);
    StringBuilder all = new StringBuilder(1 << 16);
    text.families.values().forEach(all::append);
    return all.toString();
  }

  private void add(String inRegistry, Metric metric) {
    MetricName stack = stacks.named(inRegistry);
    String name =
        (stack == null ? "" : PREFIX) + sanitized(stack == null ? inRegistry : stack.name());
    String labels = stack == null ? "" : "stack=\"" + stack.stack() + "\"";
    if (metric instanceof Gauge<?> gauge) {
      if (gauge.getValue() instanceof Number number) {
        boolean counter = stack != null && !stack.level();
        line(family(name, counter ? "counter" : "gauge"), name, labels, number);
      }
    } else if (metric instanceof Counter counter) {
      line(family(name, "gauge"), name, labels, counter.getCount());
    } else if (metric instanceof Meter meter) {
      line(family(name, "counter"), name, labels, meter.getCount());
    } else if (metric instanceof Histogram histogram) {
      Number sum = histogram instanceof LaneHistogram ours ? (Number) ours.sum() : null;
      summary(name, labels, histogram.getSnapshot(), histogram.getCount(), sum);
    } else if (metric instanceof Timer timer) {
      summary(name, labels, timer.getSnapshot(), timer.getCount(), null);
    }
  }

  private void summary(String name, String labels, Snapshot snapshot, long count, Number sum) {
    StringBuilder family = family(name, "summary");
    for (double quantile : QUANTILES) {
      String more = labels + (labels.isEmpty() ? "" : ",") + "quantile=\"" + quantile + "\"";
      // no value yet is no zero
      line(family, name, more, count == 0 ? (Number) Double.NaN : snapshot.getValue(quantile));
    }
    line(family, name + "_sum", labels, sum == null ? snapshot.getMean() * count : sum);
    line(family, name + "_count", labels, count);
  }

  private StringBuilder family(String name, String type) {
    return families.computeIfAbsent(
        name, absent -> new StringBuilder("# TYPE " + name + " " + type + "\n"));
  }

  private static void line(StringBuilder family, String name, String labels, Number value) {
    family.append(name);
    if (!labels.isEmpty()) {
      family.append('{').append(labels).append('}');
    }
    family.append(' ').append(text(value)).append('\n');
  }

  private static String text(Number value) {
    double number = value.doubleValue();
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "+Inf" : "-Inf";
    }
    return value.toString();
  }

  private static String sanitized(String name) {
    String allowed = name.replaceAll("[^a-zA-Z0-9_:]", "_");
    return Character.isDigit(allowed.charAt(0)) ? "_" + allowed : allowed;
  }
}
