package io.karavel.engine.internal.lane;

import io.karavel.control.TimerInfo;
import io.karavel.engine.Histogram;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Every armed timer of a lane, whatever timer module is at work: the truth, of which the {@link
 * TimerIndex} in slot "timer" is an index that can be lost and rebuilt. While there is no index
 * nothing expires. Lane's thread.
 */
final class ArmedTimers {
  private final Lane lane;
  private final List<ModuleTimers> owners = new ArrayList<>();

  /** How late timers expire. */
  private final Histogram lateness;

  private TimerIndex index;
  private int armed;

  ArmedTimers(Lane lane) {
    this.lane = lane;
    lateness = lane.counters().histogram("Lane.TimerLateNanos");
  }

  ModuleTimers newOwner(SlotHolder slot) {
    ModuleTimers owner = new ModuleTimers(this, slot);
    owners.add(owner);
    return owner;
  }

  void forget(ModuleTimers owner) {
    owners.remove(owner);
  }

  int armed() {
    return armed;
  }

  Histogram lateness() {
    return lateness;
  }

  void arm(ModuleTimers owner, Timer timer, long deadlineNanos) {
    cancel(timer);
    if (deadlineNanos == Timer.NOT_ARMED) {
      return;
    }
    timer.deadlineNanos(deadlineNanos);
    timer.armedOwner = owner;
    Timer anchor = owner.anchor();
    timer.armedNext = anchor;
    timer.armedPrevious = anchor.armedPrevious;
    anchor.armedPrevious.armedNext = timer;
    anchor.armedPrevious = timer;
    armed++;
    if (index != null) {
      try {
        index.insert(timer);
      } catch (Throwable t) {
        indexFailed(t);
      }
    }
  }

  void cancel(Timer timer) {
    if (!timer.isArmed()) {
      return;
    }
    if (index != null) {
      try {
        index.remove(timer);
      } catch (Throwable t) {
        indexFailed(t);
      }
    }
    unlink(timer);
  }

  private void unlink(Timer timer) {
    timer.armedPrevious.armedNext = timer.armedNext;
    timer.armedNext.armedPrevious = timer.armedPrevious;
    timer.armedNext = null;
    timer.armedPrevious = null;
    timer.armedOwner = null;
    timer.deadlineNanos(Timer.NOT_ARMED);
    forgetIndex(timer);
    armed--;
  }

  private static void forgetIndex(Timer timer) {
    timer.indexNext = null;
    timer.indexPrevious = null;
    timer.indexBucket = -1;
  }

  void forEach(Consumer<? super Timer> consumer) {
    for (ModuleTimers owner : owners) {
      Timer anchor = owner.anchor();
      for (Timer timer = anchor.armedNext; timer != anchor; timer = timer.armedNext) {
        consumer.accept(timer);
      }
    }
  }

  /** The armed timers by kind, sorted. */
  List<TimerInfo> kinds(int laneIndex, long nowNanos) {
    Map<String, TimerInfo> kinds = new TreeMap<>();
    forEach(
        timer ->
            kinds.merge(
                timer.kind(),
                new TimerInfo(laneIndex, timer.kind(), 1, timer.deadlineNanos() - nowNanos),
                (one, other) ->
                    new TimerInfo(
                        laneIndex,
                        one.kind(),
                        one.armed() + 1,
                        Math.min(one.nextNanos(), other.nextNanos()))));
    return new ArrayList<>(kinds.values());
  }

  /** A timer module is at work: it is given every armed timer. */
  void attach(TimerIndex newIndex, long nowNanos) {
    index = newIndex;
    try {
      newIndex.start(nowNanos);
      forEach(newIndex::insert);
    } catch (Throwable t) {
      indexFailed(t);
    }
  }

  /** The timer module has left: nothing of it stays in the timers. */
  void detach() {
    index = null;
    forEach(ArmedTimers::forgetIndex);
  }

  private void indexFailed(Throwable t) {
    lane.faults().crashedIn(lane.timerSlot(), t);
  }

  /** The earliest deadline that can be met, or {@link Timer#NOT_ARMED}. */
  long nextDeadlineNanos() {
    if (index == null || armed == 0) {
      return Timer.NOT_ARMED;
    }
    try {
      return index.nextDeadlineNanos();
    } catch (Throwable t) {
      indexFailed(t);
      return Timer.NOT_ARMED;
    }
  }

  private Timer pollDue(long nowNanos) {
    lane.enter(lane.timerSlot());
    try {
      Timer timer = index.pollDue(nowNanos);
      if (timer != null && timer.deadlineNanos() > nowNanos) {
        throw new IllegalStateException(
            "timer " + timer.kind() + " is not due or not armed, and was polled as due");
      }
      return timer;
    } catch (Throwable t) {
      indexFailed(t);
      return null;
    }
  }

  /** Expires what is due, in order, at most {@code budget}; says how many. */
  int expire(long nowNanos, int budget) {
    int expired = 0;
    while (expired < budget && index != null && armed > 0) {
      Timer timer = pollDue(nowNanos);
      if (timer == null) {
        break;
      }
      lateness.record(nowNanos - timer.deadlineNanos());
      ModuleTimers owner = (ModuleTimers) timer.armedOwner;
      unlink(timer);
      expired++;
      lane.enter(owner.slot());
      owner.slot().serving(owner);
      try {
        timer.onExpiry(nowNanos);
      } catch (Throwable t) {
        lane.faults().crashed(owner.slot(), t);
      }
    }
    return expired;
  }
}
