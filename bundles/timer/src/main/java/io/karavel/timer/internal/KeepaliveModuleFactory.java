package io.karavel.timer.internal;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes a policy per lane and brings new settings to those that are at work. Any thread. */
public final class KeepaliveModuleFactory implements ModuleFactory {
  private final Map<SettingsKeepalivePolicy, LaneContext> atWork = new ConcurrentHashMap<>();
  private volatile KeepaliveSettings settings;

  /** A factory of policies with these settings. */
  public KeepaliveModuleFactory(KeepaliveSettings settings) {
    this.settings = settings;
  }

  @Override
  public String slot() {
    return KeepalivePolicy.SLOT;
  }

  @Override
  public StateVersions stateVersions() {
    return new StateVersions(1, 1);
  }

  @Override
  public Module create(LaneContext context) {
    return new SettingsKeepalivePolicy(context, this, settingsFor(context));
  }

  /** New settings rule, for the policies at work from a coming turn on. */
  public void settings(KeepaliveSettings newSettings) {
    settings = newSettings;
    atWork.forEach(
        (policy, context) -> {
          if (context.configured()) {
            context.post(() -> policy.settings(newSettings));
          }
        });
  }

  private KeepaliveSettings settingsFor(LaneContext context) {
    return context.configured() ? settings : KeepaliveSettings.defaults();
  }

  /** A module goes to work; returns the settings that rule now, so that it misses none. */
  KeepaliveSettings opened(SettingsKeepalivePolicy policy, LaneContext context) {
    atWork.put(policy, context);
    return settingsFor(context);
  }

  void closed(SettingsKeepalivePolicy policy) {
    atWork.remove(policy);
  }
}
