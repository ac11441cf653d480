package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Looks after a bundle that was swapped in: is it still at work, and does the stack do well? */
final class Watch {
  private static final long LOOK_MILLIS = 50;
  private static final String RESETS = "Tcp.EstabResets";

  private final Appliance appliance;
  private final Exchange exchange;
  private final Supplier<ControlSettings> settings;
  private final long resetsBefore;

  /** Notes how things are before the swap. */
  Watch(Appliance appliance, Exchange exchange, Supplier<ControlSettings> settings) {
    this.appliance = appliance;
    this.exchange = exchange;
    this.settings = settings;
    resetsBefore = resets();
  }

  private long resets() {
    long resets = 0;
    for (String stack : appliance.stacks()) {
      resets += appliance.counters(stack).getOrDefault(RESETS, 0L);
    }
    return resets;
  }

  /**
   * Looks until the time is over; says what went wrong, or null.
   *
   * @param seconds since it began; asked at every look
   * @param over ends it early
   */
  String look(IntSupplier seconds, BooleanSupplier over) throws InterruptedException {
    long beginNanos = System.nanoTime();
    do {
      String problem = problem();
      if (problem != null) {
        return problem;
      }
      Thread.sleep(LOOK_MILLIS);
    } while (!over.getAsBoolean()
        && System.nanoTime() - beginNanos < TimeUnit.SECONDS.toNanos(seconds.getAsInt()));
    return problem();
  }

  private String problem() {
    String problem;
    try {
      problem = exchange.problem();
    } catch (RuntimeException e) {
      return "it cannot be watched: " + e;
    }
    if (problem != null) {
      return problem;
    }
    long reset = resets() - resetsBefore;
    return reset >= settings.get().watchResets()
        ? reset + " established connections were reset since the swap"
        : null;
  }
}
