package io.karavel.services.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs what was given to it when the test says that time has passed. */
final class ManualExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final List<Task> tasks = new ArrayList<>();
  private long nowNanos = 1;
  private boolean shut;

  long nowNanos() {
    return nowNanos;
  }

  /** What has no delay, at once. */
  void runNow() {
    advanceMillis(0);
  }

  void advanceMillis(long millis) {
    long end = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      Task next = null;
      for (Task task : tasks) {
        if (!task.isCancelled()
            && task.dueNanos <= end
            && (next == null || task.dueNanos < next.dueNanos)) {
          next = task;
        }
      }
      if (next == null) {
        nowNanos = end;
        return;
      }
      nowNanos = Math.max(nowNanos, next.dueNanos);
      if (next.periodNanos > 0) {
        next.dueNanos += next.periodNanos;
        next.action.run();
      } else {
        tasks.remove(next);
        next.run();
      }
    }
  }

  /** Delays in milliseconds of what waits to run once. */
  List<Long> pauses() {
    List<Long> pauses = new ArrayList<>();
    for (Task task : tasks) {
      if (task.periodNanos == 0 && !task.isCancelled()) {
        pauses.add(task.getDelay(TimeUnit.MILLISECONDS));
      }
    }
    return pauses;
  }

  private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final Runnable action;
    private final long periodNanos;
    private long dueNanos;

    Task(Runnable action, long delayNanos, long periodNanos) {
      super(action, null);
      this.action = action;
      this.periodNanos = periodNanos;
      this.dueNanos = nowNanos + delayNanos;
      tasks.add(this);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  @Override
  public void execute(Runnable command) {
    new Task(command, 0, 0);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return new Task(command, unit.toNanos(delay), 0);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return new Task(command, unit.toNanos(initialDelay), unit.toNanos(delay));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(command, initialDelay, period, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {
    shut = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shut = true;
    tasks.clear();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shut;
  }

  @Override
  public boolean isTerminated() {
    return shut;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
