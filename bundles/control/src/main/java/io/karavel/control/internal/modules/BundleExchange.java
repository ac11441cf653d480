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
 */
final class BundleExchange implements Exchange {
  private static final long ARRIVAL_NANOS = 10_000_000_000L;
  private static final long POLL_MILLIS = 5;

  private final BundleContext context;
  private final Appliance appliance;
  private final ServiceComponentRuntime components;
  private final Bundle old;
  private final Bundle candidate;
  private final Consumer<String> progress;
  private long crashesBefore;

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
  public void rehearse() throws ModuleSwapException {
    FrameworkWiring wiring =
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    if (wiring.resolveBundles(List.of(candidate))) {
      warm();
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

  @Override
  public Outcome go() throws ModuleSwapException, InterruptedException {
    try {
      return exchange();
    } catch (RuntimeException e) {
      // a bundle that somebody uninstalls meanwhile: the old one may be stopped already
      throw undone(e.toString());
    } catch (InterruptedException e) {
      back();
      throw e;
    }
  }

  private Outcome exchange() throws ModuleSwapException, InterruptedException {
    Set<String> offered = services(old);
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
      String failure = failure();
      if (failure != null) {
        throw undone(failure);
      }
      offered.removeAll(services(candidate));
      long waiting = unsatisfied(candidate);
      if (offered.isEmpty() && waiting <= unsatisfied) {
        long nanos = System.nanoTime() - beginNanos;
        return new Outcome(0, nanos, nanos);
      }
      if (System.nanoTime() - beginNanos > ARRIVAL_NANOS) {
        throw undone(
            offered.isEmpty()
                ? waiting + " of its components wait for something"
                : "it does not offer " + String.join(", ", offered));
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

  /** What a component of the newcomer failed with, or null. */
  private String failure() {
    for (ComponentConfigurationDTO configuration : configurations(candidate)) {
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
    String failure = failure();
    if (failure != null) {
      return failure;
    }
    return crashes() > crashesBefore
        ? "modules crashed since the swap; 'net:events --kind module' shows which"
        : null;
  }

  @Override
  public String back() {
    try {
      if (candidate.getState() != Bundle.UNINSTALLED) {
        candidate.stop(Bundle.STOP_TRANSIENT);
      }
    } catch (BundleException | IllegalStateException e) {
      // whatever becomes of it, the old one is to work
      progress.accept("the new one is not stopped: " + e);
    }
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
