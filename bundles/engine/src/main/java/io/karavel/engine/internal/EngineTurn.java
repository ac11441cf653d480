package io.karavel.engine.internal;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one of several engines be at work: of two versions the earlier, while the other stands by
 * with no stack and no lasting service. They would open the same devices and ports.
 *
 * <p>Engines know each other by the name of {@link Present} alone, since they share no class; what
 * waits for its turn here asks for {@link Granted}.
 */
@Component(
    service = {},
    immediate = true)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>='io.karavel.engine.internal.EngineTurn$Granted'")
public final class EngineTurn {
  private static final Logger LOG = LoggerFactory.getLogger(EngineTurn.class);

  private final AllServiceListener others = this::onChange;
  private final BundleContext context;
  private final ServiceRegistration<Present> present;

  /** Null until it is this engine's turn. */
  private ServiceRegistration<Granted> granted;

  private boolean gone;

  /** An engine that is there; the first of them is at work. */
  static final class Present {}

  /** It is this engine's turn. */
  static final class Granted {}

  /** Takes its place behind the engines that are there. */
  @Activate
  public EngineTurn(BundleContext context) throws InvalidSyntaxException {
    this.context = context;
    present = context.registerService(Present.class, new Present(), null);
    context.addServiceListener(
        others, "(" + Constants.OBJECTCLASS + "=" + Present.class.getName() + ")");
    begin(null);
  }

  private void onChange(ServiceEvent event) {
    if (event.getType() == ServiceEvent.UNREGISTERING) {
      begin(event.getServiceReference());
    }
  }

  /** It is called while the one before still is in the registry, but has let go of everything. */
  private synchronized void begin(ServiceReference<?> leaving) {
    if (gone || granted != null) {
      return;
    }
    Optional<Bundle> earlier = earlier(leaving);
    if (earlier.isEmpty()) {
      granted = context.registerService(Granted.class, new Granted(), null);
    } else {
      LOG.warn(
          "Engine {} stands by, and so does all that needs it: engine {} is at work. When that one"
              + " goes, its connections end.",
          context.getBundle().getVersion(),
          earlier.get().getVersion());
    }
  }

  private Optional<Bundle> earlier(ServiceReference<?> leaving) {
    ServiceReference<Present> own = present.getReference();
    try {
      ServiceReference<?>[] all = context.getAllServiceReferences(Present.class.getName(), null);
      return all == null
          ? Optional.empty()
          : Arrays.stream(all)
              .filter(other -> !other.equals(leaving) && other.compareTo(own) > 0)
              .map(ServiceReference::getBundle)
              .filter(Objects::nonNull)
              .findFirst();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e); // there is no filter
    }
  }

  @Deactivate
  synchronized void deactivate() {
    gone = true;
    context.removeServiceListener(others);
    if (granted != null) {
      granted.unregister(); // with it the engine ends, and then the next one's turn has come
    }
    present.unregister();
  }
}
