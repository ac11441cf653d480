package io.karavel.metrics.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.metrics}; a test holds it equal to {@link
 * io.karavel.metrics.MetricsSettings}, which says what each key means.
 */
@ObjectClassDefinition(name = "Karavel metrics", description = "JMX, Graphite and Prometheus text.")
@interface MetricsConfiguration {

  @AttributeDefinition(
      name = "jmxEnabled",
      description = "Every metric is an MBean of the domain io.karavel.",
      required = false,
      defaultValue = "true")
  boolean jmxEnabled();

  @AttributeDefinition(
      name = "jvmEnabled",
      description =
          "The metrics of the JVM (memory, collector, threads, buffers, classes) are there too.",
      required = false,
      defaultValue = "true")
  boolean jvmEnabled();

  @AttributeDefinition(
      name = "histogramSeconds (s)",
      description = "Age of the oldest values that quantiles are made of.",
      required = false,
      defaultValue = "300",
      min = "2",
      max = "86400")
  long histogramSeconds();

  @AttributeDefinition(
      name = "prometheusEnabled",
      description = "The metrics are served as Prometheus text at /metrics, without a password.",
      required = false,
      defaultValue = "false")
  boolean prometheusEnabled();

  @AttributeDefinition(
      name = "prometheusAddress",
      description = "Address of the machine that the Prometheus text is served at.",
      required = false,
      defaultValue = "127.0.0.1")
  String prometheusAddress();

  @AttributeDefinition(
      name = "prometheusPort (port)",
      description =
          "Port of the machine that the Prometheus text is served at; 0 takes a free one and logs"
              + " it.",
      required = false,
      defaultValue = "9464",
      min = "0",
      max = "65535")
  long prometheusPort();

  @AttributeDefinition(
      name = "graphiteEnabled",
      description = "The metrics are sent to Graphite in its plain text protocol.",
      required = false,
      defaultValue = "false")
  boolean graphiteEnabled();

  @AttributeDefinition(
      name = "graphiteAddress",
      description = "Address that Graphite listens at.",
      required = false,
      defaultValue = "127.0.0.1")
  String graphiteAddress();

  @AttributeDefinition(
      name = "graphitePort (port)",
      description = "Port that Graphite listens at.",
      required = false,
      defaultValue = "2003",
      min = "1",
      max = "65535")
  long graphitePort();

  @AttributeDefinition(
      name = "graphiteSeconds (s)",
      description = "Time between two reports.",
      required = false,
      defaultValue = "10",
      min = "1",
      max = "3600")
  long graphiteSeconds();

  @AttributeDefinition(
      name = "graphitePrefix",
      description = "What every name at Graphite begins with.",
      required = false,
      defaultValue = "karavel")
  String graphitePrefix();
}
