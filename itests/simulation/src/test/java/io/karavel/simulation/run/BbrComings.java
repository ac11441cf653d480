package io.karavel.simulation.run;

import java.util.SplittableRandom;

/** In a run with BBR its bundle leaves a stack at one or two moments, and comes back. */
final class BbrComings {
  private static final int MOST_TURNS_AWAY = 15;
  private static final int LAST_TURN = 60;

  private final World world;
  private final SplittableRandom random;

  /** How often it has yet to leave. */
  private int left;

  /** The turn at which it leaves next, or comes back. */
  private int next;

  /** The stack that is without it; null if each has it. */
  private Node without;

  BbrComings(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
    left = 1 + random.nextInt(2);
    next = random.nextInt(LAST_TURN);
  }

  /** A turn of the run has come. */
  void onTurn(int turn) {
    if (turn < next) {
      return;
    }
    if (without != null) {
      tell(without, true);
      without.offerBbr();
      without = null;
      next = turn + 1 + random.nextInt(LAST_TURN);
      world.settle();
    } else if (left > 0) {
      left--;
      without = world.nodes.get(random.nextInt(world.nodes.size()));
      tell(without, false);
      without.withdrawBbr();
      next = turn + 1 + random.nextInt(MOST_TURNS_AWAY);
      world.settle();
    }
  }

  private void tell(Node node, boolean comes) {
    String what = comes ? " comes" : " leaves";
    world.recorder.note(node.name, world.now(), "congestion control " + World.BBR + what);
    world.checker.congestionControl(node.name, World.BBR, comes);
  }
}
