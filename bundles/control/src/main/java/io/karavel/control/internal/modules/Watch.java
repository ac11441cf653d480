package io.karavel.control.internal.modules;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.spi.ModuleSlots;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Looks after a bundle that was swapped in: is it still at work, does the stack do well, and does
 * the wire look as it must? Public for tests that swap without a framework.
 */
public final class Watch {
  private static final long LOOK_MILLIS = 50;
  private static final String RESETS = "Tcp.EstabResets";

  /** Segments below which a share of them says nothing. */
  private static final long FEW_SEGMENTS = 100;

  /** The time that goes by between two looks. */
  public interface Pace {
    /** The time of this machine. */
    Pace REAL =
        new Pace() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public void sleep(long millis) throws InterruptedException {
            Thread.sleep(millis);
          }
        };

    /** What time it is. */
    long nanoTime();

    /** Lets time go by. */
    void sleep(long millis) throws InterruptedException;
  }

  private final Appliance appliance;
  private final Exchange exchange;
  private final ModuleSlots.Wire wire;
  private final Supplier<ControlSettings> settings;
  private final Pace pace;
  private final long resetsBefore;

  /** Notes how things are before the swap. */
  public Watch(
      Appliance appliance,
      Exchange exchange,
      ModuleSlots.Wire wire,
      Supplier<ControlSettings> settings,
      Pace pace) {
    this.appliance = appliance;
    this.exchange = exchange;
    this.wire = wire;
    this.settings = settings;
    this.pace = pace;
    resetsBefore = resets();
    wire.begin();
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
  public String look(IntSupplier seconds, BooleanSupplier over) throws InterruptedException {
    long beginNanos = pace.nanoTime();
    try {
      wire.exchanged();
    } catch (RuntimeException e) {
      return unwatchable(e);
    }
    do {
      String problem = problem();
      if (problem != null) {
        return problem;
      }
      pace.sleep(LOOK_MILLIS);
    } while (!over.getAsBoolean()
        && pace.nanoTime() - beginNanos < TimeUnit.SECONDS.toNanos(seconds.getAsInt()));
    return problem();
  }

  private String problem() {
    try {
      String problem = exchange.problem();
      return problem == null ? wireProblem() : problem;
    } catch (RuntimeException e) {
      return unwatchable(e);
    }
  }

  private static String unwatchable(RuntimeException e) {
    return "it cannot be watched: " + e;
  }

  private String wireProblem() {
    ControlSettings now = settings.get();
    ModuleSlots.Findings findings = wire.findings(now.watchStallMillis());
    for (Map.Entry<String, Integer> fault : findings.faults().entrySet()) {
      return fault.getKey() + " (" + fault.getValue() + " times)";
    }
    long reset = Math.max(findings.resets(), resets() - resetsBefore);
    if (reset >= now.watchResets()) {
      return reset + " established connections were reset since the swap";
    }
    if (isTooMuch(findings.sentAgain(), findings.sent(), now)) {
      return findings.sentAgain() + " of " + findings.sent() + " segments were sent again";
    }
    return isTooMuch(findings.arrivedAgain(), findings.arrived(), now)
        ? findings.arrivedAgain()
            + " of "
            + findings.arrived()
            + " segments were sent again by peers though they had arrived"
        : null;
  }

  private static boolean isTooMuch(long again, long all, ControlSettings settings) {
    return again >= FEW_SEGMENTS && again * 100 > all * settings.watchAgainPercent();
  }
}
