package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import io.karavel.control.SwapRecord;
import io.karavel.control.internal.ControlComponent;
import io.karavel.control.spi.ModuleSlots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * The service {@link ModuleSwaps}. A swap runs on a thread of its own: the shell that asked for it
 * may go away without undoing it. The thread ends with the swap.
 */
// immediate: it outlives whoever asked, the bundle shell for one
@Component(service = ModuleSwaps.class, immediate = true)
public final class ModulesComponent implements ModuleSwaps {
  private static final String PREFIX = "io.karavel.";

  /** Ground is not swapped: it changes by a restart. */
  private static final List<String> GROUND =
      List.of(PREFIX + "api", PREFIX + "engine", PREFIX + "linux");

  /** Cannot stop itself and go on. */
  private static final String OWN = PREFIX + "control";

  private final BundleContext context;
  private final ModuleSlots slots;
  private final Appliance appliance;
  private final ServiceComponentRuntime components;
  private final Path store;
  private final FeatureCommit commit;
  private final FeatureComparison comparison;
  private final SwapHistory history;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile ControlComponent control;

  /** A swap under way. */
  private record Running(String bundle, ModuleSwap swap, long formerId) {}

  private final AtomicReference<Running> running = new AtomicReference<>();
  private final AtomicReference<ExecutorService> executor = new AtomicReference<>();

  /** Keeps its files below Karaf's data directory. */
  @Activate
  public ModulesComponent(
      BundleContext context,
      @Reference ModuleSlots slots,
      @Reference Appliance appliance,
      @Reference ServiceComponentRuntime components,
      @Reference FeaturesService features) {
    this.context = context;
    this.slots = slots;
    this.appliance = appliance;
    this.components = components;
    String data = context.getProperty("karaf.data");
    store = Path.of(data == null ? "data" : data, "karavel", "modules");
    commit = new FeatureCommit(features, store);
    comparison = new FeatureComparison(features);
    history = new SwapHistory(store.resolve("history.tsv"));
  }

  @Deactivate
  void deactivate() {
    ExecutorService last = executor.getAndSet(null);
    if (last != null) {
      last.shutdownNow();
    }
  }

  private ControlSettings settings() {
    ControlComponent current = control;
    return current == null ? ControlSettings.defaults() : current.settings();
  }

  @Override
  public SwapRecord swap(
      String module, String url, int watchSeconds, boolean dryRun, Consumer<String> progress)
      throws ModuleSwapException {
    IntSupplier seconds = watchSeconds < 0 ? () -> settings().watchSeconds() : () -> watchSeconds;
    Bundle old = atWork(module);
    ModuleSwap swap =
        new ModuleSwap(context, this::exchange, slots, appliance, commit, this::settings, progress);
    Running mine = new Running(old.getSymbolicName(), swap, old.getBundleId());
    if (!running.compareAndSet(null, mine)) {
      Running other = running.get();
      throw new ModuleSwapException(
          "a swap of "
              + (other == null ? "another module" : other.bundle())
              + " is under way; wait for it, or undo it with 'net:module-rollback'");
    }
    ExecutorService thread =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "karavel-swap"));
    executor.set(thread);
    try {
      Future<SwapRecord> result =
          thread.submit(
              () -> {
                try {
                  SwapRecord record =
                      swap.run(old, ModuleJar.fetch(url, store), url, seconds, dryRun);
                  history.add(record, settings().historyEntries());
                  return record;
                } finally {
                  running.compareAndSet(mine, null);
                }
              });
      SwapRecord record = result.get();
      if (!record.reason().isEmpty()) {
        throw new ModuleSwapException(
            record.bundle()
                + " "
                + record.to()
                + " was "
                + record.result()
                + ": "
                + record.reason());
      }
      return record;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModuleSwapException refused) {
        throw refused;
      }
      throw new ModuleSwapException("the swap failed: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModuleSwapException("nobody waits for it any more; the swap goes on by itself");
    } finally {
      thread.shutdown();
    }
  }

  @Override
  public SwapRecord rollback(String module, Consumer<String> progress) throws ModuleSwapException {
    String name = symbolicName(module);
    Running current = running.get();
    if (current != null && current.bundle().equals(name)) {
      current.swap().askBack();
      while (current.equals(running.get())) {
        try {
          Thread.sleep(50);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new ModuleSwapException("nobody waits for it any more; it goes back by itself");
        }
      }
      return history.all().get(0);
    }
    Bundle old = atWork(module);
    for (SwapRecord before : history.all()) {
      if (before.bundle().equals(name)
          && before.result().equals("committed")
          && before.to().equals(old.getVersion().toString())) {
        return swap(module, urlOf(before), 0, false, progress);
      }
    }
    throw new ModuleSwapException(
        name + " " + old.getVersion() + " came by no swap, so there is nothing to go back to");
  }

  /** Where the version before a swap is: in the store if it was swapped in, else in its feature. */
  private String urlOf(SwapRecord swap) throws ModuleSwapException {
    Path kept = ModuleJar.kept(store, swap.bundle(), Version.parseVersion(swap.from()));
    if (kept.toFile().exists()) {
      return kept.toUri().toString();
    }
    throw new ModuleSwapException("the jar of " + swap.bundle() + " " + swap.from() + " is gone");
  }

  private static String symbolicName(String module) {
    return module.startsWith(PREFIX) ? module : PREFIX + module;
  }

  /** The bundle of a module that is at work; of several the one that fills slots. */
  private Bundle atWork(String module) throws ModuleSwapException {
    String name = symbolicName(module);
    if (GROUND.contains(name)) {
      throw new ModuleSwapException(
          name + " is part of the ground, which cannot be swapped while the appliance runs");
    }
    if (name.equals(OWN)) {
      throw new ModuleSwapException(
          name
              + " is what swaps modules and cannot swap itself; it is on the way of no frame: use"
              + " 'bundle:update "
              + name
              + " URL'");
    }
    Bundle found = null;
    List<String> there = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      String symbolicName = bundle.getSymbolicName();
      if (symbolicName != null && symbolicName.startsWith(PREFIX)) {
        there.add(symbolicName.substring(PREFIX.length()));
      }
      if (name.equals(symbolicName) && bundle.getState() == Bundle.ACTIVE) {
        if (found == null || slotsOf(bundle) > 0) {
          found = bundle;
        }
      }
    }
    if (found == null) {
      throw new ModuleSwapException(
          "there is no running module '" + module + "'; there are " + String.join(", ", there));
    }
    return found;
  }

  private Exchange exchange(Bundle old, Bundle candidate, Consumer<String> progress) {
    return slotsOf(old) > 0
        ? new SlotExchange(slots, old, candidate, this::settings, progress, System::nanoTime)
        : new BundleExchange(context, appliance, components, old, candidate, progress);
  }

  private int slotsOf(Bundle bundle) {
    return (int)
        slots.placesFor(bundle.getBundleId()).stream()
            .filter(place -> place.bundleId() == bundle.getBundleId())
            .count();
  }

  @Override
  public List<ModuleVersion> versions() {
    Map<String, Feature> features = comparison.featuresByLocation();
    Running current = running.get();
    List<ModuleVersion> versions = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      String name = bundle.getSymbolicName();
      if (name == null || !name.startsWith(PREFIX)) {
        continue;
      }
      Feature feature = features.get(bundle.getLocation());
      int at = slotsOf(bundle);
      boolean watched =
          current != null
              && current.bundle().equals(name)
              && current.formerId() != bundle.getBundleId();
      versions.add(
          new ModuleVersion(
              name,
              bundle.getBundleId(),
              bundle.getVersion().toString(),
              watched ? "watched" : state(bundle),
              at,
              feature == null ? "" : feature.getName() + "/" + feature.getVersion(),
              watched ? "not committed" : comparison.differs(bundle, feature)));
    }
    versions.sort(Comparator.comparing(ModuleVersion::bundle));
    return versions;
  }

  private static String state(Bundle bundle) {
    return switch (bundle.getState()) {
      case Bundle.ACTIVE -> "active";
      case Bundle.STARTING -> "starting";
      case Bundle.STOPPING -> "stopping";
      case Bundle.RESOLVED -> "resolved";
      case Bundle.INSTALLED -> "installed";
      default -> "uninstalled";
    };
  }

  @Override
  public List<SwapRecord> history() {
    return history.all();
  }
}
