/**
 * Metrics: one Dropwizard registry as an OSGi service, and those who report it.
 *
 * <p>{@link io.karavel.metrics.internal.StackMetrics} enters what the lanes count, under names such
 * as {@code main.Tcp.ActiveOpens}. A gauge reads the lane's plain counters when it is asked, a
 * histogram takes a copy of the lane's buckets into an HdrHistogram: the lane never notices. {@link
 * io.karavel.metrics.internal.Reporters} starts and stops JMX, Graphite and Prometheus text as the
 * settings say.
 */
package io.karavel.metrics.internal;
