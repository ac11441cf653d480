package io.karavel.nic.memory.internal;

import io.karavel.engine.InstanceName;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.nic.MemoryCableSettings;
import java.util.EnumMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** One cable per configuration of {@code io.karavel.nic.memory}: registers a factory per end. */
@Component(
    service = {},
    immediate = true,
    configurationPid = MemoryCableSettings.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MemoryCableConfiguration.class, factory = true)
public final class MemoryCableComponent {
  private final BundleContext context;
  private final LiveSettings<MemoryCableSettings> settings;
  private final MemoryCable cable;
  private final ServiceRegistration<?> settingsRegistration;
  private final Map<MemoryCable.End, ServiceRegistration<ModuleFactory>> factories =
      new EnumMap<>(MemoryCable.End.class);

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public MemoryCableComponent(BundleContext context, Map<String, Object> raw) {
    this.context = context;
    String name = InstanceName.of(MemoryCableSettings.PID, raw);
    settings =
        new LiveSettings<>(
            MemoryCableSettings.PID + "~" + name, map -> MemoryCableSettings.parse(name, map));
    settings.update(raw);
    cable = new MemoryCable(settings.inForce());
    settingsRegistration = context.registerService(LiveSettings.class, settings, null);
    for (MemoryCable.End end : MemoryCable.End.values()) {
      register(end);
    }
  }

  private void register(MemoryCable.End end) {
    factories.put(end, context.registerService(ModuleFactory.class, cable.factory(end), null));
  }

  @Modified
  void modified(Map<String, Object> raw) {
    if (!settings.update(raw)) {
      return;
    }
    MemoryCableSettings before = cable.settings();
    MemoryCableSettings now = settings.inForce();
    // first all that must go, so that the two ends can change names
    boolean left = !before.leftDevice().equals(now.leftDevice());
    boolean right = !before.rightDevice().equals(now.rightDevice());
    if (left) {
      factories.remove(MemoryCable.End.LEFT).unregister();
    }
    if (right) {
      factories.remove(MemoryCable.End.RIGHT).unregister();
    }
    cable.settings(now);
    if (left) {
      register(MemoryCable.End.LEFT);
    }
    if (right) {
      register(MemoryCable.End.RIGHT);
    }
  }

  @Deactivate
  void deactivate() {
    factories.values().forEach(ServiceRegistration::unregister);
    settingsRegistration.unregister();
  }
}
