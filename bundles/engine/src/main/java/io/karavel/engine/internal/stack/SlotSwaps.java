package io.karavel.engine.internal.stack;

import io.karavel.control.spi.ModuleSlots;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.TimerIndex;
import io.karavel.engine.internal.drill.Drill;
import io.karavel.engine.internal.lane.CanaryStatus;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneSwaps;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.engine.internal.watch.WireWatch;
import io.karavel.ip.spi.IpModule;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Swaps over all lanes of all stacks of a registry. Any thread but a lane's. */
public final class SlotSwaps implements ModuleSlots {
  private static final Logger LOG = LoggerFactory.getLogger(SlotSwaps.class);

  /** The slots that a stack needs to carry bytes, besides a device. */
  private static final List<String> DRILLED =
      List.of(TimerIndex.SLOT, KeepalivePolicy.SLOT, IpModule.SLOT, TcpModule.SLOT);

  private static final int ASKED_AT_ONCE = 64;
  private static final int LOOKED_AT_ONCE = 256;

  private final StackRegistry registry;

  /** Over these stacks. */
  public SlotSwaps(StackRegistry registry) {
    this.registry = registry;
  }

  /** A slot of a lane and the factory that could fill it. */
  private record Target(Stack stack, Lane lane, ModuleSource source) {
    @Override
    public String toString() {
      return "stack " + stack.name() + " slot " + source.slot();
    }

    Pause pause(long longestNanos, long wholeNanos) {
      return new Pause(stack.name(), lane.index(), source.slot(), longestNanos, wholeNanos);
    }

    StagedSwap staged(Function<Lane, StagedSwap> begin) {
      return stack.staged(lane, begin);
    }

    Pause pause(StagedSwap swap) {
      return pause(swap.longestNanos(), swap.wholeNanos());
    }
  }

  private List<Target> targets(long bundleId) {
    List<Target> targets = new ArrayList<>();
    for (ModuleSource source : registry.sourcesOf(bundleId)) {
      for (Stack stack : registry.stacksFor(source)) {
        for (Lane lane : stack.lanes()) {
          targets.add(new Target(stack, lane, source));
        }
      }
    }
    return targets;
  }

  @Override
  public List<Place> placesFor(long bundleId) {
    List<Place> places = new ArrayList<>();
    for (Target target : targets(bundleId)) {
      String slot = target.source().slot();
      ModuleSource atWork = target.stack().on(target.lane(), lane -> lane.modules().atWork(slot));
      SlotStatus status =
          target.lane().slots().stream()
              .filter(candidate -> candidate.slot().equals(slot))
              .findFirst()
              .orElse(null);
      places.add(
          new Place(
              target.stack().name(),
              target.lane().index(),
              slot,
              atWork == null ? -1 : atWork.bundleId(),
              status == null ? 0 : status.crashes(),
              status == null ? "" : status.lastError()));
    }
    return places;
  }

  @Override
  public List<String> rehearse(long candidateBundleId) {
    List<String> problems = new ArrayList<>();
    for (Target target : targets(candidateBundleId)) {
      target
          .stack()
          .rehearse(target.lane(), target.source())
          .forEach(problem -> problems.add(target + ": " + problem));
    }
    return problems;
  }

  @Override
  public List<String> drill(long candidateBundleId) {
    List<String> problems = new ArrayList<>();
    Set<ModuleSource> drilled = new HashSet<>();
    for (Target target : targets(candidateBundleId)) {
      if (!DRILLED.contains(target.source().slot()) || !drilled.add(target.source())) {
        continue;
      }
      List<ModuleSource> atWork = target.stack().on(target.lane(), SlotSwaps::drilledAtWork);
      if (atWork.size() == DRILLED.size() && !atWork.contains(target.source())) {
        String problem = new Drill(atWork, target.source()).problem();
        if (problem != null) {
          problems.add("slot " + target.source().slot() + ", " + problem);
        }
      }
    }
    return problems;
  }

  private static List<ModuleSource> drilledAtWork(Lane lane) {
    return DRILLED.stream().map(lane.modules()::atWork).filter(Objects::nonNull).toList();
  }

  @Override
  public Swap swap(long candidateBundleId) {
    List<Pause> pauses = new ArrayList<>();
    for (Target target : targets(candidateBundleId)) {
      StagedSwap swap =
          target.staged(lane -> lane.swaps().staged(target.source(), true, StagedSwap.PORTION));
      if (swap.problem() != null) {
        Swap back = rollback(candidateBundleId);
        return new Swap(
            pauses,
            target
                + ": "
                + swap.problem()
                + (back.problem() == null ? "" : "; and going back: " + back.problem()));
      }
      pauses.add(target.pause(swap));
    }
    return new Swap(pauses, null);
  }

  @Override
  public Swap rollback(long candidateBundleId) {
    List<Pause> pauses = new ArrayList<>();
    String problem = null;
    for (Target target : targets(candidateBundleId)) {
      String slot = target.source().slot();
      boolean[] isStuck = {false};
      StagedSwap swap =
          target.staged(
              lane -> {
                if (lane.modules().atWork(slot) != target.source()) {
                  return null;
                }
                ModuleSource previous = lane.swaps().previous(slot);
                isStuck[0] = previous == null;
                return isStuck[0] ? null : lane.swaps().staged(previous, false, StagedSwap.PORTION);
              });
      String its = swap != null ? swap.problem() : isStuck[0] ? "it has no previous module" : null;
      if (swap != null && its == null) {
        pauses.add(target.pause(swap));
      } else if (problem == null && its != null) {
        problem = target + ": " + its;
      }
    }
    return new Swap(pauses, problem);
  }

  /** One lane's part of a canary's beginning. */
  private record Begun(long nanos, int moved, String problem) {}

  @Override
  public Canary beginCanary(
      long candidateBundleId, Predicate<? super TcpConnectionInfo> where, int percent) {
    List<Pause> pauses = new ArrayList<>();
    int moved = 0;
    for (Target target : targets(candidateBundleId)) {
      Begun begun = begin(target, where, percent);
      if (begun.problem() != null) {
        Swap back = endCanary(candidateBundleId);
        return new Canary(
            pauses,
            0,
            target
                + ": "
                + begun.problem()
                + (back.problem() == null ? "" : "; and going back: " + back.problem()));
      }
      if (begun.moved() > 0) {
        pauses.add(target.pause(begun.nanos(), begun.nanos()));
        moved += begun.moved();
      }
    }
    return new Canary(pauses, moved, moved == 0 ? LaneSwaps.NOBODY_MOVES : null);
  }

  private static Begun begin(
      Target target, Predicate<? super TcpConnectionInfo> where, int percent) {
    return target
        .stack()
        .on(
            target.lane(),
            lane -> {
              long beginNanos = target.stack().clockNanos();
              String problem = lane.swaps().beginCanary(target.source(), where, percent);
              CanaryStatus canary = lane.swaps().canary(target.source().slot());
              return new Begun(
                  target.stack().clockNanos() - beginNanos,
                  problem == null && canary != null ? canary.comparison().moved() : 0,
                  LaneSwaps.NOBODY_MOVES.equals(problem) ? null : problem);
            });
  }

  @Override
  public Swap endCanary(long candidateBundleId) {
    List<Pause> pauses = new ArrayList<>();
    String problem = null;
    for (Target target : targets(candidateBundleId)) {
      String slot = target.source().slot();
      StagedSwap back =
          target.staged(
              lane -> {
                CanaryStatus canary = lane.swaps().canary(slot);
                return canary != null && canary.newcomer() == target.source()
                    ? lane.swaps().staged(canary.atWork(), false, StagedSwap.PORTION)
                    : null;
              });
      if (back == null) {
        continue;
      }
      if (back.problem() == null) {
        pauses.add(target.pause(back));
      } else if (problem == null) {
        problem = target + ": " + back.problem();
      }
    }
    return new Swap(pauses, problem);
  }

  @Override
  public List<Shared> canaries() {
    List<Shared> shared = new ArrayList<>();
    for (Stack stack : registry.stacks()) {
      for (Lane each : stack.lanes()) {
        CanaryStatus canary = stack.on(each, lane -> lane.swaps().canary(TcpModule.SLOT));
        if (canary != null) {
          shared.add(
              new Shared(
                  stack.name(),
                  each.index(),
                  canary.atWork().bundleId(),
                  canary.newcomer().bundleId(),
                  canary.comparison().host(),
                  canary.comparison().guest()));
        }
      }
    }
    return shared;
  }

  @Override
  public void confirm(long candidateBundleId) {
    for (Target target : targets(candidateBundleId)) {
      target
          .stack()
          .on(
              target.lane(),
              lane -> {
                if (lane.modules().atWork(target.source().slot()) == target.source()) {
                  lane.swaps().confirm(target.source().slot());
                }
                return true;
              });
    }
  }

  @Override
  public Wire watchWire() {
    Map<Stack, WireWatch> watches = new LinkedHashMap<>();
    for (Stack stack : registry.stacks()) {
      WireWatch watch =
          new WireWatch(
              stack.endpoints().sockets(), reason -> stack.lane().drops().dropped(reason));
      watches.put(stack, watch);
    }
    WatchedWire wire = new WatchedWire(watches);
    try {
      watches.forEach(
          (stack, watch) -> {
            stack.attach(watch);
            ask(stack, watch);
          });
    } catch (RuntimeException e) {
      wire.close();
      throw e;
    }
    return wire;
  }

  /** A few at a time: all at once would be a pause. */
  private static void ask(Stack stack, WireWatch watch) {
    List<StackSocket> all = List.copyOf(stack.endpoints().sockets());
    for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
      List<StackSocket> some = all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE));
      stack.on(
          stack.lane(),
          lane -> {
            TcpModule tcp = lane.module(TcpModule.SLOT, TcpModule.class);
            if (tcp != null) {
              watch.ask(tcp, some);
            }
            return true;
          });
    }
  }

  /** The watches of the stacks there were. */
  private record WatchedWire(Map<Stack, WireWatch> watches) implements Wire {
    @Override
    public void begin() {
      watches.forEach(
          (stack, watch) ->
              stack.on(
                  stack.lane(),
                  lane -> {
                    watch.begin(stack.clockNanos());
                    return true;
                  }));
    }

    @Override
    public void exchanged() {
      watches.forEach(
          (stack, watch) ->
              stack.on(
                  stack.lane(),
                  lane -> {
                    watch.exchanged(stack.clockNanos());
                    return true;
                  }));
    }

    @Override
    public Findings findings(int patienceMillis) {
      Map<String, Integer> faults = new LinkedHashMap<>();
      long resets = 0;
      long sent = 0;
      long sentAgain = 0;
      long arrived = 0;
      long arrivedAgain = 0;
      for (Map.Entry<Stack, WireWatch> entry : watches.entrySet()) {
        Stack stack = entry.getKey();
        WireWatch watch = entry.getValue();
        int next = 0;
        do {
          int from = next;
          next =
              stack.on(
                  stack.lane(),
                  lane ->
                      watch.look(
                          from,
                          LOOKED_AT_ONCE,
                          stack.clockNanos(),
                          TimeUnit.MILLISECONDS.toNanos(patienceMillis)));
        } while (next != 0);
        WireWatch.Findings its = stack.on(stack.lane(), lane -> watch.findings());
        its.faults()
            .forEach((fault, count) -> faults.put("stack " + stack.name() + ": " + fault, count));
        resets += its.resets();
        sent += its.sent();
        sentAgain += its.sentAgain();
        arrived += its.arrived();
        arrivedAgain += its.arrivedAgain();
      }
      return new Findings(faults, resets, sent, sentAgain, arrived, arrivedAgain);
    }

    @Override
    public void close() {
      watches.forEach(
          (stack, watch) -> {
            try {
              stack.detach(watch);
            } catch (IllegalStateException e) {
              // it is taken out as soon as the lane comes to it
              LOG.warn("Stack {}: the watch is still at the wire: {}", stack.name(), e.toString());
            }
          });
    }
  }
}
