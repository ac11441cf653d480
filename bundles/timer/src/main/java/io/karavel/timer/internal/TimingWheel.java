package io.karavel.timer.internal;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Counter;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.TakesSettings;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerIndex;
import io.karavel.engine.TimerSettings;
import io.karavel.engine.UnknownFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A hierarchical timing wheel: wheels of 64 slots, the finest of one tick (1 ms) per slot, each
 * coarser one 64 times as wide. Timers come strictly in order of deadline, equal ones in the order
 * they were armed, and the next deadline is exact.
 *
 * <p>Unlike the classical wheel it does not cascade when time passes: a coarse slot is split into a
 * finer wheel when more than {@code slotTimers} timers are in it, and a wheel that runs empty is
 * given back. So inserting and removing cost a bounded number of steps (at most one per level), no
 * turn ever moves a million timers, and finding the earliest looks at one short list. The links are
 * in the timers themselves ({@link Timer#indexNext}): nothing is allocated once the wheels exist.
 */
final class TimingWheel implements TimerIndex, TakesSettings {
  /** Enough for 2^54 ticks: 292 years of ticks of 10 µs. */
  private static final int LEVELS = 9;

  private static final int VERSION = 1;
  private static final int TAG_REBUILDS = 1;

  /** Slots split into a finer wheel. */
  private final Counter splits;

  /** Wheels built anew. */
  private final Counter rebuilds;

  /** Fields of a later version, kept for the way back to it. */
  private final UnknownFields unknown = new UnknownFields();

  private final TimerModuleFactory factory;
  private final LaneContext context;

  private final List<Wheel> wheels = new ArrayList<>();
  private final List<Wheel> spares = new ArrayList<>();
  private int[] freeIds = new int[16];
  private int freeIdCount;
  private TimerSettings settings;
  private long tickNanos;
  private long originNanos;
  private Wheel root;
  private int size;

  /** The earliest timer as far as known; null when it must be looked for. */
  private Timer earliest;

  TimingWheel(LaneContext context, TimerModuleFactory factory, TimerSettings settings) {
    this.context = context;
    this.factory = factory;
    splits = context.counters().counter("Timer.WheelSplits");
    rebuilds = context.counters().counter("Timer.WheelRebuilds");
    adopt(settings);
  }

  private void adopt(TimerSettings newSettings) {
    settings = newSettings;
    tickNanos = newSettings.tickMicros() * 1000L;
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    HandoverReader reader = kept.reader();
    while (reader.next()) {
      if (reader.tag() == TAG_REBUILDS) {
        if (reader.longValue() < 0) {
          throw new HandoverException("slot timer: a negative number of rebuilds");
        }
        // the counter is the lane's; a lane that begins with this state goes on from there
        rebuilds.set(Math.max(rebuilds.value(), reader.longValue()));
      } else {
        unknown.add(reader);
      }
    }
    adopt(factory.opened(this, context));
  }

  /** The timers are the engine's; there is nothing else that a successor needs. */
  @Override
  public Handover export() {
    HandoverWriter writer =
        new HandoverWriter(SLOT, VERSION).putLong(TAG_REBUILDS, rebuilds.value());
    unknown.export(writer);
    return writer.finish();
  }

  @Override
  public void close(CloseReason reason) {
    factory.closed(this);
    wheels.clear();
    spares.clear();
    root = null;
    earliest = null;
    size = 0;
  }

  @Override
  public void start(long nowNanos) {
    originNanos = nowNanos;
    wheels.clear();
    spares.clear();
    freeIdCount = 0;
    root = newWheel(LEVELS - 1, null, 0);
    earliest = null;
    size = 0;
    rebuilds.increment();
  }

  @Override
  public int takenBy(Object its) {
    return context.configured() && !its.equals(settings) ? NOT_YET : 0;
  }

  /** New settings rule from now on; another tick means that everything is inserted again. */
  void settings(TimerSettings newSettings) {
    boolean sameTick = newSettings.tickMicros() == settings.tickMicros();
    List<Timer> all = new ArrayList<>(sameTick ? 0 : size);
    if (!sameTick) {
      for (Timer timer = poll(); timer != null; timer = poll()) {
        all.add(timer);
      }
    }
    adopt(newSettings);
    while (spares.size() > newSettings.spareWheels()) {
      discard(spares.remove(spares.size() - 1));
    }
    if (!sameTick) {
      start(originNanos);
      all.forEach(this::insert);
    }
  }

  private Timer poll() {
    return pollDue(Timer.NOT_ARMED - 1);
  }

  int size() {
    return size;
  }

  int spares() {
    return spares.size();
  }

  int wheels() {
    return wheels.size() - spares.size() - freeIdCount;
  }

  private long tickOf(Timer timer) {
    if (timer.deadlineNanos() <= originNanos) {
      return 0;
    }
    long delayNanos = timer.deadlineNanos() - originNanos;
    return (delayNanos < 0 ? Long.MAX_VALUE : delayNanos) / tickNanos;
  }

  private static int slotOf(long tick, int level) {
    return (int) (tick >>> level * Wheel.BITS) & Wheel.SLOTS - 1;
  }

  @Override
  public void insert(Timer timer) {
    long tick = tickOf(timer);
    Wheel wheel = root;
    int slot = slotOf(tick, wheel.level);
    for (Wheel finer = wheel.finer(slot); finer != null; finer = wheel.finer(slot)) {
      wheel = finer;
      slot = slotOf(tick, wheel.level);
    }
    wheel.add(slot, timer);
    if (!wheel.isFinest() && wheel.sizes[slot] > settings.slotTimers()) {
      split(wheel, slot);
    }
    size++;
    if (size == 1 || earliest != null && timer.deadlineNanos() < earliest.deadlineNanos()) {
      earliest = timer;
    }
  }

  /** Spreads the list of a coarse slot over a finer wheel, and on where they stay together. */
  private void split(Wheel coarse, int slot) {
    Wheel wheel = coarse;
    int crowded = slot;
    while (!wheel.isFinest() && wheel.sizes[crowded] > settings.slotTimers()) {
      splits.increment();
      Timer timer = wheel.takeAll(crowded);
      Wheel finer = newWheel(wheel.level - 1, wheel, crowded);
      wheel.finer(crowded, finer);
      int fullest = 0;
      while (timer != null) {
        Timer next = timer.indexNext;
        int to = slotOf(tickOf(timer), finer.level);
        finer.add(to, timer);
        fullest = finer.sizes[to] > finer.sizes[fullest] ? to : fullest;
        timer = next;
      }
      wheel = finer;
      crowded = fullest;
    }
  }

  @Override
  public void remove(Timer timer) {
    if (timer.indexBucket < 0) {
      return;
    }
    Wheel wheel = wheels.get(timer.indexBucket >>> Wheel.BITS);
    wheel.remove(timer.indexBucket & Wheel.SLOTS - 1, timer);
    while (wheel.occupied == 0 && wheel.parent != null) {
      Wheel parent = wheel.parent;
      parent.finer(wheel.slotInParent, null);
      giveBack(wheel);
      wheel = parent;
    }
    size--;
    if (timer == earliest) {
      earliest = null;
    }
  }

  private Timer earliest() {
    if (earliest == null && size > 0) {
      Wheel wheel = root;
      int slot = Long.numberOfTrailingZeros(wheel.occupied);
      for (Wheel finer = wheel.finer(slot); finer != null; finer = wheel.finer(slot)) {
        wheel = finer;
        slot = Long.numberOfTrailingZeros(wheel.occupied);
      }
      earliest = wheel.earliest(slot);
    }
    return earliest;
  }

  @Override
  public Timer pollDue(long nowNanos) {
    Timer first = earliest();
    if (first == null || first.deadlineNanos() > nowNanos) {
      return null;
    }
    remove(first);
    return first;
  }

  @Override
  public long nextDeadlineNanos() {
    Timer first = earliest();
    return first == null ? Timer.NOT_ARMED : first.deadlineNanos();
  }

  private Wheel newWheel(int level, Wheel parent, int slot) {
    Wheel wheel;
    if (!spares.isEmpty()) {
      wheel = spares.remove(spares.size() - 1);
    } else if (freeIdCount > 0) {
      wheel = new Wheel(freeIds[--freeIdCount]);
      wheels.set(wheel.id, wheel);
    } else {
      wheel = new Wheel(wheels.size());
      wheels.add(wheel);
    }
    wheel.prepare(level, parent, slot);
    return wheel;
  }

  private void giveBack(Wheel wheel) {
    if (spares.size() < settings.spareWheels()) {
      wheel.clear();
      spares.add(wheel);
      return;
    }
    discard(wheel);
  }

  /** To the garbage collector; its number is free again. */
  private void discard(Wheel wheel) {
    wheels.set(wheel.id, null);
    if (freeIdCount == freeIds.length) {
      freeIds = Arrays.copyOf(freeIds, freeIds.length * 2);
    }
    freeIds[freeIdCount++] = wheel.id;
  }
}
