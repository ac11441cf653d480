package io.karavel.tcp.internal;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.tcp.TcpSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Turns the configuration of PID {@code io.karavel.tcp} into settings and registers the factory.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = TcpSettings.PID)
@Designate(ocd = TcpConfiguration.class)
public final class TcpComponent {
  private final LiveSettings<TcpSettings> settings =
      new LiveSettings<>(TcpSettings.PID, TcpSettings::parse);
  private final TcpModuleFactory factory;
  private final ServiceRegistration<?> settingsRegistration;
  private final ServiceRegistration<?> factoryRegistration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public TcpComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    factory = new TcpModuleFactory(settings.inForce());
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
