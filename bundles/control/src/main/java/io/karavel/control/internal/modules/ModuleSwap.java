package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.SwapRecord;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.karaf.features.Feature;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * One swap from beginning to end. The thread that runs it may be interrupted only while it watches;
 * then the swap is undone.
 */
final class ModuleSwap {
  private static final long ARRIVAL_NANOS = 10_000_000_000L;
  private static final long POLL_MILLIS = 20;

  private final BundleContext context;
  private final ModuleSlots slots;
  private final Appliance appliance;
  private final FeatureCommit commit;
  private final ControlSettings settings;
  private final Consumer<String> progress;
  private final Instant begin = Instant.now();

  /** Asked to go back while it is being watched. */
  private volatile boolean backAsked;

  ModuleSwap(
      BundleContext context,
      ModuleSlots slots,
      Appliance appliance,
      FeatureCommit commit,
      ControlSettings settings,
      Consumer<String> progress) {
    this.context = context;
    this.slots = slots;
    this.appliance = appliance;
    this.commit = commit;
    this.settings = settings;
    this.progress = progress;
  }

  /** Has a watch that is under way end by going back. Any thread. */
  void askBack() {
    backAsked = true;
  }

  /** Swaps {@code old} for the jar; whatever is wrong is undone and told in the record. */
  SwapRecord run(Bundle old, ModuleJar fetched, String url, int watchSeconds, boolean dryRun)
      throws ModuleSwapException, InterruptedException {
    ModuleJar jar = fetched;
    Bundle candidate = null;
    String from = old.getVersion().toString();
    String to = jar.version().toString();
    int connections = connections();
    try {
      check(old, jar);
      Feature feature = featureOf(old);
      jar = jar.keep();
      keepFormer(old, jar.file().getParent());
      candidate = install(jar);
      Set<String> needed = places(old.getBundleId());
      awaitFactories(candidate, needed);
      progress.accept("rehearsing " + needed.size() + " slots with the state as it is");
      List<String> problems = slots.rehearse(candidate.getBundleId());
      if (!problems.isEmpty()) {
        throw new ModuleSwapException("the rehearsal failed: " + String.join("; ", problems));
      }
      if (dryRun) {
        uninstall(candidate, jar);
        return record(old, from, to, url, "rehearsed", connections, List.of(), "");
      }
      Watch watch = new Watch(slots, appliance, candidate.getBundleId(), settings);
      ModuleSlots.Swap swap = slots.swap(candidate.getBundleId());
      if (swap.problem() != null) {
        throw new ModuleSwapException("the swap failed: " + swap.problem());
      }
      progress.accept(
          "swapped "
              + swap.pauses().size()
              + " slots, longest pause "
              + longest(swap.pauses()) / 1000
              + " us; watching for "
              + watchSeconds
              + " s");
      String problem = watched(watch, watchSeconds);
      if (problem != null) {
        ModuleSlots.Swap back = slots.rollback(candidate.getBundleId());
        uninstall(candidate, jar);
        String reason =
            problem + (back.problem() == null ? "" : "; going back failed too: " + back.problem());
        return record(old, from, to, url, "rolled back", connections, swap.pauses(), reason);
      }
      slots.confirm(candidate.getBundleId());
      commit(feature, old, candidate, jar);
      return record(old, from, to, url, "committed", connections, swap.pauses(), "");
    } catch (ModuleSwapException e) {
      uninstall(candidate, jar);
      return record(old, from, to, url, "refused", connections, List.of(), e.getMessage());
    }
  }

  private String watched(Watch watch, int seconds) {
    try {
      String problem = watch.look(seconds, () -> backAsked);
      return problem == null && backAsked ? "asked to go back" : problem;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the watch was interrupted";
    }
  }

  private void check(Bundle old, ModuleJar jar) throws ModuleSwapException {
    if (!jar.symbolicName().equals(old.getSymbolicName())) {
      throw new ModuleSwapException(
          "the jar is " + jar.symbolicName() + ", not " + old.getSymbolicName());
    }
    for (Bundle bundle : context.getBundles()) {
      if (jar.symbolicName().equals(bundle.getSymbolicName())
          && jar.version().equals(bundle.getVersion())) {
        throw new ModuleSwapException(
            jar.symbolicName()
                + " "
                + jar.version()
                + " is installed already, as bundle "
                + bundle.getBundleId()
                + "; give the new jar another Bundle-Version, or use 'bundle:update'");
      }
    }
    if (places(old.getBundleId()).isEmpty()) {
      throw new ModuleSwapException(
          old.getSymbolicName()
              + " is at work in no slot, so nothing can be swapped; use 'bundle:update "
              + old.getBundleId()
              + " URL'");
    }
  }

  private Feature featureOf(Bundle old) throws ModuleSwapException {
    try {
      Feature feature = commit.featureOf(old.getLocation());
      if (feature == null) {
        throw new ModuleSwapException(
            old.getSymbolicName() + " is in no installed feature, so the swap could not be kept");
      }
      return feature;
    } catch (ModuleSwapException e) {
      throw e;
    } catch (Exception e) {
      throw new ModuleSwapException("Karaf's features service does not answer: " + e);
    }
  }

  /** For the way back after the commit, when the former version is uninstalled. */
  private void keepFormer(Bundle old, Path store) throws ModuleSwapException {
    if (Files.exists(store.resolve(old.getSymbolicName() + "-" + old.getVersion() + ".jar"))) {
      return;
    }
    ModuleJar former = ModuleJar.fetch(old.getLocation(), store);
    if (former.version().equals(old.getVersion())) {
      former.keep();
    } else {
      former.discard();
      progress.accept(
          old.getSymbolicName()
              + " differs from its feature and cannot be brought back after the commit");
    }
  }

  private Bundle install(ModuleJar jar) throws ModuleSwapException {
    try {
      Bundle candidate = context.installBundle(jar.location());
      try {
        // transient: a start of the appliance before the commit finds things as they were
        candidate.start(Bundle.START_TRANSIENT);
        return candidate;
      } catch (BundleException e) {
        candidate.uninstall();
        throw new ModuleSwapException("the bundle does not start: " + reason(e));
      }
    } catch (BundleException e) {
      throw new ModuleSwapException("the bundle cannot be installed: " + reason(e));
    }
  }

  private static String reason(BundleException e) {
    Throwable cause = e.getCause();
    return e.getMessage() + (cause == null ? "" : ": " + cause);
  }

  private Set<String> places(long bundleId) {
    Set<String> at = new HashSet<>();
    for (ModuleSlots.Place place : slots.placesFor(bundleId)) {
      if (place.bundleId() == bundleId) {
        at.add(place.stack() + " " + place.lane() + " " + place.slot());
      }
    }
    return at;
  }

  /** Its components come up in their own time. */
  private void awaitFactories(Bundle candidate, Set<String> needed)
      throws ModuleSwapException, InterruptedException {
    long endNanos = System.nanoTime() + ARRIVAL_NANOS;
    Set<String> missing = new HashSet<>(needed);
    while (true) {
      for (ModuleSlots.Place place : slots.placesFor(candidate.getBundleId())) {
        missing.remove(place.stack() + " " + place.lane() + " " + place.slot());
      }
      if (missing.isEmpty()) {
        return;
      }
      if (System.nanoTime() - endNanos > 0) {
        throw new ModuleSwapException("the bundle offers no module for " + missing);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void commit(Feature feature, Bundle old, Bundle candidate, ModuleJar jar)
      throws ModuleSwapException {
    progress.accept("committing as feature " + feature.getName() + " " + jar.version());
    try {
      candidate.start();
      commit.commit(feature, old.getLocation(), jar);
    } catch (Exception e) {
      slots.rollback(candidate.getBundleId());
      throw new ModuleSwapException("the features service refused the commit: " + e);
    }
    if (old.getState() != Bundle.UNINSTALLED) {
      try {
        old.uninstall();
      } catch (BundleException e) {
        progress.accept("the former version stays installed: " + reason(e));
      }
    }
  }

  private void uninstall(Bundle candidate, ModuleJar jar) {
    jar.discard();
    if (candidate == null || candidate.getState() == Bundle.UNINSTALLED) {
      return;
    }
    try {
      candidate.uninstall();
    } catch (BundleException e) {
      progress.accept("the refused version stays installed: " + reason(e));
    }
  }

  private static long longest(List<ModuleSlots.Pause> pauses) {
    return pauses.stream().mapToLong(ModuleSlots.Pause::nanos).max().orElse(0);
  }

  private SwapRecord record(
      Bundle old,
      String from,
      String to,
      String url,
      String result,
      int connections,
      List<ModuleSlots.Pause> pauses,
      String reason) {
    return new SwapRecord(
        begin,
        old.getSymbolicName(),
        from,
        to,
        url,
        result,
        connections,
        pauses.size(),
        longest(pauses),
        reason);
  }

  /** TCP connections of all stacks. */
  private int connections() {
    int sum = 0;
    for (String stack : appliance.stacks()) {
      try {
        Map<TcpState, Integer> byState =
            appliance.query(stack, "tcp", TcpControl.class, tcp -> tcp.summary().byState());
        for (Map.Entry<TcpState, Integer> entry : byState.entrySet()) {
          sum += entry.getKey() == TcpState.LISTEN ? 0 : entry.getValue();
        }
      } catch (ModuleAbsentException e) {
        return -1;
      }
    }
    return sum;
  }
}
