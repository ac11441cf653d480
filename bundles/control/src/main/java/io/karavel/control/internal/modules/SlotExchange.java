package io.karavel.control.internal.modules;

import io.karavel.control.ControlSettings;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.spi.ModuleSlots;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * Modules in slots: the newcomer runs beside the old one and opens its state. Public for tests that
 * swap without a framework.
 */
public final class SlotExchange implements Exchange {
  private static final long ARRIVAL_NANOS = 10_000_000_000L;
  private static final long POLL_MILLIS = 20;

  private final ModuleSlots slots;
  private final Bundle old;
  private final Bundle candidate;
  private final Supplier<ControlSettings> settings;
  private final Consumer<String> progress;
  private final LongSupplier nanoTime;
  private long crashesBefore;

  /** Between two bundles, of which the first one is at work. */
  public SlotExchange(
      ModuleSlots slots,
      Bundle old,
      Bundle candidate,
      Supplier<ControlSettings> settings,
      Consumer<String> progress,
      LongSupplier nanoTime) {
    this.slots = slots;
    this.old = old;
    this.candidate = candidate;
    this.settings = settings;
    this.progress = progress;
    this.nanoTime = nanoTime;
  }

  @Override
  public void rehearse() throws ModuleSwapException, InterruptedException {
    try {
      // transient: a start of the appliance before the commit finds things as they were
      candidate.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      throw new ModuleSwapException("the bundle does not start: " + ModuleSwap.reason(e));
    }
    Set<String> needed = places();
    awaitFactories(needed);
    progress.accept("rehearsing " + needed.size() + " slots with the state as it is");
    List<String> problems = slots.rehearse(candidate.getBundleId());
    if (!problems.isEmpty()) {
      throw new ModuleSwapException("the rehearsal failed: " + String.join("; ", problems));
    }
    problems = slots.drill(candidate.getBundleId());
    if (!problems.isEmpty()) {
      throw new ModuleSwapException("the drill failed: " + String.join("; ", problems));
    }
  }

  private Set<String> places() {
    Set<String> at = new HashSet<>();
    for (ModuleSlots.Place place : slots.placesFor(old.getBundleId())) {
      if (place.bundleId() == old.getBundleId()) {
        at.add(at(place));
      }
    }
    return at;
  }

  private static String at(ModuleSlots.Place place) {
    return place.stack() + " " + place.lane() + " " + place.slot();
  }

  /** Its components come up in their own time. */
  private void awaitFactories(Set<String> needed) throws ModuleSwapException, InterruptedException {
    long endNanos = nanoTime.getAsLong() + ARRIVAL_NANOS;
    Set<String> missing = new HashSet<>(needed);
    while (true) {
      for (ModuleSlots.Place place : slots.placesFor(candidate.getBundleId())) {
        missing.remove(at(place));
      }
      if (missing.isEmpty()) {
        return;
      }
      if (nanoTime.getAsLong() - endNanos > 0) {
        throw new ModuleSwapException("the bundle offers no module for " + missing);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  @Override
  public Outcome go() throws ModuleSwapException {
    crashesBefore = crashes(slots.placesFor(candidate.getBundleId()));
    ModuleSlots.Swap swap = slots.swap(candidate.getBundleId());
    if (swap.problem() != null) {
      throw new ModuleSwapException("the swap failed: " + swap.problem());
    }
    return new Outcome(
        swap.pauses().size(),
        ModuleSlots.Pause.longestNanos(swap.pauses()),
        ModuleSlots.Pause.longestWholeNanos(swap.pauses()));
  }

  private static long crashes(List<ModuleSlots.Place> places) {
    return places.stream().mapToLong(ModuleSlots.Place::crashes).sum();
  }

  @Override
  public String problem() {
    long beginNanos = nanoTime.getAsLong();
    List<ModuleSlots.Place> places;
    try {
      places = slots.placesFor(candidate.getBundleId());
    } catch (IllegalStateException e) {
      return "stalled: " + e.getMessage();
    }
    long waitedMillis = (nanoTime.getAsLong() - beginNanos) / 1_000_000;
    if (waitedMillis > settings.get().watchStallMillis()) {
      return "stalled: lanes took " + waitedMillis + " ms to answer";
    }
    if (places.isEmpty()) {
      return "it is not at work any more: its bundle was stopped or uninstalled";
    }
    for (ModuleSlots.Place place : places) {
      if (place.bundleId() != candidate.getBundleId()) {
        return "stack "
            + place.stack()
            + " slot "
            + place.slot()
            + ": it is not at work any more"
            + (place.lastError().isEmpty() ? "" : "; last error: " + place.lastError());
      }
    }
    return crashes(places) > crashesBefore
        ? "it crashed: "
            + places.stream()
                .map(ModuleSlots.Place::lastError)
                .filter(error -> !error.isEmpty())
                .findFirst()
                .orElse("")
        : null;
  }

  @Override
  public String back() {
    return slots.rollback(candidate.getBundleId()).problem();
  }

  @Override
  public void confirm() {
    slots.confirm(candidate.getBundleId());
  }
}
