package io.karavel.engine.internal;

import io.karavel.control.Appliance;
import io.karavel.control.ConnectionKeeper;
import io.karavel.control.TapPoints;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.NanoClock;
import io.karavel.engine.internal.lane.Secrets;
import io.karavel.engine.internal.stack.KeptStacks;
import io.karavel.engine.internal.stack.RunningAppliance;
import io.karavel.engine.internal.stack.SlotSwaps;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackRegistry;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.tcp.TcpService;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Holds the stacks and registers what lasts: the {@link Appliance} and a {@link TcpService} per
 * stack. It has no PID of its own, because SCR makes a component anew when its configuration is
 * deleted: {@link EngineSettingsComponent} brings the settings.
 */
@Component(service = EngineComponent.class, immediate = true)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.control.Appliance'")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.control.ConnectionKeeper'")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.control.spi.ModuleSlots'")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.control.TapPoints'")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.tcp.TcpService'")
public final class EngineComponent implements StackRegistry.Observer {
  /** The stack that keeps the built-in defaults, so that it is a steady peer. */
  private static final String HOST = "host";

  private final BundleContext context;
  private final SecureRandom random = new SecureRandom();
  private final LiveSettings<EngineSettings> settings =
      new LiveSettings<>(EngineSettings.PID, EngineSettings::parse);
  private final Map<String, ServiceRegistration<?>> tcpServices = new ConcurrentHashMap<>();
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final StackRegistry registry;
  private final Quarantine quarantine;

  /** What the JVM before this one kept; null if it kept nothing. */
  private final KeptStacks kept;

  private final NanoClock clock;

  /** What lanes look at once per turn. */
  private volatile EngineSettings inForce = settings.inForce();

  private final SynchronousBundleListener bundles = this::onBundleEvent;

  /** Without a stack until the settings have come; not before its turn. */
  @Activate
  public EngineComponent(BundleContext context, @Reference EngineTurn.Granted turn) {
    this.context = context;
    String data = context.getProperty("karaf.data");
    Path folder = Path.of(data == null ? "data" : data, "karavel");
    Path connections = folder.resolve("connections");
    kept = KeptStacks.take(connections);
    clock =
        kept == null
            ? ContinuedClock.of(System::nanoTime)
            : ContinuedClock.from(System::nanoTime, kept.clockNanos());
    quarantine =
        new Quarantine(
            folder.resolve("quarantine"), () -> inForce.quarantineReports(), Clock.systemUTC());
    registry = new StackRegistry(this::newStack, this);
    context.addBundleListener(bundles);
    RunningAppliance appliance = new RunningAppliance(registry, clock);
    registrations.add(context.registerService(Appliance.class, appliance, null));
    ConnectionKeeper keeper = () -> registry.save(connections, clock, Clock.systemUTC());
    registrations.add(context.registerService(ConnectionKeeper.class, keeper, null));
    registrations.add(context.registerService(TapPoints.class, appliance, null));
    registrations.add(context.registerService(ModuleSlots.class, new SlotSwaps(registry), null));
    registrations.add(context.registerService(LiveSettings.class, settings, null));
  }

  /** Takes in a configuration of PID {@code io.karavel.engine}; empty for none. */
  void configure(Map<String, Object> raw) {
    settings.update(raw);
    inForce = settings.inForce();
    registry.start();
    // lanes read the settings in force once per turn; one that sleeps must look at its deadlines
    registry.stacks().forEach(Stack::wake);
  }

  @Deactivate
  void deactivate() {
    context.removeBundleListener(bundles);
    registry.stop();
    quarantine.close();
    registrations.forEach(ServiceRegistration::unregister);
  }

  private void onBundleEvent(BundleEvent event) {
    switch (event.getType()) {
      case BundleEvent.STOPPING -> {
        // the framework stops: modules end while everything they stand on is still there
        if (event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
          registry.stop();
        }
      }
      case BundleEvent.UNRESOLVED, BundleEvent.UPDATED, BundleEvent.UNINSTALLED ->
          RecordMethods.forget();
      default -> {
        // nothing of ours depends on it
      }
    }
  }

  private Stack newStack(String name) {
    boolean configured = !name.equals(HOST);
    EngineSettings defaults = EngineSettings.defaults();
    StackSetup setup =
        new StackSetup(
            name,
            configured,
            clock,
            configured ? () -> inForce : () -> defaults,
            new Secrets((secret, bytes) -> random.nextBytes(bytes)),
            random.nextLong(),
            random::nextInt,
            Runtime.getRuntime().maxMemory() / 4);
    Stack stack = kept == null ? new Stack(setup) : kept.open(setup, Instant.now());
    stack.crashReports(quarantine);
    stack.start();
    return stack;
  }

  /** The bundles that offer a service of a type. */
  List<Bundle> bundlesOf(Class<?> service) {
    try {
      ServiceReference<?>[] offered = context.getAllServiceReferences(service.getName(), null);
      return offered == null
          ? List.of()
          : Stream.of(offered)
              .map(ServiceReference::getBundle)
              .filter(Objects::nonNull)
              .distinct()
              .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  int stayMillis() {
    return inForce.stayMillis();
  }

  StackRegistry registry() {
    return registry;
  }

  @Override
  public void opened(Stack stack) {
    tcpServices.put(
        stack.name(),
        context.registerService(
            TcpService.class,
            stack.tcp(),
            FrameworkUtil.asDictionary(Map.of(TcpService.STACK, stack.name()))));
  }

  @Override
  public void closing(Stack stack) {
    ServiceRegistration<?> registration = tcpServices.remove(stack.name());
    if (registration != null) {
      registration.unregister();
    }
  }
}
