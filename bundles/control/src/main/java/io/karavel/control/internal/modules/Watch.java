package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.spi.ModuleSlots;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Looks after a module that was swapped in: is it still at work, and does the stack do well? */
final class Watch {
  private static final long LOOK_MILLIS = 50;
  private static final String RESETS = "Tcp.EstabResets";

  private final ModuleSlots slots;
  private final Appliance appliance;
  private final long bundleId;
  private final ControlSettings settings;
  private final long crashesBefore;
  private final long resetsBefore;

  /** Notes how things are before the swap. */
  Watch(ModuleSlots slots, Appliance appliance, long bundleId, ControlSettings settings) {
    this.slots = slots;
    this.appliance = appliance;
    this.bundleId = bundleId;
    this.settings = settings;
    crashesBefore = crashes(slots.placesFor(bundleId));
    resetsBefore = resets();
  }

  private static long crashes(List<ModuleSlots.Place> places) {
    return places.stream().mapToLong(ModuleSlots.Place::crashes).sum();
  }

  private long resets() {
    long resets = 0;
    for (String stack : appliance.stacks()) {
      resets += appliance.counters(stack).getOrDefault(RESETS, 0L);
    }
    return resets;
  }

  /** Looks until the time is over; says what went wrong, or null. {@code over} ends it early. */
  String look(int seconds, BooleanSupplier over) throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    do {
      String problem = problem();
      if (problem != null) {
        return problem;
      }
      Thread.sleep(LOOK_MILLIS);
    } while (!over.getAsBoolean() && System.nanoTime() - endNanos < 0);
    return problem();
  }

  private String problem() {
    long beginNanos = System.nanoTime();
    List<ModuleSlots.Place> places;
    try {
      places = slots.placesFor(bundleId);
    } catch (IllegalStateException e) {
      return "stalled: " + e.getMessage();
    }
    long waitedMillis = (System.nanoTime() - beginNanos) / 1_000_000;
    if (waitedMillis > settings.watchStallMillis()) {
      return "stalled: lanes took " + waitedMillis + " ms to answer";
    }
    for (ModuleSlots.Place place : places) {
      if (place.bundleId() != bundleId) {
        return "stack "
            + place.stack()
            + " slot "
            + place.slot()
            + ": it is not at work any more"
            + (place.lastError().isEmpty() ? "" : "; last error: " + place.lastError());
      }
    }
    if (crashes(places) > crashesBefore) {
      return "it crashed: "
          + places.stream()
              .map(ModuleSlots.Place::lastError)
              .filter(error -> !error.isEmpty())
              .findFirst()
              .orElse("");
    }
    long reset = resets() - resetsBefore;
    return reset >= settings.watchResets()
        ? reset + " established connections were reset since the swap"
        : null;
  }
}
