package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.LaneFence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the threads of a stack's lanes. One that does not come back from a call is fenced and
 * abandoned, and a lane with a thread of its own goes on with what can be had of the other one. It
 * has a thread, which sleeps but for a look at each lane every eighth of {@code hangMillis}.
 */
public final class LaneWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWatch.class);
  private static final int LOOKS = 8;
  private static final long LEAST_MILLIS = 10;

  /** While nothing is watched, how often abandoned threads are looked at. */
  private static final long ABANDONED_MILLIS = 1000;

  private record Watched(LaneLoop loop, HangDetector detector) {
    static Watched of(LaneLoop loop) {
      return new Watched(loop, new HangDetector(new ThreadProbe(loop)));
    }
  }

  private record Abandoned(Lane lane, Thread thread) {}

  private final String stack;
  private final Supplier<EngineSettings> settings;

  /** Puts a lane in the place of the one of a loop, and returns the loop that drives it. */
  private final BiFunction<LaneLoop, Lane, LaneLoop> replacement;

  private final Thread thread;
  private final List<Watched> watched = new ArrayList<>();

  /** The watch's thread alone. */
  private final List<Abandoned> abandoned = new ArrayList<>();

  /** The watch's thread alone. */
  private final List<Succession.Leftover> leftovers = new ArrayList<>();

  private boolean closed;

  /**
   * A watch that watches nobody yet.
   *
   * @param stack name of the stack
   * @param settings the settings in force; any thread
   * @param replacement puts a lane in the place of the one of a loop and starts it; null if the
   *     stack ends
   */
  public LaneWatch(
      String stack,
      Supplier<EngineSettings> settings,
      BiFunction<LaneLoop, Lane, LaneLoop> replacement) {
    this.stack = stack;
    this.settings = settings;
    this.replacement = replacement;
    thread = new Thread(this::run, "karavel-" + stack + "-watch");
    thread.setDaemon(true);
  }

  /** Begins with these loops. Any thread. */
  public void start(List<LaneLoop> loops) {
    loops.forEach(loop -> watched.add(Watched.of(loop)));
    thread.start();
  }

  /** The settings may have changed. Any thread. */
  public synchronized void settingsChanged() {
    notifyAll();
  }

  /** Looks no more; waits for a replacement that is under way, {@code millis} at most. */
  public void stop(long millis) {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (sleep()) {
        look();
      }
    } catch (InterruptedException e) {
      LOG.warn("Stack {}: hung lanes are not noticed any more: interrupted", stack);
    }
  }

  private long intervalMillis() {
    int limit = settings.get().hangMillis();
    if (limit > 0) {
      return Math.max(LEAST_MILLIS, limit / LOOKS);
    }
    return abandoned.isEmpty() && leftovers.isEmpty() ? 0 : ABANDONED_MILLIS;
  }

  /** Until the next look is due; false if there is none. */
  private synchronized boolean sleep() throws InterruptedException {
    long beginNanos = System.nanoTime();
    while (!closed) {
      long interval = intervalMillis();
      long left = interval - (System.nanoTime() - beginNanos) / 1_000_000;
      if (interval > 0 && left <= 0) {
        return true;
      }
      wait(interval == 0 ? 0 : left);
    }
    return false;
  }

  private void look() {
    long limitMillis = settings.get().hangMillis();
    long intervalNanos = intervalMillis() * 1_000_000L;
    for (int i = 0; limitMillis > 0 && i < watched.size(); i++) {
      Watched one = watched.get(i);
      if (one.detector().looksHung(intervalNanos, limitMillis * 1_000_000L)) {
        LaneLoop fresh = examine(one);
        if (fresh != null) {
          watched.set(i, Watched.of(fresh));
        }
      }
    }
    leftovers.removeIf(Succession.Leftover::isCleared);
    for (Iterator<Abandoned> all = abandoned.iterator(); all.hasNext(); ) {
      Abandoned one = all.next();
      if (!one.thread().isAlive()) {
        all.remove();
        int left = abandoned.size();
        one.lane().operate(lane -> lane.threadEnded(one.thread().getName(), left));
      }
    }
  }

  /** Fences the thread and decides; the loop that goes on in its place, or null. */
  private LaneLoop examine(Watched one) {
    LaneLoop loop = one.loop();
    LaneFence fence = LaneFence.raise(loop.thread());
    // a safepoint: what the thread did is visible now, and what it does next sees the fence
    StackTraceElement[] trace = loop.thread().getStackTrace();
    if (loop.lane().steps() != one.detector().steps()
        || loop.isResting()
        || !loop.thread().isAlive()) {
      fence.lower();
      one.detector().reset();
      return null;
    }
    return abandon(one, fence, trace);
  }

  private LaneLoop abandon(Watched one, LaneFence fence, StackTraceElement[] trace) {
    LaneLoop loop = one.loop();
    loop.abandon();
    try {
      long lostMillis = one.detector().lostNanos() / 1_000_000;
      Succession succession =
          new Succession(loop.lane(), loop.thread().getName(), trace, lostMillis);
      Lane fresh = succession.lane(settings.get().leaveMillis(), abandoned.size() + 1);
      leftovers.add(succession.leftover(loop.thread()));
      abandoned.add(new Abandoned(fresh, loop.thread()));
      return replacement.apply(loop, fresh);
    } catch (RuntimeException | Error e) {
      LOG.error("Stack {}: no other lane could go on: {}", stack, Culprit.trace(e));
      return null;
    } finally {
      fence.shut();
    }
  }
}
