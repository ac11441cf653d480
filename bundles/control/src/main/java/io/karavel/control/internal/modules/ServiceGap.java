package io.karavel.control.internal.modules;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.ListenerHook;

/**
 * Measures for how long some services are offered by nobody while one bundle takes the place of
 * another. A hook, since listeners hear of it in no certain order, and perhaps after the successor
 * has done all its work. Any thread.
 */
final class ServiceGap implements EventListenerHook {
  private final Bundle old;
  private final Bundle candidate;
  private final Set<String> names;
  private volatile long beginNanos;
  private volatile long endNanos;

  /** For the services of these names. */
  ServiceGap(Bundle old, Bundle candidate, Set<String> names) {
    this.old = old;
    this.candidate = candidate;
    this.names = new HashSet<>(names);
    beginNanos = System.nanoTime();
    endNanos = beginNanos;
  }

  @Override
  public void event(
      ServiceEvent event, Map<BundleContext, Collection<ListenerHook.ListenerInfo>> listeners) {
    ServiceReference<?> reference = event.getServiceReference();
    if (!isOneOfThem(reference)) {
      return;
    }
    if (event.getType() == ServiceEvent.UNREGISTERING && old.equals(reference.getBundle())) {
      beginNanos = System.nanoTime();
    } else if (event.getType() == ServiceEvent.REGISTERED
        && candidate.equals(reference.getBundle())) {
      endNanos = System.nanoTime();
    }
  }

  private boolean isOneOfThem(ServiceReference<?> reference) {
    for (String name : (String[]) reference.getProperty(Constants.OBJECTCLASS)) {
      if (names.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** From when the old one let go of the last of them until the newcomer offered the last. */
  long nanos() {
    return Math.max(0, endNanos - beginNanos);
  }
}
