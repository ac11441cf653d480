package io.karavel.shell.internal;

import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Keeps the commands while two versions of this bundle are there and one goes. Karaf takes a
 * command away by its name alone, so those of the version that stays go as well; this has Karaf
 * take them up again at once.
 *
 * <p>Karaf lets go of a bundle's commands before it is stopped, and an activator is there before
 * Karaf or SCR look at the bundle: nothing is missed, and the commands are back when whoever stops
 * the other version goes on. What starts last answers, as Karaf has it, unless it stands on another
 * api: the engine of that one stands by.
 */
public final class CommandKeeper implements BundleActivator, SynchronousBundleListener {
  /** Asynchronous: when it hears of a start Karaf has taken up the commands. */
  private final BundleListener starts = this::onStart;

  private Bundle own;

  /** Null when stopped. */
  private BundleContext context;

  /** Null in every other turn. */
  private ServiceRegistration<Turn> turn;

  /** For the framework. */
  public CommandKeeper() {}

  @Override
  public synchronized void start(BundleContext started) {
    context = started;
    own = started.getBundle();
    started.addBundleListener(this);
    started.addBundleListener(starts);
  }

  @Override
  public synchronized void stop(BundleContext stopped) {
    context = null;
    turn = null; // the framework lets go of it
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    if (event.getType() == BundleEvent.STOPPED && isOtherVersion(event.getBundle())) {
      takeUpAgain();
    }
  }

  private void onStart(BundleEvent event) {
    Bundle bundle = event.getBundle();
    if (event.getType() == BundleEvent.STARTED
        && isOtherVersion(bundle)
        && !api(bundle).equals(api(own))) {
      takeUpAgain();
    }
  }

  private boolean isOtherVersion(Bundle bundle) {
    return !bundle.equals(own) && own.getSymbolicName().equals(bundle.getSymbolicName());
  }

  /** The bundles of ours that a bundle is wired to. */
  private static Set<Bundle> api(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    return wiring == null
        ? Set.of()
        : wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE).stream()
            .map(wire -> wire.getProvider().getBundle())
            .filter(provider -> provider.getSymbolicName().startsWith("io.karavel."))
            .collect(Collectors.toSet());
  }

  private synchronized void takeUpAgain() {
    if (context == null) {
      return;
    }
    if (turn == null) {
      turn = context.registerService(Turn.class, new Turn(), null);
    } else {
      turn.unregister();
      turn = null;
    }
  }

  /** No two versions share this class: each sees its own alone. */
  static final class Turn {}

  /**
   * Makes Karaf follow {@link Turn}: when a service that one class of a bundle asks for comes or
   * goes, all its commands are taken up anew. Neither a command nor a completer, so never made.
   */
  @Service
  static final class Follower {
    @Reference(optional = true)
    Turn turn;
  }
}
