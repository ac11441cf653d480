package io.karavel.engine.internal;

import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.spi.TcpModule;
import java.util.Map;
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
      // loading them takes a while, and other modules cannot hand over in portions
      boolean mayStay =
          source.slot().equals(TcpModule.SLOT)
              && engine.stayMillis() > 0
              && loadAll(reference.getBundle());
      engine.registry().leave(source, mayStay);
    }
  }

  /** Loads what TCP may call while its bundle is gone: its own, and all congestion controls. */
  private boolean loadAll(Bundle bundle) {
    return BundleClasses.load(bundle)
        && engine.bundlesOf(CongestionControlFactory.class).stream().allMatch(BundleClasses::load);
  }
}
