package io.karavel.engine.internal;

import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
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
    engine.registry().arrive(source);
  }

  void leave(ServiceReference<ModuleFactory> reference) {
    ModuleSource source = sources.remove(reference);
    if (source != null) {
      engine.registry().leave(source);
    }
  }
}
