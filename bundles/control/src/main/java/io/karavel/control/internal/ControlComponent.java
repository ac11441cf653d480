package io.karavel.control.internal;

import io.karavel.control.ControlSettings;
import io.karavel.engine.LiveSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Turns the configuration of PID {@code io.karavel.control} into settings. SCR makes it anew when
 * its configuration is deleted, so whoever has something under way refers to it dynamically.
 */
@Component(
    service = ControlComponent.class,
    immediate = true,
    configurationPid = ControlSettings.PID)
@Designate(ocd = ControlConfiguration.class)
public final class ControlComponent {
  private final LiveSettings<ControlSettings> settings =
      new LiveSettings<>(ControlSettings.PID, ControlSettings::parse);
  private final ServiceRegistration<?> registration;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public ControlComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    registration = context.registerService(LiveSettings.class, settings, null);
  }

  @Modified
  void modified(Map<String, Object> raw) {
    settings.update(raw);
  }

  @Deactivate
  void deactivate() {
    registration.unregister();
  }

  /** The settings in force; any thread. */
  public ControlSettings settings() {
    return settings.inForce();
  }
}
