package io.karavel.testkit;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A timer module that shares nothing with the timing wheel: a sorted tree. What stacks do must not
 * depend on which of the two is at work; tests swap one for the other.
 */
public final class SortedTimers implements TimerIndex {
  private final TreeMap<Long, Map<Integer, Timer>> byDeadline = new TreeMap<>();
  private int sequence;

  private SortedTimers() {}

  /** A factory of such modules. */
  public static ModuleFactory factory() {
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
        return new SortedTimers();
      }
    };
  }

  @Override
  public void start(long nowNanos) {}

  @Override
  public void insert(Timer timer) {
    timer.indexBucket = sequence++ & Integer.MAX_VALUE;
    byDeadline
        .computeIfAbsent(timer.deadlineNanos(), deadline -> new TreeMap<>())
        .put(timer.indexBucket, timer);
  }

  @Override
  public void remove(Timer timer) {
    Map<Integer, Timer> there = byDeadline.get(timer.deadlineNanos());
    if (there == null || there.get(timer.indexBucket) != timer) {
      // a deadline that moved while the timer was in the index: find it the long way
      Map<Long, Map<Integer, Timer>> all = new HashMap<>(byDeadline);
      all.forEach(
          (deadline, timers) -> {
            if (timers.values().remove(timer) && timers.isEmpty()) {
              byDeadline.remove(deadline);
            }
          });
    } else {
      there.remove(timer.indexBucket);
      if (there.isEmpty()) {
        byDeadline.remove(timer.deadlineNanos());
      }
    }
    timer.indexBucket = -1;
  }

  @Override
  public Timer pollDue(long nowNanos) {
    Map.Entry<Long, Map<Integer, Timer>> first = byDeadline.firstEntry();
    if (first == null || first.getKey() > nowNanos) {
      return null;
    }
    Timer timer = first.getValue().values().iterator().next();
    first.getValue().remove(timer.indexBucket);
    if (first.getValue().isEmpty()) {
      byDeadline.remove(first.getKey());
    }
    timer.indexBucket = -1;
    return timer;
  }

  @Override
  public long nextDeadlineNanos() {
    return byDeadline.isEmpty() ? Timer.NOT_ARMED : byDeadline.firstKey();
  }

  @Override
  public void open(Handover kept) {}

  @Override
  public Handover export() {
    return new HandoverWriter(SLOT, 1).finish();
  }

  @Override
  public void close(CloseReason reason) {
    byDeadline.clear();
  }
}
