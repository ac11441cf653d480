package io.karavel.metrics.internal;

import com.codahale.metrics.MetricRegistry;
import io.karavel.control.Appliance;
import io.karavel.engine.LiveSettings;
import io.karavel.metrics.MetricsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one component of this bundle: registers the {@link MetricRegistry} and keeps it in step with
 * the stacks.
 */
@Component(
    configurationPid = MetricsSettings.PID,
    immediate = true,
    service = {})
@Designate(ocd = MetricsConfiguration.class)
public final class MetricsComponent {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);
  private static final long REFRESH_SECONDS = 5;

  private final LiveSettings<MetricsSettings> settings =
      new LiveSettings<>(MetricsSettings.PID, MetricsSettings::parse);
  private final MetricRegistry registry = new MetricRegistry();
  private final StackMetrics stacks =
      new StackMetrics(registry, () -> settings.inForce().histogramSeconds(), System::nanoTime);
  private final Reporters reporters = new Reporters(registry, this::prometheusText);
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Appliance appliance;

  private ScheduledExecutorService executor;
  private Future<?> refreshing;

  /** For SCR. */
  public MetricsComponent() {}

  @Activate
  synchronized void activate(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    refresh();
    reporters.apply(settings.inForce());
    executor = Executors.newSingleThreadScheduledExecutor(Daemons.named("karavel-metrics"));
    refreshing =
        executor.scheduleWithFixedDelay(
            this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    registrations.add(context.registerService(MetricRegistry.class, registry, null));
    registrations.add(context.registerService(LiveSettings.class, settings, null));
  }

  @Modified
  synchronized void modified(Map<String, Object> raw) {
    if (settings.update(raw)) {
      reporters.apply(settings.inForce());
    }
  }

  @Deactivate
  synchronized void deactivate() {
    registrations.forEach(ServiceRegistration::unregister);
    registrations.clear();
    refreshing.cancel(false);
    executor.shutdownNow();
    reporters.close();
  }

  private void refresh() {
    try {
      stacks.refresh(appliance);
      reporters.retry();
    } catch (RuntimeException e) {
      // the engine may go at any moment; the schedule must go on
      LOG.debug("The registry was not brought up to date", e);
    }
  }

  private String prometheusText() {
    refresh();
    return PrometheusText.of(registry, stacks);
  }
}
