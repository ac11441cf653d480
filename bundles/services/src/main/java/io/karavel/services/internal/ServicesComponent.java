package io.karavel.services.internal;

import io.karavel.control.Appliance;
import io.karavel.engine.LiveSettings;
import io.karavel.services.BuiltInServices;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
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

/** The one component of this bundle: hands configuration and stacks to {@link Services}. */
@Component(
    configurationPid = ServicesSettings.PID,
    immediate = true,
    service = {})
@Designate(ocd = ServicesMetatype.class)
public final class ServicesComponent {
  private final LiveSettings<ServicesSettings> settings =
      new LiveSettings<>(ServicesSettings.PID, ServicesSettings::parse);
  private final List<TcpService> early = new ArrayList<>();
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Appliance appliance;

  private ScheduledExecutorService executor;
  private Services services;

  /** For SCR. */
  public ServicesComponent() {}

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindTcp(TcpService tcp) {
    if (services == null) {
      early.add(tcp);
    } else {
      services.stackArrived(tcp);
    }
  }

  synchronized void unbindTcp(TcpService tcp) {
    early.remove(tcp);
    if (services != null) {
      services.stackLeft(tcp);
    }
  }

  @Activate
  synchronized void activate(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "karavel-services");
              thread.setDaemon(true);
              return thread;
            });
    services =
        new Services(
            executor, settings.inForce(), () -> appliance, System::nanoTime, Clock.systemUTC());
    early.forEach(services::stackArrived);
    early.clear();
    registrations.add(context.registerService(LiveSettings.class, settings, null));
    registrations.add(context.registerService(BuiltInServices.class, services, null));
  }

  @Modified
  synchronized void modified(Map<String, Object> raw) {
    if (settings.update(raw)) {
      services.apply(settings.inForce());
    }
  }

  @Deactivate
  synchronized void deactivate() {
    registrations.forEach(ServiceRegistration::unregister);
    registrations.clear();
    services.close();
    services = null;
    executor.shutdownNow();
  }
}
