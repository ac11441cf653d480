package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.ModuleVersion;
import io.karavel.control.SwapRecord;
import io.karavel.control.internal.ControlComponent;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.TcpModule;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(ModulesComponent.class);

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
    IntSupplier seconds = seconds(watchSeconds);
    Bundle old = atWork(module);
    refuseBesideCanary(old);
    return run(
        old, progress, swap -> swap.run(old, ModuleJar.fetch(url, store), url, seconds, dryRun));
  }

  private IntSupplier seconds(int watchSeconds) {
    return watchSeconds < 0 ? () -> settings().watchSeconds() : () -> watchSeconds;
  }

  @Override
  public SwapRecord canary(
      String module,
      String url,
      Predicate<? super TcpConnectionInfo> where,
      int percent,
      int watchSeconds,
      Consumer<String> progress)
      throws ModuleSwapException {
    if (percent < 1 || percent > 100) {
      throw new ModuleSwapException("percent = " + percent + " is refused: the range is 1 to 100");
    }
    if (!symbolicName(module).equals(PREFIX + TcpModule.SLOT)) {
      throw new ModuleSwapException(
          "only tcp can share its connections with another version: "
              + symbolicName(module)
              + " is swapped as a whole, without --where and --percent");
    }
    Bundle old = atWork(module);
    refuseBesideCanary(old);
    ModuleSwap.CanaryChoice choice = new ModuleSwap.CanaryChoice(where, percent);
    return run(
        old,
        progress,
        swap -> swap.canary(old, ModuleJar.fetch(url, store), url, choice, seconds(watchSeconds)));
  }

  private void refuseBesideCanary(Bundle old) throws ModuleSwapException {
    Bundle candidate = canaryOf(old.getSymbolicName());
    if (candidate != null) {
      throw new ModuleSwapException(
          "a canary of "
              + old.getSymbolicName()
              + " "
              + candidate.getVersion()
              + " runs; end it with 'net:module-promote' or 'net:module-rollback' first");
    }
  }

  /** The bundle that has some of the connections of a module; null if none has. */
  private Bundle canaryOf(String symbolicName) throws ModuleSwapException {
    for (ModuleSlots.Shared shared : canaries()) {
      Bundle candidate = context.getBundle(shared.candidateBundleId());
      if (candidate != null && candidate.getSymbolicName().equals(symbolicName)) {
        return candidate;
      }
    }
    return null;
  }

  private List<ModuleSlots.Shared> canaries() throws ModuleSwapException {
    try {
      return slots.canaries();
    } catch (IllegalStateException e) {
      throw silent(e);
    }
  }

  /** Lanes were asked what is at work, before anything was done. */
  private static ModuleSwapException silent(IllegalStateException e) {
    return new ModuleSwapException(
        e.getMessage() + "; nothing was changed: try again, 'net:doctor' says what hangs");
  }

  private Bundle neededCanaryOf(String symbolicName) throws ModuleSwapException {
    Bundle candidate = canaryOf(symbolicName);
    if (candidate == null) {
      throw new ModuleSwapException(
          "no canary of "
              + symbolicName
              + " runs; 'net:module-swap --where FILTER --percent N' begins one");
    }
    return candidate;
  }

  private ModuleJar jarOf(Bundle candidate) {
    return new ModuleJar(
        candidate.getLocation(),
        ModuleJar.kept(store, candidate.getSymbolicName(), candidate.getVersion()),
        candidate.getSymbolicName(),
        candidate.getVersion());
  }

  @Override
  public SwapRecord promote(String module, int watchSeconds, Consumer<String> progress)
      throws ModuleSwapException {
    Bundle candidate = neededCanaryOf(symbolicName(module));
    Bundle old = atWork(module);
    return run(
        old,
        progress,
        swap -> swap.promote(old, candidate, jarOf(candidate), seconds(watchSeconds)));
  }

  /** What is done on the thread of a swap. */
  private interface Work {
    SwapRecord with(ModuleSwap swap) throws ModuleSwapException, InterruptedException;
  }

  private SwapRecord run(Bundle old, Consumer<String> progress, Work work)
      throws ModuleSwapException {
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
                  SwapRecord record = work.with(swap);
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
      List<SwapRecord> all = history.all();
      if (all.isEmpty()) {
        throw new ModuleSwapException(
            "it was asked to go back, and no history is kept (historyEntries = 0);"
                + " 'net:module-list' shows what is at work");
      }
      return all.get(0);
    }
    Bundle candidate = canaryOf(name);
    if (candidate != null) {
      return takeBack(candidate);
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

  /** The version at work gets back what a canary has. */
  private SwapRecord takeBack(Bundle candidate) throws ModuleSwapException {
    Instant begin = Instant.now();
    String to = candidate.getVersion().toString();
    List<ModuleSlots.Shared> shared = new ArrayList<>(canaries());
    shared.removeIf(one -> one.candidateBundleId() != candidate.getBundleId());
    if (shared.isEmpty()) {
      throw new ModuleSwapException(
          "the canary of "
              + candidate.getSymbolicName()
              + " "
              + to
              + " ended by itself meanwhile and its connections are back; 'net:events --kind"
              + " module' says why");
    }
    Bundle old = context.getBundle(shared.get(0).bundleId());
    int connections = shared.stream().mapToInt(one -> one.candidate().connections()).sum();
    ModuleSlots.Swap back;
    try {
      back = slots.endCanary(candidate.getBundleId());
    } catch (IllegalStateException e) {
      throw new ModuleSwapException(
          "whether the connections of "
              + candidate.getSymbolicName()
              + " "
              + to
              + " are back cannot be told: "
              + e.getMessage()
              + "; 'net:module-list' shows it when the lane goes on");
    }
    if (back.problem() != null) {
      throw new ModuleSwapException(
          "the connections of "
              + candidate.getSymbolicName()
              + " "
              + to
              + " cannot be taken back, both versions go on: "
              + back.problem());
    }
    ModuleJar jar = jarOf(candidate);
    try {
      candidate.uninstall();
    } catch (BundleException e) {
      throw new ModuleSwapException(
          "the connections are back, but "
              + candidate.getSymbolicName()
              + " "
              + to
              + " stays installed: "
              + ModuleSwap.reason(e));
    } catch (IllegalStateException e) {
      LOG.info("{} {} was uninstalled by somebody else: {}", candidate, to, e.toString());
    }
    jar.discard();
    SwapRecord record =
        new SwapRecord(
            begin,
            candidate.getSymbolicName(),
            to,
            old == null ? "" : old.getVersion().toString(),
            jar.location(),
            "taken back",
            connections,
            back.pauses().size(),
            ModuleSlots.Pause.longestNanos(back.pauses()),
            ModuleSlots.Pause.longestWholeNanos(back.pauses()),
            "");
    history.add(record, settings().historyEntries());
    return record;
  }

  /** How each of two versions does, by number of its bundle; empty while no canary runs. */
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
        try {
          if (found == null || slotsOf(bundle) > 0) {
            found = bundle;
          }
        } catch (IllegalStateException e) {
          throw silent(e);
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
    Running current = running.get();
    return new InstalledVersions(context, slots, comparison)
        .all(
            PREFIX,
            bundle ->
                current != null
                    && current.bundle().equals(bundle.getSymbolicName())
                    && current.formerId() != bundle.getBundleId());
  }

  @Override
  public List<SwapRecord> history() {
    return history.all();
  }
}
