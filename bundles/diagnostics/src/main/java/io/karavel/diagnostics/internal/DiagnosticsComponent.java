package io.karavel.diagnostics.internal;

import io.karavel.control.Appliance;
import io.karavel.control.Captures;
import io.karavel.control.ConnectionTraces;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.control.Impairments;
import io.karavel.control.LossLaboratory;
import io.karavel.control.TapPoints;
import io.karavel.diagnostics.internal.capture.CaptureDesk;
import io.karavel.diagnostics.internal.impairment.BadWires;
import io.karavel.diagnostics.internal.laboratory.Laboratory;
import io.karavel.diagnostics.internal.trace.TraceDesk;
import io.karavel.engine.LiveSettings;
import io.karavel.tcp.TcpSettings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
 * Puts the parts together and registers their services. It lives as long as the engine does, whose
 * tap points it stands on; what runs is ended and every tap taken out when it goes.
 */
@Component(
    service = DiagnosticsComponent.class,
    immediate = true,
    configurationPid = DiagnosticsSettings.PID)
@Designate(ocd = DiagnosticsConfiguration.class)
public final class DiagnosticsComponent {
  private final LiveSettings<DiagnosticsSettings> settings =
      new LiveSettings<>(DiagnosticsSettings.PID, DiagnosticsSettings::parse);
  private final List<LiveSettings<?>> others = new CopyOnWriteArrayList<>();
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final CaptureDesk captures;
  private final BadWires wires;

  /** Starts with whatever the configuration holds, the defaults if it is wrong. */
  @Activate
  public DiagnosticsComponent(
      BundleContext context,
      Map<String, Object> raw,
      @Reference Appliance appliance,
      @Reference TapPoints taps) {
    settings.update(raw);
    Ground ground =
        Ground.of(appliance, taps, System::nanoTime, Clock.systemUTC(), settings::inForce);
    captures = new CaptureDesk(ground);
    wires = new BadWires(ground);
    registrations.add(context.registerService(LiveSettings.class, settings, null));
    registrations.add(context.registerService(Captures.class, captures, null));
    registrations.add(context.registerService(ConnectionTraces.class, new TraceDesk(ground), null));
    registrations.add(
        context.registerService(
            LossLaboratory.class, new Laboratory(ground, this::tcpSettings), null));
    registrations.add(context.registerService(Impairments.class, wires, null));
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void addSettings(LiveSettings<?> added) {
    others.add(added);
  }

  void removeSettings(LiveSettings<?> removed) {
    others.remove(removed);
  }

  /** What rules in a stack; the stack main follows the configuration, others keep the defaults. */
  private TcpSettings tcpSettings(String stack) {
    for (LiveSettings<?> other : others) {
      if (stack.equals(Appliance.MAIN) && other.inForce() instanceof TcpSettings tcp) {
        return tcp;
      }
    }
    return TcpSettings.defaults();
  }

  @Modified
  void modified(Map<String, Object> raw) {
    settings.update(raw);
  }

  @Deactivate
  void deactivate() {
    registrations.forEach(ServiceRegistration::unregister);
    captures.close();
    wires.close();
  }
}
