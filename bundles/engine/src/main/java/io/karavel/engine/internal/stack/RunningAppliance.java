package io.karavel.engine.internal.stack;

import io.karavel.control.Appliance;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.control.TapPoints;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.engine.NanoClock;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.FrameTap;
import io.karavel.nic.NetworkDevice;
import io.karavel.tcp.spi.TransitionTap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The appliance as management sees it, over the stacks of a registry. Any thread. */
public final class RunningAppliance implements Appliance, TapPoints {
  private final StackRegistry registry;
  private final NanoClock clock;
  private final long startedNanos;

  /** Counts its age from now on. */
  public RunningAppliance(StackRegistry registry, NanoClock clock) {
    this.registry = registry;
    this.clock = clock;
    startedNanos = clock.nanoTime();
  }

  @Override
  public List<String> stacks() {
    List<String> names = new ArrayList<>();
    registry.stacks().forEach(stack -> names.add(stack.name()));
    return names;
  }

  private Stack known(String name) {
    Stack stack = registry.stack(name);
    if (stack == null) {
      throw new IllegalArgumentException(unknown(name));
    }
    return stack;
  }

  private String unknown(String name) {
    return "no stack is called '" + name + "'; there are " + String.join(", ", stacks());
  }

  @Override
  public List<ModuleInfo> modules(String stack) {
    List<ModuleInfo> modules = new ArrayList<>();
    long nowNanos = clock.nanoTime();
    Set<String> inUse = new HashSet<>();
    interfaces(stack).values().forEach(i -> inUse.add(NetworkDevice.slotOf(i.device())));
    for (Lane lane : known(stack).lanes()) {
      List<SlotStatus> slots = lane.slots();
      // what is left of a device whose interface is gone
      slots.removeIf(
          slot ->
              slot.slot().startsWith(NetworkDevice.slotOf(""))
                  && slot.state().equals(SlotStatus.EMPTY)
                  && !inUse.contains(slot.slot()));
      // ground first, devices last: devices are the deepest but one of the ground in the lane
      slots.sort((one, other) -> Integer.compare(shownAt(one.slot()), shownAt(other.slot())));
      for (SlotStatus slot : slots) {
        modules.add(
            new ModuleInfo(
                stack,
                lane.index(),
                slot.slot(),
                slot.bundle(),
                slot.version(),
                slot.generation(),
                slot.state(),
                nowNanos - slot.sinceNanos(),
                slot.parked(),
                slot.crashes(),
                slot.lastError()));
      }
    }
    return modules;
  }

  private static int shownAt(String slot) {
    return switch (slot) {
      case "timer" -> 0;
      case "keepalive" -> 1;
      case "ip" -> 2;
      case "tcp" -> 3;
      default -> slot.startsWith("nic:") ? 5 : 4;
    };
  }

  @Override
  public Map<String, Long> counters(String stack) {
    return known(stack).counters();
  }

  @Override
  public List<Counters> counterSets(String stack) {
    return known(stack).lanes().stream().map(Lane::counters).toList();
  }

  @Override
  public Map<DropReason, Long> drops(String stack) {
    return known(stack).drops();
  }

  @Override
  public List<Event> events(String stack, long sinceSequence) {
    return known(stack).lane().events().since(sinceSequence);
  }

  @Override
  public Map<Integer, InterfaceSettings> interfaces(String stack) {
    return known(stack).interfaces().interfaces();
  }

  @Override
  public List<TimerInfo> timers(String stack) {
    return known(stack).timers();
  }

  @Override
  public List<LaneInfo> lanes(String stack) {
    List<LaneInfo> lanes = new ArrayList<>();
    known(stack).lanes().forEach(lane -> lanes.add(lane.info()));
    return lanes;
  }

  @Override
  public long uptimeNanos() {
    return clock.nanoTime() - startedNanos;
  }

  @Override
  public <M, T> T query(
      String stack, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    Stack there = registry.stack(stack);
    if (there == null) {
      throw new ModuleAbsentException(unknown(stack));
    }
    return there.query(slot, type, question);
  }

  @Override
  public boolean drop(String stack, String slot) {
    return known(stack).drop(slot);
  }

  @Override
  public void attach(String stack, FrameTap... taps) {
    known(stack).attach(taps);
  }

  @Override
  public void detach(String stack, FrameTap tap) {
    Stack there = registry.stack(stack);
    if (there != null) {
      there.detach(tap);
    }
  }

  @Override
  public TransitionTap transitions(String stack) {
    return known(stack).transitions();
  }
}
