package io.karavel.benchmarks.jmh;

import io.karavel.engine.LaneThread;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Has JMH measure on threads that are a lane's; made by JMH. */
public final class LaneThreads extends ThreadPoolExecutor {
  /** So many threads, whose names begin so. */
  public LaneThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        numbered(prefix, new AtomicInteger()));
  }

  private static ThreadFactory numbered(String prefix, AtomicInteger number) {
    return task -> new LaneThread(task, prefix + number.incrementAndGet());
  }
}
