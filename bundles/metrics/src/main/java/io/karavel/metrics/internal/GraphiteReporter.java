package io.karavel.metrics.internal;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricFilter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.ScheduledReporter;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import io.karavel.metrics.MetricsSettings;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the registry to Graphite: one line {@code PREFIX.NAME VALUE SECONDS} per figure, over a TCP
 * connection of the kernel for each report. What cannot be sent is lost, and said once.
 * (Dropwizard's own reporter cannot be installed without the client of RabbitMQ.)
 */
final class GraphiteReporter extends ScheduledReporter {
  private static final Logger LOG = LoggerFactory.getLogger(GraphiteReporter.class);
  private static final int PATIENCE_MILLIS = 5000;

  private final MetricsSettings.Graphite where;
  private final Clock clock;
  private boolean failing;

  GraphiteReporter(MetricRegistry registry, MetricsSettings.Graphite where, Clock clock) {
    super(registry, "karavel-graphite", MetricFilter.ALL, TimeUnit.SECONDS, TimeUnit.NANOSECONDS);
    this.where = where;
    this.clock = clock;
  }

  /** Reports from now on. */
  void start() {
    start(where.seconds(), TimeUnit.SECONDS);
  }

  @Override
  @SuppressWarnings("rawtypes") // Dropwizard's signature
  public void report(
      SortedMap<String, Gauge> gauges,
      SortedMap<String, Counter> counters,
      SortedMap<String, Histogram> histograms,
      SortedMap<String, Meter> meters,
      SortedMap<String, Timer> timers) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(where.address(), where.port()), PATIENCE_MILLIS);
      Lines lines = new Lines(socket, where.prefix(), clock.instant().getEpochSecond());
      for (Map.Entry<String, Gauge> gauge : gauges.entrySet()) {
        if (gauge.getValue().getValue() instanceof Number number) {
          lines.line(gauge.getKey(), number);
        }
      }
      for (Map.Entry<String, Counter> counter : counters.entrySet()) {
        lines.line(counter.getKey(), counter.getValue().getCount());
      }
      for (Map.Entry<String, Meter> meter : meters.entrySet()) {
        lines.line(meter.getKey() + ".count", meter.getValue().getCount());
      }
      for (Map.Entry<String, Histogram> histogram : histograms.entrySet()) {
        lines.snapshot(
            histogram.getKey(),
            histogram.getValue().getCount(),
            histogram.getValue().getSnapshot());
      }
      for (Map.Entry<String, Timer> timer : timers.entrySet()) {
        lines.snapshot(timer.getKey(), timer.getValue().getCount(), timer.getValue().getSnapshot());
      }
      lines.flush();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "Graphite at {}:{} cannot be reached, tried again every {} s: {}",
            where.address(),
            where.port(),
            where.seconds(),
            e.toString());
      }
    }
  }

  /** One report. */
  private static final class Lines {
    private final Writer writer;
    private final String prefix;
    private final long seconds;

    Lines(Socket socket, String prefix, long seconds) throws IOException {
      writer =
          new BufferedWriter(
              new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8));
      this.prefix = prefix;
      this.seconds = seconds;
    }

    void line(String name, Number value) throws IOException {
      double number = value.doubleValue();
      if (!Double.isNaN(number) && !Double.isInfinite(number)) {
        writer.write(prefix + "." + name.replaceAll("[\\s/]", "-") + " " + value + " " + seconds);
        writer.write('\n');
      }
    }

    void snapshot(String name, long count, Snapshot snapshot) throws IOException {
      line(name + ".count", count);
      line(name + ".p50", snapshot.getMedian());
      line(name + ".p99", snapshot.get99thPercentile());
      line(name + ".p999", snapshot.get999thPercentile());
      line(name + ".max", snapshot.getMax());
    }

    void flush() throws IOException {
      writer.flush();
    }
  }
}
