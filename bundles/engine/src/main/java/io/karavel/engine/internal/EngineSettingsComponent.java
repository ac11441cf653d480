package io.karavel.engine.internal;

import io.karavel.engine.EngineSettings;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Brings the configuration of PID {@code io.karavel.engine} to the engine. When the configuration
 * is deleted this component is made anew, and the stacks live on with the defaults.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = EngineSettings.PID)
@Designate(ocd = EngineConfiguration.class)
public final class EngineSettingsComponent {
  private final EngineComponent engine;

  /** Brings what the configuration holds. */
  @Activate
  public EngineSettingsComponent(@Reference EngineComponent engine, Map<String, Object> raw) {
    this.engine = engine;
    engine.configure(raw);
  }

  @Modified
  void modified(Map<String, Object> raw) {
    engine.configure(raw);
  }

  @Deactivate
  void deactivate() {
    engine.configure(Map.of());
  }
}
