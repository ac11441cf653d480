/**
 * The metrics as configuration sees them: {@link io.karavel.metrics.MetricsSettings} is what PID
 * {@code io.karavel.metrics} says. The registry itself is an OSGi service of Dropwizard's type
 * {@code com.codahale.metrics.MetricRegistry}.
 */
@Export
@Version("0.1.0")
package io.karavel.metrics;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
