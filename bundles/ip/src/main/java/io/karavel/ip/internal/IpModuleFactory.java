package io.karavel.ip.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.ip.IpSettings;
import io.karavel.ip.spi.IpModule;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the IP modules, one per lane, and brings new settings to those that live. Stacks that the
 * configuration does not govern keep the defaults. Any thread.
 */
public final class IpModuleFactory implements ModuleFactory {
  private final Set<Ipv4Layer> modules = ConcurrentHashMap.newKeySet();
  private volatile IpSettings settings;

  /** A factory whose modules begin with these settings. */
  public IpModuleFactory(IpSettings settings) {
    this.settings = settings;
  }

  @Override
  public String slot() {
    return IpModule.SLOT;
  }

  @Override
  public StateVersions stateVersions() {
    return IpHandover.VERSIONS;
  }

  @Override
  public Module create(LaneContext context) {
    IpSettings initial = context.configured() ? settings : IpSettings.defaults();
    Ipv4Layer module = new Ipv4Layer(context, initial, modules::remove);
    // one whose lane hung may never be closed
    modules.removeIf(former -> former.context().isOver());
    modules.add(module);
    if (context.configured() && !settings.equals(initial)) {
      module.settings(settings); // they changed before the module was in the set
    }
    return module;
  }

  /** Puts new settings into force on every lane, each in its own time. */
  public void settings(IpSettings value) {
    settings = value;
    for (Ipv4Layer module : modules) {
      if (module.context().configured()) {
        module.context().post(() -> module.settings(value));
      }
    }
  }
}
