package io.karavel.engine.internal.drill;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.Secrets;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.engine.internal.watch.WireWatch;
import io.karavel.ip.InterfaceSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Two stacks without threads at the ends of a cable, both of the modules at work until one of them
 * gets the newcomer, and the time in which they live. The drill's thread.
 */
final class DrillStacks {
  /** The address of the stack that gets the newcomer. */
  static final IpAddress NEAR = IpAddress.parse("192.0.2.1");

  /** The address of the other. */
  static final IpAddress FAR = IpAddress.parse("192.0.2.2");

  private static final int PREFIX = 24;
  private static final long BUFFER_BYTES = 64 << 20;
  private static final int MOST_TURNS = 10_000;
  private static final int MOST_STEPS = 1_000_000;
  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final long FEW_SEGMENTS = 100;

  private final DrillClock clock = new DrillClock();
  private final DrillCable cable = new DrillCable(clock);
  private final ModuleSource candidate;
  private final Stack near;
  private final Stack far;
  private ModuleSource former;
  private WireWatch watch;
  private int steps;

  DrillStacks(List<ModuleSource> atWork, ModuleSource candidate) {
    this.candidate = candidate;
    near = stack(true, atWork);
    far = stack(false, atWork);
    step(clock.nanoTime());
  }

  private Stack stack(boolean isNear, List<ModuleSource> atWork) {
    long seed = isNear ? 1 : 2;
    SplittableRandom random = new SplittableRandom(seed);
    EngineSettings settings = EngineSettings.defaults();
    Stack stack =
        new Stack(
            new StackSetup(
                "drill",
                false,
                clock,
                () -> settings,
                Secrets.seeded(seed),
                seed,
                random::nextInt,
                BUFFER_BYTES));
    atWork.forEach(stack::arrive);
    stack.arrive(cable.end(isNear));
    stack.putInterface(
        new InterfaceSettings(
            DrillCable.DEVICE,
            stack.name(),
            DrillCable.DEVICE,
            List.of(new IpPrefix(isNear ? NEAR : FAR, PREFIX)),
            Optional.empty(),
            MacAddress.derivedFrom(stack.name() + seed),
            0,
            true));
    return stack;
  }

  Stack near() {
    return near;
  }

  Stack far() {
    return far;
  }

  DrillCable cable() {
    return cable;
  }

  long nowNanos() {
    return clock.nanoTime();
  }

  /**
   * Lets happen what happens now, and time go on to what happens next.
   *
   * @return false if that is after {@code endNanos}, which it is now
   * @throws IllegalStateException if a stack does not come to rest
   */
  boolean step(long endNanos) {
    if (++steps > MOST_STEPS) {
      throw new IllegalStateException("there is no end to what happens");
    }
    do {
      near.lane().runUntilQuiescent(MOST_TURNS);
      far.lane().runUntilQuiescent(MOST_TURNS);
    } while (near.lane().hasWork() || far.lane().hasWork());
    long next =
        Math.min(
            cable.nextNanos(),
            Math.min(near.lane().nextDeadlineNanos(), far.lane().nextDeadlineNanos()));
    clock.goOn(Math.min(next, endNanos));
    return next < endNanos;
  }

  /** Begins to swap the newcomer in, a connection per step where it can share. */
  StagedSwap swap() {
    former = near.lane().modules().atWork(candidate.slot());
    return begin(candidate, true);
  }

  private StagedSwap begin(ModuleSource newcomer, boolean watched) {
    StagedSwap swap = near.lane().swaps().staged(newcomer, watched, 1);
    near.lane().swaps().advance(swap);
    return swap;
  }

  /** Looks at the newcomer's segments from now on. */
  void watch() {
    watch = new WireWatch(near.endpoints().sockets(), near.lane().drops()::dropped);
    near.attach(watch);
    watch.begin(clock.nanoTime());
  }

  /** What was found of the newcomer, or null. */
  String findings() {
    if (watch == null) {
      return null;
    }
    Lane lane = near.lane();
    if (lane.modules().atWork(candidate.slot()) != candidate) {
      return lane.slots().stream()
          .filter(slot -> slot.slot().equals(candidate.slot()))
          .map(SlotStatus::lastError)
          .findFirst()
          .orElse("it is not at work any more");
    }
    WireWatch.Findings found = watch.findings(clock.nanoTime(), PATIENCE_NANOS);
    for (Map.Entry<String, Integer> fault : found.faults().entrySet()) {
      return fault.getKey();
    }
    if (found.sentAgain() >= FEW_SEGMENTS && found.sentAgain() * 2 > found.sent()) {
      return found.sentAgain() + " of " + found.sent() + " segments were sent again";
    }
    return null;
  }

  /** Begins to swap the module at work in again; the newcomer is watched no more. */
  StagedSwap back() {
    near.detach(watch);
    watch = null;
    return begin(former, false);
  }

  /** Whether no connection, no packet and none of their timers is left. */
  boolean isNothingLeft() {
    return near.endpoints().sockets().isEmpty()
        && far.endpoints().sockets().isEmpty()
        && near.lane().packets().outstanding() == 0
        && far.lane().packets().outstanding() == 0;
  }

  void close() {
    near.close();
    far.close();
  }
}
