package io.karavel.diagnostics.internal;

import io.karavel.control.Appliance;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.control.TapPoints;
import io.karavel.engine.NanoClock;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What the parts of diagnostics have of the appliance, and how many of them may run. Any thread.
 *
 * @param appliance the stacks
 * @param taps where taps are put
 * @param clock the lanes' clock
 * @param calendar the calendar's
 * @param settings what is in force
 * @param running one permit taken for each part that runs; the limit is in the settings
 */
public record Ground(
    Appliance appliance,
    TapPoints taps,
    NanoClock clock,
    Clock calendar,
    Supplier<DiagnosticsSettings> settings,
    Semaphore running) {
  /** As many permits as could ever be given. */
  static final int MOST_RUNNING = 64;

  /** With nothing running. */
  public static Ground of(
      Appliance appliance,
      TapPoints taps,
      NanoClock clock,
      Clock calendar,
      Supplier<DiagnosticsSettings> settings) {
    return new Ground(appliance, taps, clock, calendar, settings, new Semaphore(MOST_RUNNING));
  }

  /**
   * Checks that there is such a stack.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public void checkStack(String stack) {
    List<String> stacks = appliance.stacks();
    if (!stacks.contains(stack)) {
      throw new IllegalArgumentException(
          "there is no stack '" + stack + "'; there are " + String.join(", ", stacks));
    }
  }

  /**
   * Checks that there is such a stack and interface.
   *
   * @param interfaceName empty for all
   * @throws IllegalArgumentException naming those there are
   */
  public void check(String stack, String interfaceName) {
    checkStack(stack);
    List<String> names =
        appliance.interfaces(stack).values().stream().map(settings -> settings.name()).toList();
    if (!interfaceName.isEmpty() && !names.contains(interfaceName)) {
      throw new IllegalArgumentException(
          "stack "
              + stack
              + " has no interface '"
              + interfaceName
              + "'; it has "
              + (names.isEmpty() ? "none" : String.join(", ", names)));
    }
  }

  /**
   * Begins something that has to be ended with {@link #end}.
   *
   * @throws IllegalArgumentException if as many run as {@code maxCaptures} allows
   */
  public void begin() {
    int most = settings.get().maxCaptures();
    synchronized (running) {
      if (MOST_RUNNING - running.availablePermits() >= most) {
        throw new IllegalArgumentException(
            most
                + " captures, traces and experiments run already, which is maxCaptures of PID "
                + DiagnosticsSettings.PID
                + "; stop one with 'net:capture stop' or raise it");
      }
      running.acquireUninterruptibly();
    }
  }

  /** What was begun is over. */
  public void end() {
    running.release();
  }
}
