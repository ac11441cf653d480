package io.karavel.control.internal.events;

import io.karavel.control.Appliance;
import io.karavel.control.EventHistory;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link EventHistory}, with changes of configuration and discards noted by itself. */
@Component(
    service = {EventHistory.class, ConfigurationListener.class},
    immediate = true)
public final class EventComponent implements EventHistory, ConfigurationListener {
  private static final Logger LOG = LoggerFactory.getLogger(EventComponent.class);
  private static final String OURS = "io.karavel.";
  private static final long LOOK_SECONDS = 1;

  private final EventRing ring = new EventRing(Clock.systemUTC());
  private final DropWatch drops = new DropWatch(ring);
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "karavel-events");
            thread.setDaemon(true);
            return thread;
          });

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Appliance appliance;

  private Future<?> looking;

  /** For SCR. */
  public EventComponent() {}

  @Activate
  void activate() {
    looking =
        executor.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  @Deactivate
  void deactivate() {
    looking.cancel(false);
    executor.shutdownNow();
  }

  private void look() {
    Appliance there = appliance;
    if (there != null) {
      try {
        drops.look(there);
      } catch (RuntimeException e) {
        // the engine may go at any moment; the schedule must go on
        LOG.debug("Discards were not looked at", e);
      }
    }
  }

  @Override
  public void configurationEvent(ConfigurationEvent event) {
    if (event.getPid().startsWith(OURS)
        && event.getType() != ConfigurationEvent.CM_LOCATION_CHANGED) {
      boolean deleted = event.getType() == ConfigurationEvent.CM_DELETED;
      ring.add("config", event.getPid(), deleted ? "deleted" : "changed");
    }
  }

  @Override
  public void add(String kind, String subject, String text) {
    ring.add(kind, subject, text);
  }

  @Override
  public long nextSequence() {
    return ring.nextSequence();
  }

  @Override
  public List<io.karavel.control.ApplianceEvent> since(long sequence) {
    return ring.since(sequence);
  }
}
