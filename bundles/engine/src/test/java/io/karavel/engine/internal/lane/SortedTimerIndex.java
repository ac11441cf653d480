package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import java.util.ArrayList;
import java.util.List;

/** The plainest timer module: a list that is searched. Equal deadlines come in insertion order. */
class SortedTimerIndex implements TimerIndex {
  final List<Timer> timers = new ArrayList<>();
  RuntimeException failNext;

  static ModuleFactory factory(List<SortedTimerIndex> made) {
    return new ModuleFactory() {
      @Override
      public String slot() {
        return SLOT;
      }

      @Override
      public StateVersions stateVersions() {
        return new StateVersions(1, 1);
      }

      @Override
      public Module create(LaneContext context) {
        SortedTimerIndex index = new SortedTimerIndex();
        made.add(index);
        return index;
      }
    };
  }

  private void failIfTold() {
    if (failNext != null) {
      RuntimeException failure = failNext;
      failNext = null;
      throw failure;
    }
  }

  @Override
  public void insert(Timer timer) {
    failIfTold();
    timers.add(timer);
    timer.indexBucket = 0;
  }

  @Override
  public void remove(Timer timer) {
    failIfTold();
    timers.remove(timer);
  }

  @Override
  public Timer pollDue(long nowNanos) {
    failIfTold();
    Timer best = null;
    for (Timer timer : timers) {
      if (timer.deadlineNanos() <= nowNanos
          && (best == null || timer.deadlineNanos() < best.deadlineNanos())) {
        best = timer;
      }
    }
    timers.remove(best);
    return best;
  }

  @Override
  public long nextDeadlineNanos() {
    return timers.stream().mapToLong(Timer::deadlineNanos).min().orElse(Timer.NOT_ARMED);
  }

  @Override
  public void start(long nowNanos) {}

  @Override
  public void open(Handover kept) {}

  @Override
  public Handover export() {
    return new HandoverWriter(SLOT, 1).finish();
  }

  @Override
  public void close(CloseReason reason) {
    timers.clear();
  }
}
