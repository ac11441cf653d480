package io.karavel.simulation.run;

import io.karavel.engine.internal.lane.StagedSwap;
import java.util.HashMap;
import java.util.Map;

/** Has swaps of TCP in portions go on on every stack of a run, a step after each event. */
final class StagedSwaps implements Simulation.Aside {
  private final int every;
  private final int portion;
  private final Map<Node, StagedSwap> swaps = new HashMap<>();
  private int events;
  private long moved;

  /**
   * Begun at every so-manieth event where none goes on.
   *
   * @param portion how many connections move in a step
   */
  StagedSwaps(int every, int portion) {
    this.every = every;
    this.portion = portion;
  }

  @Override
  public void afterEvent(World world) {
    events++;
    for (Node node : world.nodes) {
      if (events % every == 0 && !swaps.containsKey(node) && node.stack.atWork("tcp") != null) {
        swaps.put(node, node.stack.staged(node.stack.factory("tcp"), portion));
      }
      StagedSwap swap = swaps.get(node);
      if (swap == null) {
        continue;
      }
      boolean isOver = swap.step();
      // what a step leaves over is no event of its own
      node.stack.settle();
      if (isOver) {
        swaps.remove(node);
        moved += swap.moved();
        // a module that the disturber has exchanged takes the swap along
        if (swap.problem() != null && !swap.problem().contains("before all connections")) {
          throw new AssertionError(node + ": " + swap.problem());
        }
      }
    }
  }

  /** How many connections were moved so far. */
  long moved() {
    return moved;
  }
}
