package io.karavel.engine.internal;

import io.karavel.engine.InstanceName;
import io.karavel.engine.LiveSettings;
import io.karavel.ip.InterfaceSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * One configured interface (factory PID {@code io.karavel.ip.interface}). It is the engine's, so
 * that devices stay plugged and addresses stay known while the ip bundle is away.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = InterfaceSettings.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = InterfaceConfiguration.class, factory = true)
public final class InterfaceComponent {
  private final EngineComponent engine;
  private final String pid;
  private final LiveSettings<InterfaceSettings> settings;
  private final ServiceRegistration<?> registration;

  /** Adds the interface unless its configuration is refused. */
  @Activate
  public InterfaceComponent(
      BundleContext context, Map<String, Object> raw, @Reference EngineComponent engine) {
    this.engine = engine;
    String name = InstanceName.of(InterfaceSettings.PID, raw);
    pid = InterfaceSettings.PID + "~" + name;
    settings = LiveSettings.withoutDefaults(pid, values -> InterfaceSettings.parse(name, values));
    registration = context.registerService(LiveSettings.class, settings, null);
    modified(raw);
  }

  @Modified
  void modified(Map<String, Object> raw) {
    if (settings.update(raw)) {
      engine.registry().putInterface(pid, settings.inForce());
    }
  }

  @Deactivate
  void deactivate() {
    engine.registry().removeInterface(pid);
    registration.unregister();
  }
}
