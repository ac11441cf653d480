package io.karavel.ip.internal;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.ip.IpSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Turns the configuration of PID {@code io.karavel.ip} into settings and registers the factory. */
@Component(
    service = {},
    immediate = true,
    configurationPid = IpSettings.PID)
@Designate(ocd = IpConfiguration.class)
public final class IpComponent {
  private final LiveSettings<IpSettings> settings =
      new LiveSettings<>(IpSettings.PID, IpSettings::parse);
  private final IpModuleFactory factory;
  private final ServiceRegistration<?> settingsRegistration;
  private final ServiceRegistration<?> factoryRegistration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public IpComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    factory = new IpModuleFactory(settings.inForce());
    settingsRegistration = context.registerService(LiveSettings.class, settings, null);
    factoryRegistration = context.registerService(ModuleFactory.class, factory, null);
  }

  @Modified
  void modified(Map<String, Object> raw) {
    if (settings.update(raw)) {
      factory.settings(settings.inForce());
    }
  }

  @Deactivate
  void deactivate() {
    factoryRegistration.unregister();
    settingsRegistration.unregister();
  }
}
