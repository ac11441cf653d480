package io.karavel.engine.internal.lane;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscGrowableAtomicArrayQueue;

/**
 * What other threads want done on the lane: operations of the engine itself, which are few and
 * never refused, and tasks of modules ({@link ModuleTask}) and questions ({@link Runnable}), which
 * are bounded. Any thread adds; the lane's thread takes.
 */
final class LaneTasks {
  private static final int FIRST_CAPACITY = 16;

  private final Lane lane;
  private final ConcurrentLinkedQueue<Consumer<Lane>> operations = new ConcurrentLinkedQueue<>();
  private final MpscGrowableAtomicArrayQueue<Object> tasks;

  /** Those of what goes on in the place of the lane, which hangs; null if it does not. */
  private volatile LaneTasks successor;

  LaneTasks(Lane lane, int limit) {
    this.lane = lane;
    tasks = new MpscGrowableAtomicArrayQueue<>(FIRST_CAPACITY, limit);
  }

  /** Has it done on this lane, or the one that has taken its place. */
  void operate(Consumer<Lane> operation) {
    operations.add(operation);
    LaneTasks last = this;
    for (LaneTasks next = successor; next != null; next = next.successor) {
      next.takeOperations(last);
      next.lane.wake();
      last = next;
    }
    lane.wake();
  }

  /** Another lane goes on in the place of this one: what waits, and what comes, is its. */
  void succeededBy(LaneTasks next) {
    successor = next;
    next.takeOperations(this);
  }

  /** The operations that waited for another lane, which was abandoned, are done on this one. */
  private void takeOperations(LaneTasks other) {
    for (Consumer<Lane> one = other.operations.poll(); one != null; one = other.operations.poll()) {
      operations.add(one);
    }
  }

  /** False if as many wait as may. */
  boolean offer(Object task) {
    return tasks.offer(task);
  }

  boolean isEmpty() {
    return operations.isEmpty() && tasks.isEmpty();
  }

  void runOperations() {
    while (!operations.isEmpty()) {
      lane.markBusy();
      // a door: behind it a thread that was left behind takes nothing away from the next lane
      lane.enter(null);
      Consumer<Lane> next = operations.poll();
      if (next == null) {
        return;
      }
      try {
        next.accept(lane);
      } catch (Throwable t) {
        lane.faults().failed("an operation", t);
      }
      lane.faults().settle();
    }
  }

  /**
   * Does the tasks that wait now, at most {@code budget}; true if some are left. What they post is
   * for the next turn: who cuts long work into pages relies on it.
   */
  boolean runTasks(int budget) {
    for (int left = Math.min(budget, tasks.size()); left > 0; left--) {
      Object task = tasks.peek();
      if (task == null) {
        return false;
      }
      // who posted an operation before this task expects its effect
      runOperations();
      if (lane.standstill().isFrozen()) {
        return true;
      }
      lane.markBusy();
      lane.enter(task instanceof ModuleTask moduleTask ? moduleTask.slot() : null);
      tasks.poll();
      if (task instanceof ModuleTask own) {
        run(own);
      } else {
        try {
          ((Runnable) task).run();
        } catch (Throwable t) {
          lane.faults().failed("a question", t);
        }
      }
      lane.faults().settle();
    }
    return !tasks.isEmpty();
  }

  private void run(ModuleTask task) {
    if (task.isStale()) {
      lane.counts().staleTasks.increment();
      return;
    }
    task.slot().serving(task.timers());
    try {
      task.run();
    } catch (Throwable t) {
      lane.faults().crashed(task.slot(), t);
    }
  }
}
