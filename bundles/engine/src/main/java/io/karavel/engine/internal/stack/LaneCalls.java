package io.karavel.engine.internal.stack;

import io.karavel.engine.internal.lane.Culprit;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.StagedSwap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Has something done on the lanes of a stack, each between two of its turns, and waits for it where
 * that is wanted. Any thread; what no loop drives is called directly.
 */
final class LaneCalls {
  private final StackSetup setup;
  private final StackLanes lanes;

  LaneCalls(StackSetup setup, StackLanes lanes) {
    this.setup = setup;
    this.lanes = lanes;
  }

  /** What is done on each lane, without an answer. */
  interface Operation {
    void on(Lane lane);
  }

  private int leaveMillis() {
    return setup.settings().get().leaveMillis();
  }

  /** On every lane, without waiting; nothing if the stack is closed. */
  void operate(Operation operation) {
    if (lanes.isClosed()) {
      return;
    }
    for (Lane lane : lanes.all()) {
      if (lane.isOwner()) {
        operation.on(lane);
      } else {
        lane.operate(operation::on);
      }
    }
  }

  /**
   * On every lane, one after the other, waiting for each.
   *
   * @throws TimeoutException if a lane does not answer within {@code leaveMillis}
   */
  void onEveryLane(Operation operation) throws TimeoutException {
    int timeoutMillis = leaveMillis();
    for (Lane lane : lanes.all()) {
      onLane(
          lane,
          present -> {
            operation.on(present);
            return true;
          },
          timeoutMillis);
    }
  }

  /**
   * The same; nothing if the stack is closed.
   *
   * @throws IllegalStateException if a lane does not {@code what} within {@code leaveMillis}
   */
  void operateAll(String what, Operation operation) {
    if (lanes.isClosed()) {
      return;
    }
    try {
      onEveryLane(operation);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "stack " + setup.name() + ": a lane did not " + what + " in time", e);
    }
  }

  /** On every lane, whatever the others say: what the first one said that said anything. */
  String firstProblem(Function<Lane, String> operation) {
    String problem = null;
    for (Lane lane : lanes.all()) {
      try {
        String said = onLane(lane, operation, leaveMillis());
        problem = problem == null ? said : problem;
      } catch (TimeoutException e) {
        problem = "lane " + lane.index() + " of stack " + setup.name() + " does not answer";
      }
    }
    return problem;
  }

  /** On the lane, or the one that has taken its place. */
  <T> T onLane(Lane lane, Function<Lane, T> operation, int timeoutMillis) throws TimeoutException {
    if (lane.isOwner()) {
      return operation.apply(lane);
    }
    if (lanes.isClosed()) {
      throw new TimeoutException("the stack is closed");
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    lane.operate(present -> complete(done, present, operation));
    try {
      return done.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new TimeoutException("nothing within " + timeoutMillis + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(Culprit.describe(e.getCause()), e.getCause());
    }
  }

  /**
   * Has something done on a lane between two of its turns and waits for it.
   *
   * @throws IllegalStateException if the lane does not answer within {@code leaveMillis}
   */
  <T> T on(Lane lane, Function<Lane, T> operation) {
    try {
      return onLane(lane, operation, leaveMillis());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "lane "
              + lane.index()
              + " of stack "
              + setup.name()
              + " does not answer: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Has a swap done step by step in the turns of a lane and waits for its end.
   *
   * @param begin makes it, on the lane; null for none
   * @return the swap, which is over; null for none
   * @throws IllegalStateException if the lane does no step within {@code leaveMillis}
   */
  StagedSwap staged(Lane lane, Function<Lane, StagedSwap> begin) {
    StagedSwap swap =
        on(
            lane,
            own -> {
              StagedSwap made = begin.apply(own);
              if (made != null) {
                own.swaps().advance(made);
              }
              return made;
            });
    if (swap != null && lane.isOwner()) {
      swap.runAll();
    }
    int steps = -1;
    while (swap != null && !swap.over().isDone()) {
      if (swap.steps() == steps) {
        throw new IllegalStateException(
            "lane " + lane.index() + " of stack " + setup.name() + " does not go on with the swap");
      }
      steps = swap.steps();
      try {
        swap.over().get(leaveMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // looked at above: many connections may take more than that
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the lane goes on with the swap", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return swap;
  }

  static <T> void complete(CompletableFuture<T> done, Lane lane, Function<Lane, T> operation) {
    try {
      done.complete(operation.apply(lane));
    } catch (Throwable t) {
      done.completeExceptionally(t);
    }
  }
}
