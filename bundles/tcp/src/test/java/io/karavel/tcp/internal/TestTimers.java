package io.karavel.tcp.internal;

import io.karavel.engine.Timer;
import io.karavel.engine.Timers;
import java.util.Arrays;
import java.util.function.Consumer;

/** The timers of a {@link TestLane}: a binary heap whose places are in the timers. */
final class TestTimers implements Timers {
  private Timer[] heap = new Timer[16];
  private int size;

  @Override
  public void arm(Timer timer, long deadlineNanos) {
    cancel(timer);
    if (++size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    timer.deadlineNanos(deadlineNanos);
    up(size, timer);
  }

  @Override
  public void cancel(Timer timer) {
    if (timer.indexBucket < 1) {
      return;
    }
    int at = timer.indexBucket;
    timer.indexBucket = -1;
    timer.deadlineNanos(Timer.NOT_ARMED);
    Timer last = heap[size];
    heap[size--] = null;
    if (last != timer) {
      down(at, last);
      up(last.indexBucket, last);
    }
  }

  private void up(int from, Timer timer) {
    int at = from;
    while (at > 1 && heap[at / 2].deadlineNanos() > timer.deadlineNanos()) {
      put(at, heap[at / 2]);
      at /= 2;
    }
    put(at, timer);
  }

  private void down(int from, Timer timer) {
    int at = from;
    while (at * 2 <= size) {
      int child = at * 2;
      if (child < size && heap[child + 1].deadlineNanos() < heap[child].deadlineNanos()) {
        child++;
      }
      if (heap[child].deadlineNanos() >= timer.deadlineNanos()) {
        break;
      }
      put(at, heap[child]);
      at = child;
    }
    put(at, timer);
  }

  private void put(int at, Timer timer) {
    heap[at] = timer;
    timer.indexBucket = at;
  }

  /** The earliest deadline. */
  long next() {
    return size == 0 ? Timer.NOT_ARMED : heap[1].deadlineNanos();
  }

  /** Expires the first if it is due. */
  boolean expireOne(long nowNanos) {
    if (next() > nowNanos) {
      return false;
    }
    Timer timer = heap[1];
    cancel(timer);
    timer.onExpiry(nowNanos);
    return true;
  }

  /** Disarms all: the module has left. */
  void clear() {
    while (size > 0) {
      cancel(heap[1]);
    }
  }

  @Override
  public int armed() {
    return size;
  }

  @Override
  public void forEach(Consumer<? super Timer> consumer) {
    for (int i = 1; i <= size; i++) {
      consumer.accept(heap[i]);
    }
  }
}
