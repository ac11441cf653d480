package io.karavel.engine.internal;

import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.ip.spi.IpModule;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.spi.TcpModule;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Follows the module factories of all bundles and tells the stacks. {@link #leave} is where state
 * is taken over: SCR calls it before the component that goes is deactivated.
 */
@Component(
    service = {},
    immediate = true)
public final class ModuleTracker {
  /** Slots whose module stays at work until its successor has taken over: packets wait for it. */
  private static final Set<String> STAYING = Set.of(TcpModule.SLOT, IpModule.SLOT);

  private final EngineComponent engine;
  private final Map<ServiceReference<ModuleFactory>, ModuleSource> sources =
      new ConcurrentHashMap<>();

  /** Tells the stacks of an engine. */
  @Activate
  public ModuleTracker(@Reference EngineComponent engine) {
    this.engine = engine;
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      unbind = "leave")
  void arrive(ModuleFactory factory, ServiceReference<ModuleFactory> reference) {
    Bundle bundle = reference.getBundle();
    Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
    ModuleSource source =
        new ModuleSource(
            factory,
            bundle == null ? "" : bundle.getSymbolicName(),
            bundle == null ? "" : bundle.getVersion().toString(),
            ranking instanceof Integer number ? number : 0,
            (Long) reference.getProperty(Constants.SERVICE_ID),
            bundle == null ? -1 : bundle.getBundleId());
    sources.put(reference, source);
    if (engine.registry().isLeaving(source.slot())) {
      // else the lane loads them one by one while connections wait
      BundleClasses.load(bundle);
    }
    engine.registry().arrive(source);
  }

  void leave(ServiceReference<ModuleFactory> reference) {
    ModuleSource source = sources.remove(reference);
    if (source != null) {
      // loading them takes a while; nothing waits long for other modules
      boolean mayStay =
          STAYING.contains(source.slot())
              && engine.stayMillis() > 0
              && loadAll(source.slot(), reference.getBundle());
      engine.registry().leave(source, mayStay);
    }
  }

  /** Loads what it may call while its bundle is gone: its own; of TCP all congestion controls. */
  private boolean loadAll(String slot, Bundle bundle) {
    return BundleClasses.load(bundle)
        && (!slot.equals(TcpModule.SLOT)
            || engine.bundlesOf(CongestionControlFactory.class).stream()
                .allMatch(BundleClasses::load));
  }
}
