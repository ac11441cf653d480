package io.karavel.simulation.run;

import io.karavel.engine.internal.lane.CanaryStatus;
import io.karavel.engine.internal.lane.LaneSwaps;
import io.karavel.testkit.StackHarness;

/** Has canaries of TCP begin, be promoted and taken back on every stack of a run. */
final class Canaries implements Simulation.Aside {
  private final int every;
  private int events;
  private int begun;
  private long moved;

  Canaries(int every) {
    this.every = every;
  }

  @Override
  public void afterEvent(World world) {
    if (++events % every != 0) {
      return;
    }
    for (Node node : world.nodes) {
      // a module that the disturber has taken out takes the canary along
      if (node.stack.atWork("tcp") != null) {
        String problem = step(node.stack);
        if (problem != null && !problem.equals(LaneSwaps.NOBODY_MOVES)) {
          throw new AssertionError(node + ": " + problem);
        }
      }
    }
  }

  private String step(StackHarness stack) {
    CanaryStatus canary = stack.canary();
    if (canary == null) {
      String problem =
          stack.beginCanary(stack.factory("tcp"), info -> true, 1 + begun++ * 37 % 100);
      moved += problem == null ? stack.canary().comparison().moved() : 0;
      return problem;
    }
    return begun % 3 == 0 ? stack.promoteCanary() : stack.endCanary();
  }

  /** How many connections were moved so far. */
  long moved() {
    return moved;
  }
}
