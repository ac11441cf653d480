package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleInfo;
import io.karavel.control.ModuleSwapException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Bundles that fill no slot: services, congestion controls, metrics, the shell. Two of a kind would
 * be in each other's way (ports, names), so the old one is stopped first; what its connections need
 * is kept by the engine and by TCP.
 *
 * <p>If both versions say in their manifests that they stand by ({@value #STANDS_BY}), the newcomer
 * is started while the old one is at work, and takes over in the moment in which that stops.
 */
final class BundleExchange implements Exchange {
  /** Header of bundles of which a later one waits, started, until the one before it has gone. */
  static final String STANDS_BY = "Karavel-Stands-By";

  private static final long ARRIVAL_NANOS = 10_000_000_000L;
  private static final long POLL_MILLIS = 5;

  private final BundleContext context;
  private final Appliance appliance;
  private final ServiceComponentRuntime components;
  private final Bundle old;
  private final Bundle candidate;
  private final Consumer<String> progress;
  private long crashesBefore;

  /** What the old one offered; null before the exchange. */
  private Set<String> offered;

  BundleExchange(
      BundleContext context,
      Appliance appliance,
      ServiceComponentRuntime components,
      Bundle old,
      Bundle candidate,
      Consumer<String> progress) {
    this.context = context;
    this.appliance = appliance;
    this.components = components;
    this.old = old;
    this.candidate = candidate;
    this.progress = progress;
  }

  @Override
  public void rehearse() throws ModuleSwapException, InterruptedException {
    FrameworkWiring wiring =
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    if (wiring.resolveBundles(List.of(candidate))) {
      warm();
      if (isStandingBy()) {
        standBy();
      }
      return;
    }
    List<String> missing = new ArrayList<>();
    for (BundleRequirement requirement :
        candidate.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
      String resolution = requirement.getDirectives().get(Constants.RESOLUTION_DIRECTIVE);
      if (!Constants.RESOLUTION_OPTIONAL.equals(resolution)
          && wiring.findProviders(requirement).isEmpty()) {
        missing.add(requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, ""));
      }
    }
    throw new ModuleSwapException("the bundle does not resolve: nobody offers " + missing);
  }

  /** Loads its classes now and not while the old one is stopped. */
  private void warm() throws ModuleSwapException {
    Enumeration<URL> entries = candidate.findEntries("/", "*.class", true);
    while (entries != null && entries.hasMoreElements()) {
      String path = entries.nextElement().getPath().substring(1);
      if (path.endsWith("-info.class")) {
        continue;
      }
      try {
        candidate.loadClass(path.substring(0, path.length() - 6).replace('/', '.'));
      } catch (ClassNotFoundException | LinkageError e) {
        throw new ModuleSwapException("the bundle cannot load its classes: " + e);
      }
    }
  }

  /** An earlier version that does not stand by would take what the newcomer has on the way back. */
  private boolean isStandingBy() {
    return standsBy(old) && standsBy(candidate);
  }

  private static boolean standsBy(Bundle bundle) {
    return Boolean.parseBoolean(bundle.getHeaders("").get(STANDS_BY));
  }

  /** Starts the newcomer behind the one at work. */
  private void standBy() throws ModuleSwapException, InterruptedException {
    long beginNanos = System.nanoTime();
    try {
      // transient: a start of the appliance before the commit finds things as they were
      candidate.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new ModuleSwapException("the bundle does not start: " + ModuleSwap.reason(e));
    }
    while (true) {
      String waits = unready(candidate, unsatisfied(old));
      if (waits == null) {
        progress.accept("the new one stands by");
        return;
      }
      if (failure(candidate) != null || System.nanoTime() - beginNanos > ARRIVAL_NANOS) {
        throw new ModuleSwapException(waits);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Why a bundle cannot take over at this moment, or null. */
  private String unready(Bundle bundle, long mayWait) {
    if (bundle.getState() != Bundle.ACTIVE) {
      return "its bundle was stopped or uninstalled";
    }
    String failure = failure(bundle);
    if (failure != null) {
      return failure;
    }
    long waiting = unsatisfied(bundle);
    return waiting > mayWait ? waiting + " of its components wait for something" : null;
  }

  @Override
  public Outcome go() throws ModuleSwapException, InterruptedException {
    try {
      return isStandingBy() ? takeOver() : exchange();
    } catch (RuntimeException e) {
      // a bundle that somebody uninstalls meanwhile: the old one may be stopped already
      throw undone(e.toString());
    } catch (InterruptedException e) {
      back();
      throw e;
    }
  }

  /** Both run; the newcomer goes on at once with what the old one lets go of. */
  private Outcome takeOver() throws ModuleSwapException {
    String waits = unready(candidate, unsatisfied(old));
    if (waits != null) {
      throw new ModuleSwapException("it does not stand by any more: " + waits);
    }
    offered = services(old);
    crashesBefore = crashes();
    Set<String> passing = new TreeSet<>(offered);
    passing.removeAll(services(candidate));
    ServiceGap gap = new ServiceGap(old, candidate, passing);
    ServiceRegistration<?> watching = context.registerService(EventListenerHook.class, gap, null);
    long beginNanos = System.nanoTime();
    try {
      old.stop(Bundle.STOP_TRANSIENT);
    } catch (BundleException e) {
      throw undone("the old one does not stop: " + ModuleSwap.reason(e));
    } finally {
      watching.unregister();
    }
    long nanos = System.nanoTime() - beginNanos;
    String failure = failure(candidate);
    if (failure == null) {
      failure = missing(candidate);
    }
    if (failure != null) {
      throw undone(failure);
    }
    return new Outcome(0, gap.nanos(), nanos);
  }

  /** What a bundle does not offer that the old one offered; null if nothing. */
  private String missing(Bundle bundle) {
    Set<String> missing = new TreeSet<>(offered);
    missing.removeAll(services(bundle));
    return missing.isEmpty() ? null : "it does not offer " + String.join(", ", missing);
  }

  private Outcome exchange() throws ModuleSwapException, InterruptedException {
    offered = services(old);
    long unsatisfied = unsatisfied(old);
    crashesBefore = crashes();
    long beginNanos = System.nanoTime();
    try {
      // transient: a start of the appliance before the commit finds things as they were
      old.stop(Bundle.STOP_TRANSIENT);
      progress.accept(
          "stopped the old one within " + (System.nanoTime() - beginNanos) / 1_000_000 + " ms");
      candidate.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw undone("the bundle does not start: " + ModuleSwap.reason(e));
    }
    while (true) {
      String failure = failure(candidate);
      if (failure != null) {
        throw undone(failure);
      }
      String missing = missing(candidate);
      long waiting = unsatisfied(candidate);
      if (missing == null && waiting <= unsatisfied) {
        long nanos = System.nanoTime() - beginNanos;
        return new Outcome(0, nanos, nanos);
      }
      if (System.nanoTime() - beginNanos > ARRIVAL_NANOS) {
        throw undone(missing == null ? waiting + " of its components wait for something" : missing);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private ModuleSwapException undone(String problem) {
    String failed = back();
    return new ModuleSwapException(
        "the swap failed: "
            + problem
            + (failed == null ? "" : "; going back failed too: " + failed));
  }

  private static Set<String> services(Bundle bundle) {
    Set<String> names = new TreeSet<>();
    ServiceReference<?>[] registered = bundle.getRegisteredServices();
    for (ServiceReference<?> reference :
        registered == null ? new ServiceReference<?>[0] : registered) {
      for (String name : (String[]) reference.getProperty(Constants.OBJECTCLASS)) {
        names.add(name);
      }
    }
    return names;
  }

  private List<ComponentConfigurationDTO> configurations(Bundle bundle) {
    Collection<ComponentDescriptionDTO> described = components.getComponentDescriptionDTOs(bundle);
    List<ComponentConfigurationDTO> all = new ArrayList<>();
    described.forEach(d -> all.addAll(components.getComponentConfigurationDTOs(d)));
    return all;
  }

  private long unsatisfied(Bundle bundle) {
    return configurations(bundle).stream()
        .filter(
            c ->
                c.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE
                    || c.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION)
        .count();
  }

  /** What a component of a bundle failed with, or null. */
  private String failure(Bundle bundle) {
    for (ComponentConfigurationDTO configuration : configurations(bundle)) {
      if (configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
        String trace = String.valueOf(configuration.failure);
        int end = trace.indexOf('\n');
        return "its component "
            + configuration.description.name
            + " failed: "
            + (end < 0 ? trace : trace.substring(0, end).trim());
      }
    }
    return null;
  }

  /** Crashes of whatever module: a congestion control throws inside TCP. */
  private long crashes() {
    long crashes = 0;
    for (String stack : appliance.stacks()) {
      crashes += appliance.modules(stack).stream().mapToLong(ModuleInfo::crashes).sum();
    }
    return crashes;
  }

  @Override
  public String problem() {
    if (candidate.getState() != Bundle.ACTIVE) {
      return "it is not at work any more: its bundle was stopped or uninstalled";
    }
    String failure = failure(candidate);
    if (failure != null) {
      return failure;
    }
    return crashes() > crashesBefore
        ? "modules crashed since the swap; 'net:events --kind module' shows which"
        : null;
  }

  @Override
  public String back() {
    String failed = null;
    if (isStandingBy()) {
      failed = startOld();
    }
    try {
      if (candidate.getState() != Bundle.UNINSTALLED) {
        candidate.stop(Bundle.STOP_TRANSIENT);
      }
    } catch (BundleException | IllegalStateException e) {
      // whatever becomes of it, the old one is to work
      progress.accept("the new one is not stopped: " + e);
    }
    if (!isStandingBy()) {
      return startOld();
    }
    return failed == null && offered != null ? missing(old) : failed;
  }

  private String startOld() {
    try {
      old.start(Bundle.START_TRANSIENT);
      return null;
    } catch (BundleException e) {
      return ModuleSwap.reason(e);
    } catch (IllegalStateException e) {
      return "a bundle was uninstalled meanwhile: " + e;
    }
  }

  @Override
  public void confirm() {
    // its service is that of any other bundle
  }
}
