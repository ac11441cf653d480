package io.karavel.engine.internal.stack;

import io.karavel.control.spi.ModuleSlots;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import java.util.ArrayList;
import java.util.List;

/** Swaps over all lanes of all stacks of a registry. Any thread but a lane's. */
public final class SlotSwaps implements ModuleSlots {
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

    Pause pause(long nanos) {
      return new Pause(stack.name(), lane.index(), source.slot(), nanos);
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
      ModuleSource atWork = target.stack().on(target.lane(), lane -> lane.atWork(slot));
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

  /** One lane's part of a swap. */
  private record Turn(long nanos, String problem) {}

  @Override
  public Swap swap(long candidateBundleId) {
    List<Pause> pauses = new ArrayList<>();
    for (Target target : targets(candidateBundleId)) {
      Turn turn = turn(target, lane -> lane.swap(target.source(), true));
      if (turn.problem() != null) {
        Swap back = rollback(candidateBundleId);
        return new Swap(
            pauses,
            target
                + ": "
                + turn.problem()
                + (back.problem() == null ? "" : "; and going back: " + back.problem()));
      }
      pauses.add(target.pause(turn.nanos()));
    }
    return new Swap(pauses, null);
  }

  @Override
  public Swap rollback(long candidateBundleId) {
    List<Pause> pauses = new ArrayList<>();
    String problem = null;
    for (Target target : targets(candidateBundleId)) {
      Turn turn =
          turn(
              target,
              lane ->
                  lane.atWork(target.source().slot()) == target.source()
                      ? lane.rollback(target.source().slot())
                      : null);
      if (turn.problem() == null) {
        pauses.add(target.pause(turn.nanos()));
      } else if (problem == null) {
        problem = target + ": " + turn.problem();
      }
    }
    return new Swap(pauses, problem);
  }

  @Override
  public void confirm(long candidateBundleId) {
    for (Target target : targets(candidateBundleId)) {
      target
          .stack()
          .on(
              target.lane(),
              lane -> {
                if (lane.atWork(target.source().slot()) == target.source()) {
                  lane.confirm(target.source().slot());
                }
                return true;
              });
    }
  }

  /** What a lane does in one turn; the answer is null on success. */
  private interface Operation {
    String on(Lane lane);
  }

  private static Turn turn(Target target, Operation operation) {
    return target
        .stack()
        .on(
            target.lane(),
            lane -> {
              long beginNanos = target.stack().clockNanos();
              String problem = operation.on(lane);
              return new Turn(target.stack().clockNanos() - beginNanos, problem);
            });
  }
}
