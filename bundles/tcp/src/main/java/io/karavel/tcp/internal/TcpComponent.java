package io.karavel.tcp.internal;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Turns the configuration of PID {@code io.karavel.tcp} into settings, gathers the congestion
 * controls that bundles offer, and registers the factory.
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
  private volatile boolean isOver;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public TcpComponent(BundleContext context, Map<String, Object> raw) {
    settings.update(raw);
    factory = new TcpModuleFactory(settings.inForce());
    notice();
    settingsRegistration = context.registerService(LiveSettings.class, settings, null);
    factoryRegistration = context.registerService(ModuleFactory.class, factory, null);
  }

  @Modified
  void modified(Map<String, Object> raw) {
    if (settings.update(raw)) {
      factory.settings(settings.inForce());
    }
    notice();
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      unbind = "leave")
  // Called after the constructor: connections handed over with it get it back a moment later.
  void arrive(CongestionControlFactory congestionControl) {
    factory.congestionControls().arrive(congestionControl);
    notice();
  }

  /**
   * Comes back when no connection uses it any more, or after 2.5 s: SCR allows 5. Once this
   * component is deactivated that is no news: its module is gone, or stays for its successor.
   */
  void leave(CongestionControlFactory congestionControl) {
    if (isOver) {
      return;
    }
    factory.congestionControls().leave(congestionControl);
    notice();
  }

  private void notice() {
    settings.caution(settings.inForce().caution());
    settings.notice(factory.congestionControls().missing(settings.inForce().congestionControl()));
  }

  @Deactivate
  void deactivate() {
    isOver = true;
    factoryRegistration.unregister();
    settingsRegistration.unregister();
  }
}
