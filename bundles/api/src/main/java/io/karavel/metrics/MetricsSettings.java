package io.karavel.metrics;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settings of the metrics, PID {@value #PID}. Units are in the names.
 *
 * @param jmx whether every metric is an MBean
 * @param jvm whether the JVM's own metrics are in the registry
 * @param histogramSeconds age of the oldest values that quantiles are made of
 * @param prometheus where the Prometheus text is served
 * @param graphite where Graphite is sent to
 */
public record MetricsSettings(
    boolean jmx, boolean jvm, int histogramSeconds, Prometheus prometheus, Graphite graphite) {
  /**
   * The Prometheus text.
   *
   * @param enabled whether it is served
   * @param address the kernel's address it is served at
   * @param port the kernel's port; 0 takes a free one
   */
  public record Prometheus(boolean enabled, String address, int port) {}

  /**
   * The Graphite reporter.
   *
   * @param enabled whether it sends
   * @param address the address it sends to
   * @param port the TCP port it sends to
   * @param seconds time between two reports
   * @param prefix what every name begins with
   */
  public record Graphite(boolean enabled, String address, int port, int seconds, String prefix) {}

  /** The PID. */
  public static final String PID = "io.karavel.metrics";

  /** Key. */
  public static final Setting<Boolean> JMX_ENABLED =
      Setting.flag(
          "jmxEnabled", true, Applies.LIVE, "Every metric is an MBean of the domain io.karavel.");

  /** Key. */
  public static final Setting<Boolean> JVM_ENABLED =
      Setting.flag(
          "jvmEnabled",
          true,
          Applies.LIVE,
          "The metrics of the JVM (memory, collector, threads, buffers, classes) are there too.");

  /** Key. */
  public static final Setting<Long> HISTOGRAM_SECONDS =
      Setting.number(
          "histogramSeconds",
          300,
          2,
          86400,
          "s",
          Applies.LIVE,
          "Age of the oldest values that quantiles are made of.");

  /** Key. */
  public static final Setting<Boolean> PROMETHEUS_ENABLED =
      Setting.flag(
          "prometheusEnabled",
          false,
          Applies.LIVE,
          "The metrics are served as Prometheus text at /metrics, without a password.");

  /** Key. */
  public static final Setting<String> PROMETHEUS_ADDRESS =
      Setting.text(
          "prometheusAddress",
          "127.0.0.1",
          Applies.LIVE,
          "Address of the machine that the Prometheus text is served at.");

  /** Key. */
  public static final Setting<Long> PROMETHEUS_PORT =
      Setting.number(
          "prometheusPort",
          9464,
          0,
          65535,
          "port",
          Applies.LIVE,
          "Port of the machine that the Prometheus text is served at; 0 takes a free one and logs"
              + " it.");

  /** Key. */
  public static final Setting<Boolean> GRAPHITE_ENABLED =
      Setting.flag(
          "graphiteEnabled",
          false,
          Applies.LIVE,
          "The metrics are sent to Graphite in its plain text protocol.");

  /** Key. */
  public static final Setting<String> GRAPHITE_ADDRESS =
      Setting.text(
          "graphiteAddress", "127.0.0.1", Applies.LIVE, "Address that Graphite listens at.");

  /** Key. */
  public static final Setting<Long> GRAPHITE_PORT =
      Setting.number(
          "graphitePort", 2003, 1, 65535, "port", Applies.LIVE, "Port that Graphite listens at.");

  /** Key. */
  public static final Setting<Long> GRAPHITE_SECONDS =
      Setting.number(
          "graphiteSeconds", 10, 1, 3600, "s", Applies.LIVE, "Time between two reports.");

  /** Key. */
  public static final Setting<String> GRAPHITE_PREFIX =
      Setting.text(
          "graphitePrefix", "karavel", Applies.LIVE, "What every name at Graphite begins with.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              JMX_ENABLED,
              JVM_ENABLED,
              HISTOGRAM_SECONDS,
              PROMETHEUS_ENABLED,
              PROMETHEUS_ADDRESS,
              PROMETHEUS_PORT,
              GRAPHITE_ENABLED,
              GRAPHITE_ADDRESS,
              GRAPHITE_PORT,
              GRAPHITE_SECONDS,
              GRAPHITE_PREFIX));

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static MetricsSettings parse(Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    List<String> problems = new ArrayList<>();
    for (Setting<String> address : List.of(PROMETHEUS_ADDRESS, GRAPHITE_ADDRESS)) {
      if (!values.get(address).matches("[a-zA-Z0-9.:_-]{1,255}")) {
        problems.add(
            address.key()
                + " = '"
                + values.get(address)
                + "' is refused: an address such as 127.0.0.1");
      }
    }
    String prefix = values.get(GRAPHITE_PREFIX);
    if (!prefix.matches("[a-zA-Z0-9._-]{1,64}")) {
      problems.add(
          "graphitePrefix = '" + prefix + "' is refused: 1 to 64 letters, digits, '.', '-' or '_'");
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(PID, problems);
    }
    return new MetricsSettings(
        values.get(JMX_ENABLED),
        values.get(JVM_ENABLED),
        values.intValue(HISTOGRAM_SECONDS),
        new Prometheus(
            values.get(PROMETHEUS_ENABLED),
            values.get(PROMETHEUS_ADDRESS),
            values.intValue(PROMETHEUS_PORT)),
        new Graphite(
            values.get(GRAPHITE_ENABLED),
            values.get(GRAPHITE_ADDRESS),
            values.intValue(GRAPHITE_PORT),
            values.intValue(GRAPHITE_SECONDS),
            prefix));
  }
}
