package io.karavel.scripts.swapped;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.TimerSettings;
import io.karavel.engine.internal.lane.CrashReports;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.ip.internal.IpModuleFactory;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.nic.memory.internal.MemoryCable;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.timer.internal.KeepaliveModuleFactory;
import io.karavel.timer.internal.TimerModuleFactory;
import java.util.Map;

/**
 * Two stacks of real modules at the ends of a cable, each with a thread of its own: 10.0.0.1, which
 * notices that it hangs, and 10.0.0.2, which never does.
 */
final class CabledStacks {
  private final MemoryCable cable;
  private final CrashReports reports;
  private final CongestionControlFactory[] controls;
  private final Stack one;
  private final Stack other;

  /**
   * Started.
   *
   * @param hangMillis after how long 10.0.0.1 gives a call up
   * @param reports told what crashes or hangs at either
   * @param controls congestion controls beside the usual ones
   */
  CabledStacks(int hangMillis, CrashReports reports, CongestionControlFactory... controls)
      throws Exception {
    this.reports = reports;
    this.controls = controls;
    cable = new MemoryCable(MemoryCableSettings.parse("c", Map.of()));
    one = stack("one", MemoryCable.End.LEFT, hangMillis);
    other = stack("other", MemoryCable.End.RIGHT, 0);
  }

  /** 10.0.0.1. */
  Stack one() {
    return one;
  }

  /** 10.0.0.2. */
  Stack other() {
    return other;
  }

  private Stack stack(String name, MemoryCable.End end, int hangMillis) throws Exception {
    EngineSettings engine = EngineSettings.parse(Map.of("hangMillis", hangMillis));
    Stack stack = new Stack(StackSetup.seeded(name, System::nanoTime, () -> engine, 7));
    stack.crashReports(reports);
    stack.arrive(new TimerModuleFactory(TimerSettings.parse(Map.of())));
    stack.arrive(new KeepaliveModuleFactory(KeepaliveSettings.parse(Map.of())));
    stack.arrive(cable.factory(end));
    stack.arrive(new IpModuleFactory(IpSettings.parse(Map.of())));
    TcpModuleFactory tcp = new TcpModuleFactory(TcpSettings.parse(Map.of()));
    for (CongestionControlFactory control : controls) {
      tcp.congestionControls().arrive(control);
    }
    stack.arrive(tcp);
    boolean left = end == MemoryCable.End.LEFT;
    stack.putInterface(
        InterfaceSettings.parse(
            name,
            Map.of(
                "device",
                left ? cable.settings().leftDevice() : cable.settings().rightDevice(),
                "addresses",
                "10.0.0." + (left ? 1 : 2) + "/24")));
    stack.start();
    return stack;
  }
}
