package io.karavel.timer.internal;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Turns the configuration of PID {@code io.karavel.keepalive} into settings and registers the
 * factory.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = KeepaliveSettings.PID)
@Designate(ocd = KeepaliveConfiguration.class)
public final class KeepaliveComponent {
  private final LiveSettings<KeepaliveSettings> settings =
      new LiveSettings<>(KeepaliveSettings.PID, KeepaliveSettings::parse);
  private final KeepaliveModuleFactory factory;
  private final ServiceRegistration<?> settingsRegistration;
  private final ServiceRegistration<?> factoryRegistration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public KeepaliveComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    factory = new KeepaliveModuleFactory(settings.inForce());
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
