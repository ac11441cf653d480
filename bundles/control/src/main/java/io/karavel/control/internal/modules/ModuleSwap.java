package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.SwapRecord;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.karaf.features.Feature;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One swap from beginning to end. The thread that runs it may be interrupted only while it watches;
 * then the swap is undone.
 */
final class ModuleSwap {
  private static final Logger LOG = LoggerFactory.getLogger(ModuleSwap.class);

  private final BundleContext context;
  private final Appliance appliance;
  private final FeatureCommit commit;
  private final Supplier<ControlSettings> settings;
  private final Exchanges exchanges;
  private final ModuleSlots slots;
  private final Consumer<String> progress;
  private final Instant begin = Instant.now();

  /** Asked to go back while it is being watched. */
  private volatile boolean backAsked;

  /** Which connections are to be moved; null for all, and the module with them. */
  private CanaryChoice choice;

  /** The jar is one of the store's own, which keeps it whatever comes of the swap. */
  private boolean fromStore;

  ModuleSwap(
      BundleContext context,
      Exchanges exchanges,
      ModuleSlots slots,
      Appliance appliance,
      FeatureCommit commit,
      Supplier<ControlSettings> settings,
      Consumer<String> progress) {
    this.context = context;
    this.exchanges = exchanges;
    this.slots = slots;
    this.appliance = appliance;
    this.commit = commit;
    this.settings = settings;
    this.progress = text -> tell(progress, text);
  }

  /** Whoever watches may have gone; the swap goes on. */
  private static void tell(Consumer<String> whom, String text) {
    try {
      whom.accept(text);
    } catch (RuntimeException e) {
      LOG.info("{} (nobody could be told: {})", text, e.toString());
    }
  }

  /** Makes the exchange that suits a bundle. */
  interface Exchanges {
    Exchange of(Bundle old, Bundle candidate, Consumer<String> progress);
  }

  /** Has a watch that is under way end by going back. Any thread. */
  void askBack() {
    backAsked = true;
  }

  /**
   * Which connections a canary is to have.
   *
   * @param where those that pass
   * @param percent so many of these
   */
  record CanaryChoice(Predicate<? super TcpConnectionInfo> where, int percent) {}

  /** Moves some connections to the jar and leaves it so; else like {@link #run}. */
  SwapRecord canary(
      Bundle old, ModuleJar fetched, String url, CanaryChoice wanted, IntSupplier watchSeconds)
      throws ModuleSwapException, InterruptedException {
    choice = wanted;
    return run(old, fetched, url, watchSeconds, false);
  }

  /** Has a canary take all connections; whatever is wrong is undone and told in the record. */
  SwapRecord promote(Bundle old, Bundle candidate, ModuleJar jar, IntSupplier watchSeconds)
      throws InterruptedException {
    int connections = connections();
    try {
      Feature feature = featureOf(old);
      return exchange(feature, old, candidate, jar, jar.location(), watchSeconds, connections);
    } catch (ModuleSwapException e) {
      return notPromoted(old, candidate, jar, connections, e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      return notPromoted(old, candidate, jar, connections, "it fails: " + e);
    }
  }

  /** While the canary runs nothing was exchanged and both go on; else the newcomer goes. */
  private SwapRecord notPromoted(
      Bundle old, Bundle candidate, ModuleJar jar, int connections, String why) {
    String from = old.getVersion().toString();
    String to = jar.version().toString();
    String url = jar.location();
    try {
      if (Leftovers.isCanary(slots, candidate)) {
        String both = why + "; both versions go on";
        return record(old, from, to, url, "refused", connections, null, both);
      }
    } catch (RuntimeException e) {
      String unknown = why + "; whether the canary goes on cannot be told: " + e;
      return record(old, from, to, url, "refused", connections, null, unknown);
    }
    String failed;
    try {
      failed = slots.rollback(candidate.getBundleId()).problem();
    } catch (RuntimeException e) {
      failed = e.toString();
    }
    uninstall(candidate, jar);
    String reason = why + (failed == null ? "" : "; going back failed too: " + failed);
    return record(old, from, to, url, "rolled back", connections, null, reason);
  }

  /** Swaps {@code old} for the jar; whatever is wrong is undone and told in the record. */
  SwapRecord run(
      Bundle old, ModuleJar fetched, String url, IntSupplier watchSeconds, boolean dryRun)
      throws ModuleSwapException, InterruptedException {
    ModuleJar jar = fetched;
    Bundle candidate = null;
    String from = old.getVersion().toString();
    String to = jar.version().toString();
    int connections = connections();
    try {
      check(old, jar);
      Feature feature = featureOf(old);
      jar = located(feature, jar);
      fromStore = url.equals(jar.file().toUri().toString());
      keepFormer(old, jar.file().getParent());
      candidate = install(jar);
      if (dryRun) {
        exchanges.of(old, candidate, progress).rehearse();
        uninstall(candidate, jar);
        return record(old, from, to, url, "rehearsed", connections, null, "");
      }
      return exchange(feature, old, candidate, jar, url, watchSeconds, connections);
    } catch (ModuleSwapException e) {
      uninstall(candidate, jar);
      return record(old, from, to, url, "refused", connections, null, e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      // code of the newcomer that was not expected to throw
      uninstall(candidate, jar);
      return record(old, from, to, url, "refused", connections, null, "it fails: " + e);
    }
  }

  private SwapRecord exchange(
      Feature feature,
      Bundle old,
      Bundle candidate,
      ModuleJar jar,
      String url,
      IntSupplier watchSeconds,
      int connections)
      throws ModuleSwapException, InterruptedException {
    String from = old.getVersion().toString();
    String to = jar.version().toString();
    Exchange whole = exchanges.of(old, candidate, progress);
    CanaryExchange canary =
        choice == null
            ? null
            : new CanaryExchange(
                slots,
                (SlotExchange) whole,
                candidate.getBundleId(),
                choice.where(),
                choice.percent());
    Exchange exchange = canary == null ? whole : canary;
    Exchange.Outcome outcome;
    String problem;
    String failed = null;
    // it learns during the rehearsal what the module at work does
    ModuleSlots.Wire wire = slots.watchWire();
    try {
      exchange.rehearse();
      Watch watch = new Watch(appliance, exchange, wire, settings, Watch.Pace.REAL);
      outcome = exchange.go();
      progress.accept(
          outcome
              + "; watching for "
              + watchSeconds.getAsInt()
              + " s, 'net:module-rollback' in another session ends that");
      problem = watched(watch, watchSeconds);
      if (problem == null) {
        problem = unconfirmed(exchange);
      }
      if (problem != null) {
        // what it sends until it has gone must not get onto the wire either
        failed = goBack(exchange);
      }
    } finally {
      close(wire);
    }
    int concerned = canary == null ? connections : canary.connections();
    if (problem != null) {
      uninstall(candidate, jar);
      String reason = problem + (failed == null ? "" : "; going back failed too: " + failed);
      return record(old, from, to, url, "rolled back", concerned, outcome, reason);
    }
    if (canary != null) {
      progress.accept(
          "both versions run: 'net:module-list' compares them, 'net:module-promote' or"
              + " 'net:module-rollback' ends it");
      return record(old, from, to, url, "canary", concerned, outcome, "");
    }
    commit(feature, old, candidate, exchange, jar);
    return record(old, from, to, url, "committed", concerned, outcome, "");
  }

  /** A lane that does not answer is no reason to undo what went well. */
  private void close(ModuleSlots.Wire wire) {
    try {
      wire.close();
    } catch (RuntimeException e) {
      LOG.warn("The watch at the wires is not taken out: {}", e.toString());
    }
  }

  /** Ends the probation; why that cannot be done, or null. */
  private static String unconfirmed(Exchange exchange) {
    try {
      exchange.confirm();
      return null;
    } catch (RuntimeException e) {
      return "it cannot be confirmed: " + e;
    }
  }

  private static String goBack(Exchange exchange) {
    try {
      return exchange.back();
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  private String watched(Watch watch, IntSupplier seconds) {
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
          && jar.version().equals(bundle.getVersion())
          && !isLeftOver(old, bundle, jar)) {
        throw new ModuleSwapException(
            jar.symbolicName()
                + " "
                + jar.version()
                + " is installed already, as bundle "
                + bundle.getBundleId()
                + "; give the new jar another Bundle-Version, or use 'bundle:update'");
      }
    }
  }

  /** Of a swap that the end of the appliance interrupted, or of a canary that crashed: it goes. */
  private boolean isLeftOver(Bundle old, Bundle bundle, ModuleJar jar) throws ModuleSwapException {
    if (!bundle.getLocation().startsWith(jar.file().getParent().toUri().toString())
        || bundle.getState() == Bundle.ACTIVE
            && (featureOfLocation(bundle.getLocation()) != null
                || Leftovers.isOfUse(slots, old, bundle))) {
      return false;
    }
    try {
      bundle.uninstall();
      return true;
    } catch (BundleException e) {
      progress.accept("what a former swap left stays installed: " + reason(e));
      return false;
    }
  }

  private Feature featureOf(Bundle old) throws ModuleSwapException {
    Feature feature = featureOfLocation(old.getLocation());
    if (feature == null) {
      throw new ModuleSwapException(
          old.getSymbolicName() + " is in no installed feature, so the swap could not be kept");
    }
    return feature;
  }

  private Feature featureOfLocation(String location) throws ModuleSwapException {
    try {
      return commit.featureOf(location);
    } catch (Exception e) {
      throw new ModuleSwapException("Karaf's features service does not answer: " + e);
    }
  }

  private ModuleJar located(Feature feature, ModuleJar jar) throws ModuleSwapException {
    try {
      return commit.located(feature, jar);
    } catch (ModuleSwapException e) {
      throw e;
    } catch (Exception e) {
      throw new ModuleSwapException("Karaf's features service does not answer: " + e);
    }
  }

  /** For the way back after the commit, when the former version is uninstalled. */
  private void keepFormer(Bundle old, Path store) throws ModuleSwapException {
    if (Files.exists(ModuleJar.kept(store, old.getSymbolicName(), old.getVersion()))) {
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
      return context.installBundle(jar.location());
    } catch (BundleException e) {
      throw new ModuleSwapException("the bundle cannot be installed: " + reason(e));
    }
  }

  static String reason(BundleException e) {
    Throwable cause = e.getCause();
    return e.getMessage() + (cause == null ? "" : ": " + cause);
  }

  private void commit(
      Feature feature, Bundle old, Bundle candidate, Exchange exchange, ModuleJar jar)
      throws ModuleSwapException {
    progress.accept("committing as feature " + feature.getName() + " " + jar.version());
    try {
      candidate.start();
      commit.commit(feature, old.getLocation(), jar);
    } catch (Exception e) {
      String failed = goBack(exchange);
      throw new ModuleSwapException(
          "the features service refused the commit: "
              + e
              + (failed == null ? "" : "; going back failed too: " + failed));
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
    if (!fromStore) {
      jar.discard();
    }
    if (candidate == null || candidate.getState() == Bundle.UNINSTALLED) {
      return;
    }
    try {
      candidate.uninstall();
    } catch (BundleException e) {
      progress.accept("the refused version stays installed: " + reason(e));
    }
  }

  private SwapRecord record(
      Bundle old,
      String from,
      String to,
      String url,
      String result,
      int connections,
      Exchange.Outcome outcome,
      String reason) {
    return new SwapRecord(
        begin,
        old.getSymbolicName(),
        from,
        to,
        url,
        result,
        connections,
        outcome == null ? 0 : outcome.slots(),
        outcome == null ? 0 : outcome.longestPauseNanos(),
        outcome == null ? 0 : outcome.wholeNanos(),
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
