package io.karavel.tcp.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.TcpModule;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes the TCP module of each lane and brings new settings to those of configured stacks. Public
 * for test kits that assemble stacks without a framework. Any thread.
 */
public final class TcpModuleFactory implements ModuleFactory {
  private final List<TcpProtocol> modules = new CopyOnWriteArrayList<>();
  private final CongestionControls congestionControls = new CongestionControls(this::modules);
  private volatile TcpSettings settings;

  /** Modules of configured stacks get these settings, those of others the defaults. */
  public TcpModuleFactory(TcpSettings settings) {
    this.settings = settings;
  }

  @Override
  public String slot() {
    return TcpModule.SLOT;
  }

  @Override
  public StateVersions stateVersions() {
    return TcpHandover.VERSIONS;
  }

  @Override
  public Module create(LaneContext context) {
    boolean configured = context.configured();
    TcpSettings its = configured ? settings : TcpSettings.defaults();
    Map<String, CongestionControlFactory> controls = congestionControls.byName();
    TcpProtocol module = new TcpProtocol(context, its, controls, modules::remove);
    modules.removeIf(TcpProtocol::isOver);
    modules.add(module);
    // what came while it was made was told to the others only
    if (congestionControls.byName() != controls) {
      module.post(congestionControls.byName(), () -> {});
    }
    if (configured && !settings.equals(its)) {
      module.post(settings);
    }
    return module;
  }

  /** New settings are in force, for what exists too as each of them says. */
  public void settings(TcpSettings newSettings) {
    settings = newSettings;
    for (TcpProtocol module : modules()) {
      if (module.isConfigured()) {
        module.post(newSettings);
      }
    }
  }

  /** Those at work. One whose lane hung may never be closed: it is forgotten here. */
  List<TcpProtocol> modules() {
    modules.removeIf(TcpProtocol::isOver);
    return List.copyOf(modules);
  }

  /** The congestion controls beside the built-in ones; those of all stacks. */
  public CongestionControls congestionControls() {
    return congestionControls;
  }
}
