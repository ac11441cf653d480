package io.karavel.metrics.internal;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.MetricSet;
import com.codahale.metrics.jmx.JmxReporter;
import com.codahale.metrics.jvm.BufferPoolMetricSet;
import com.codahale.metrics.jvm.ClassLoadingGaugeSet;
import com.codahale.metrics.jvm.GarbageCollectorMetricSet;
import com.codahale.metrics.jvm.MemoryUsageGaugeSet;
import com.codahale.metrics.jvm.ThreadStatesGaugeSet;
import io.karavel.metrics.MetricsSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.management.MBeanServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who reports the registry, as the settings say. Any thread. */
final class Reporters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reporters.class);
  private static final String DOMAIN = "io.karavel";
  private static final String JVM = "jvm";

  private final MetricRegistry registry;
  private final Supplier<String> prometheusText;
  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
  private MetricsSettings settings;
  private JmxReporter jmx;
  private boolean jvm;
  private GraphiteReporter graphite;
  private PrometheusServer prometheus;
  private boolean portRefused;

  Reporters(MetricRegistry registry, Supplier<String> prometheusText) {
    this.registry = registry;
    this.prometheusText = prometheusText;
  }

  /** Starts, stops and moves what differs from before. */
  synchronized void apply(MetricsSettings wanted) {
    MetricsSettings before = settings;
    settings = wanted;
    applyJvm();
    applyJmx();
    if (before == null || !before.graphite().equals(wanted.graphite())) {
      stopGraphite();
      if (wanted.graphite().enabled()) {
        graphite = new GraphiteReporter(registry, wanted.graphite(), Clock.systemUTC());
        graphite.start();
      }
    }
    if (before == null || !before.prometheus().equals(wanted.prometheus())) {
      stopPrometheus();
      retry();
    }
  }

  /** Tries again what could not be had, the port of the Prometheus text. */
  synchronized void retry() {
    if (settings == null || prometheus != null || !settings.prometheus().enabled()) {
      return;
    }
    MetricsSettings.Prometheus where = settings.prometheus();
    try {
      prometheus = new PrometheusServer(where, prometheusText);
      portRefused = false;
      InetSocketAddress at = prometheus.address();
      LOG.info(
          "Prometheus text is at http://{}:{}/metrics",
          at.getAddress().getHostAddress(),
          at.getPort());
    } catch (IOException | IllegalArgumentException e) {
      if (!portRefused) {
        portRefused = true;
        LOG.error(
            "Prometheus text cannot be served at {}:{}, tried again every few seconds; set"
                + " prometheusPort to another: {}",
            where.address(),
            where.port(),
            e.toString());
      }
    }
  }

  /** Where the Prometheus text is served; null if it is not. */
  synchronized InetSocketAddress prometheusAddress() {
    return prometheus == null ? null : prometheus.address();
  }

  private void applyJvm() {
    if (jvm == settings.jvm()) {
      return;
    }
    jvm = settings.jvm();
    if (jvm) {
      Map<String, MetricSet> sets = new LinkedHashMap<>();
      sets.put("memory", new MemoryUsageGaugeSet());
      sets.put("gc", new GarbageCollectorMetricSet());
      sets.put("threads", new ThreadStatesGaugeSet());
      sets.put("buffers", new BufferPoolMetricSet(beans));
      sets.put("classes", new ClassLoadingGaugeSet());
      sets.forEach((name, set) -> registry.registerAll(JVM + "." + name, set));
    } else {
      registry.removeMatching((name, metric) -> name.startsWith(JVM + "."));
    }
  }

  private void applyJmx() {
    if (settings.jmx() && jmx == null) {
      jmx = JmxReporter.forRegistry(registry).registerWith(beans).inDomain(DOMAIN).build();
      jmx.start();
    } else if (!settings.jmx() && jmx != null) {
      jmx.close();
      jmx = null;
    }
  }

  private void stopGraphite() {
    if (graphite != null) {
      graphite.close();
      graphite = null;
    }
  }

  private void stopPrometheus() {
    if (prometheus != null) {
      prometheus.close();
      prometheus = null;
    }
    portRefused = false;
  }

  @Override
  public synchronized void close() {
    stopPrometheus();
    stopGraphite();
    if (jmx != null) {
      jmx.close();
      jmx = null;
    }
    settings = null;
  }
}
