package io.karavel.services.internal;

import io.karavel.control.Appliance;
import io.karavel.engine.LiveSettings;
import io.karavel.services.BuiltInServices;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
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
 * The one component of this bundle: hands configuration and stacks to {@link Services}.
 *
 * <p>Of several versions of this bundle the first is at work and registers {@link BuiltInServices};
 * the others stand by, since each would take the connections of the one before and none would give
 * them back. When the one at work leaves it unregisters, and in that moment another takes up its
 * connections, one after the other, while it serves those that are left.
 */
@Component(
    configurationPid = ServicesSettings.PID,
    immediate = true,
    service = {})
@Designate(ocd = ServicesMetatype.class)
public final class ServicesComponent {
  private static final Logger LOG = LoggerFactory.getLogger(ServicesComponent.class);

  private final LiveSettings<ServicesSettings> settings =
      new LiveSettings<>(ServicesSettings.PID, ServicesSettings::parse);
  private final List<TcpService> early = new ArrayList<>();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Appliance appliance;

  private final ServiceListener elsewhere =
      event -> {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
          succeed(event.getServiceReference());
        }
      };

  private BundleContext context;
  private ServiceRegistration<?> inForce;
  private ScheduledExecutorService executor;

  /** Has no stack while it stands by. */
  private Services services;

  /** Null while these stand by. */
  private ServiceRegistration<BuiltInServices> atWork;

  /** For SCR. */
  public ServicesComponent() {}

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindTcp(TcpService tcp) {
    if (atWork == null) {
      early.add(tcp);
    } else {
      services.stackArrived(tcp);
    }
  }

  synchronized void unbindTcp(TcpService tcp) {
    early.remove(tcp);
    if (atWork != null) {
      services.stackLeft(tcp);
    }
  }

  @Activate
  synchronized void activate(BundleContext own, Map<String, Object> raw)
      throws InvalidSyntaxException {
    context = own;
    settings.update(raw);
    inForce = context.registerService(LiveSettings.class, settings, null);
    context.addServiceListener(
        elsewhere, "(" + Constants.OBJECTCLASS + "=" + BuiltInServices.class.getName() + ")");
    try {
      begin(null);
    } catch (RuntimeException | LinkageError e) {
      deactivate();
      throw e;
    }
  }

  /** Another one has left; who called it is the one that leaves, and can do nothing about it. */
  private void succeed(ServiceReference<?> leaving) {
    try {
      begin(leaving);
    } catch (RuntimeException | LinkageError e) {
      LOG.error("These services cannot go on with what those of {} left", leaving.getBundle(), e);
    }
  }

  /** Goes to work unless somebody else is there or this component has gone. */
  private synchronized void begin(ServiceReference<?> leaving) {
    if (context == null || atWork != null) {
      return;
    }
    boolean fresh = services == null;
    if (fresh) {
      prepare();
    }
    if (standsBehind(leaving, null)) {
      if (fresh) {
        services.drill();
      }
      return;
    }
    atWork = context.registerService(BuiltInServices.class, services, null);
    // of two that begin at the same moment each sees the other now, and the earlier one stays
    if (standsBehind(leaving, atWork.getReference())) {
      standBack();
      return;
    }
    try {
      early.forEach(services::stackArrived);
      early.clear();
    } catch (RuntimeException | LinkageError e) {
      end();
      throw e;
    }
  }

  /** Everything that can be there before the connections. */
  private void prepare() {
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
  }

  /**
   * Whether another version is at work.
   *
   * @param leaving one that has just let go of everything; may be null
   * @param own only those before it count; null for all
   */
  private boolean standsBehind(ServiceReference<?> leaving, ServiceReference<?> own) {
    for (ServiceReference<?> other : registered()) {
      Bundle bundle = other.getBundle();
      if (bundle == null || other.equals(leaving) || other.equals(own)) {
        continue;
      }
      if (own == null || own.compareTo(other) < 0) {
        LOG.info("The services of {} {} are at work; these stand by", bundle, bundle.getVersion());
        return true;
      }
    }
    return false;
  }

  private Collection<ServiceReference<BuiltInServices>> registered() {
    try {
      return context.getServiceReferences(BuiltInServices.class, null);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e); // there is no filter
    }
  }

  /** In that moment another takes over, if there is one; not this one, which hears of it too. */
  private void standBack() {
    atWork.unregister();
    atWork = null;
  }

  /** Has a successor take up everything, if there is one, then lets go of the rest. */
  private void end() {
    services.leave();
    if (atWork != null) {
      standBack();
    }
    services.close();
    services = null;
    executor.shutdownNow();
  }

  @Modified
  synchronized void modified(Map<String, Object> raw) {
    if (settings.update(raw) && services != null) {
      services.apply(settings.inForce());
    }
  }

  @Deactivate
  synchronized void deactivate() {
    context.removeServiceListener(elsewhere);
    context = null;
    inForce.unregister();
    if (services != null) {
      end();
    }
  }
}
