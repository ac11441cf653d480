package io.karavel.control.internal.configuration;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleAbsentException;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.TakesSettings;
import io.karavel.engine.TimerIndex;
import io.karavel.engine.TimerSettings;
import io.karavel.ip.IpSettings;
import io.karavel.ip.spi.IpModule;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.TcpModule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Asks components whether they accepted a configuration, and modules whether they brought it in.
 */
final class RunningModules implements ModuleReports {
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private static final long POLL_MILLIS = 1;

  /** The slots whose modules bring the settings of a PID in, in this order. */
  private static final Map<String, List<String>> SLOTS =
      Map.of(
          TcpSettings.PID, List.of(TcpModule.SLOT),
          IpSettings.PID, List.of(IpModule.SLOT),
          TimerSettings.PID, List.of(TimerIndex.SLOT),
          KeepaliveSettings.PID, List.of(KeepalivePolicy.SLOT, TcpModule.SLOT));

  private final Function<String, LiveSettings<?>> settings;
  private final Supplier<Appliance> appliance;

  /**
   * Asks these.
   *
   * @param settings the settings that a component publishes, by PID; null if none does
   */
  RunningModules(Function<String, LiveSettings<?>> settings, Supplier<Appliance> appliance) {
    this.settings = settings;
    this.appliance = appliance;
  }

  @Override
  public Answer await(String pid, Map<String, String> stored, Setting.Applies applies) {
    long endNanos = System.nanoTime() + PATIENCE_NANOS;
    LiveSettings<?> live = settings.apply(pid);
    while (live != null) {
      if (text(live.stored()).equals(stored)) {
        String problem = live.problem();
        return problem != null ? new Answer(true, 0, problem) : lanes(live, applies, endNanos);
      }
      if (!pause(endNanos)) {
        return new Answer(true, 0, pid + " has not answered within 10 s; see net:status");
      }
      live = settings.apply(pid);
    }
    return new Answer(false, 0, null);
  }

  private Answer lanes(LiveSettings<?> live, Setting.Applies applies, long endNanos) {
    int connections = 0;
    Appliance there = appliance.get();
    for (String slot : SLOTS.getOrDefault(live.pid(), List.of())) {
      for (String stack : there == null ? List.<String>of() : there.stacks()) {
        int taken = TakesSettings.NOT_YET;
        while (taken == TakesSettings.NOT_YET) {
          Object inForce = live.inForce();
          try {
            taken = there.query(stack, slot, TakesSettings.class, m -> m.takenBy(inForce));
          } catch (ModuleAbsentException | IllegalStateException e) {
            break; // its successor begins with what is in force
          }
          if (taken == TakesSettings.NOT_YET && !pause(endNanos)) {
            return new Answer(
                true, 0, live.pid() + " was not brought to all of stack " + stack + " within 10 s");
          }
        }
        connections += Math.max(0, taken);
      }
    }
    return new Answer(true, applies == Setting.Applies.LIVE ? connections : 0, null);
  }

  private static boolean pause(long endNanos) {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return System.nanoTime() - endNanos < 0;
  }

  private static Map<String, String> text(Map<String, Object> raw) {
    Map<String, String> text = new TreeMap<>();
    raw.forEach((key, value) -> text.put(key, String.valueOf(value)));
    return text;
  }
}
