package io.karavel.nic.tap.internal;

import io.karavel.engine.InstanceName;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.nic.TapSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** One device per configuration of {@code io.karavel.nic.tap}: registers its factory. */
@Component(
    service = {},
    immediate = true,
    configurationPid = TapSettings.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TapConfiguration.class, factory = true)
public final class TapComponent {
  private final LiveSettings<TapSettings> settings;
  private final TapDeviceFactory factory;
  private final ServiceRegistration<?> settingsRegistration;
  private final ServiceRegistration<?> factoryRegistration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public TapComponent(BundleContext context, Map<String, Object> raw) {
    String name = InstanceName.of(TapSettings.PID, raw);
    settings =
        new LiveSettings<>(TapSettings.PID + "~" + name, map -> TapSettings.parse(name, map));
    settings.update(raw);
    factory = new TapDeviceFactory(settings.inForce());
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
