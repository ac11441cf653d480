package io.karavel.simulation.run;

/** Swaps the modules of every stack at every so-manieth event, each for one of the same kind. */
final class Swapping implements Simulation.Aside {
  private final int every;
  private int events;

  Swapping(int every) {
    this.every = every;
  }

  @Override
  public void afterEvent(World world) {
    if (++events % every != 0) {
      return;
    }
    for (Node node : world.nodes) {
      for (String slot : node.stack.slots()) {
        String problem = node.stack.swapForGood(slot);
        if (problem != null) {
          throw new AssertionError(node + ": the swap of " + slot + " failed: " + problem);
        }
      }
    }
  }
}
