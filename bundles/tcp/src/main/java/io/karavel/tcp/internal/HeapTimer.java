package io.karavel.tcp.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Timer;
import java.util.function.LongConsumer;

/** The one timer over a {@link DeadlineHeap}. */
final class HeapTimer extends Timer {
  private final String kind;
  private final LaneContext context;
  private final LongConsumer due;

  /**
   * A timer that is not armed.
   *
   * @param due called with the time when the first entry may be due; arms anew
   */
  HeapTimer(String kind, LaneContext context, LongConsumer due) {
    this.kind = kind;
    this.context = context;
    this.due = due;
  }

  /** Sees to it that it expires no later than the first entry of the heap is due. */
  void cover(DeadlineHeap<?> heap) {
    DeadlineHeap.Entry first = heap.first();
    if (first != null && first.nextDeadlineNanos() < deadlineNanos()) {
      context.timers().arm(this, first.nextDeadlineNanos());
    }
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public void onExpiry(long nowNanos) {
    due.accept(nowNanos);
  }
}
