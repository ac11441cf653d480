package io.karavel.shell.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Services as they are at this moment, held for the time of one command. A mandatory reference
 * would take every command of the bundle away with its service.
 */
final class ServiceLookup implements AutoCloseable {
  private final BundleContext context;
  private final List<ServiceReference<?>> held = new ArrayList<>();

  ServiceLookup(BundleContext context) {
    this.context = context;
  }

  /** The service of a type, if there is one. */
  <T> Optional<T> find(Class<T> type) {
    ServiceReference<T> reference = context.getServiceReference(type);
    return reference == null ? Optional.empty() : Optional.ofNullable(hold(reference));
  }

  /** All services of a type. */
  <T> List<T> all(Class<T> type) {
    List<T> services = new ArrayList<>();
    try {
      Collection<ServiceReference<T>> references = context.getServiceReferences(type, null);
      for (ServiceReference<T> reference : references) {
        T service = hold(reference);
        if (service != null) {
          services.add(service);
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
    return services;
  }

  private <T> T hold(ServiceReference<T> reference) {
    T service = context.getService(reference);
    if (service != null) {
      held.add(reference);
    }
    return service;
  }

  @Override
  public void close() {
    try {
      held.forEach(context::ungetService);
    } catch (IllegalStateException e) {
      // the command replaced its own bundle, and everything was let go of with that
    }
    held.clear();
  }
}
