package io.karavel.timer.internal;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.TimerSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Turns the configuration of PID {@code io.karavel.timer} into settings and registers the factory.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = TimerSettings.PID)
@Designate(ocd = TimerConfiguration.class)
public final class TimerComponent {
  private final LiveSettings<TimerSettings> settings =
      new LiveSettings<>(TimerSettings.PID, TimerSettings::parse);
  private final TimerModuleFactory factory;
  private final ServiceRegistration<?> settingsRegistration;
  private final ServiceRegistration<?> factoryRegistration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public TimerComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    factory = new TimerModuleFactory(settings.inForce());
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
