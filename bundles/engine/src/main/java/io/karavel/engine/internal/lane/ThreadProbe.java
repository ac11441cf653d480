package io.karavel.engine.internal.lane;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** What the virtual machine says of the thread of a loop. Any thread. */
final class ThreadProbe implements HangDetector.Probe {
  private final LaneLoop loop;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  ThreadProbe(LaneLoop loop) {
    this.loop = loop;
  }

  @Override
  public long steps() {
    return loop.lane().steps();
  }

  @Override
  public boolean isResting() {
    return loop.isResting() || !loop.thread().isAlive();
  }

  @Override
  public long cpuNanos() {
    try {
      return threads.getThreadCpuTime(loop.thread().getId());
    } catch (UnsupportedOperationException e) {
      return -1;
    }
  }

  @Override
  public boolean isBlocked() {
    return switch (loop.thread().getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      case RUNNABLE -> {
        // a system call that does not come back counts as running
        StackTraceElement[] trace = loop.thread().getStackTrace();
        yield trace.length > 0 && trace[0].isNativeMethod();
      }
      default -> false;
    };
  }
}
