package io.karavel.engine.internal.lane;

import io.karavel.tcp.spi.SharesConnections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A swap that a lane does step by step, one in a turn, so that packets never wait for more than one
 * of them. Where the module at work and the newcomer can share connections the newcomer is opened
 * as an empty guest, each step moves some connections to it, and the last one whatever is left;
 * otherwise the only step swaps the whole. Lane's thread, unless a method says more.
 */
public final class StagedSwap {
  /** Connections per step at most: what a thousandth of a second is enough for. */
  public static final int PORTION = 128;

  /** Connections of the first step: the newcomer's code may never have run. */
  private static final int FIRST_PORTION = 16;

  private static final int LEAST_PORTION = 8;

  /** A step that took longer is followed by a smaller one; half of that by a larger one. */
  private static final long LONG_STEP_NANOS = 1_000_000;

  /** How often the table is gone through for connections that have come meanwhile. */
  private static final int MOST_PASSES = 8;

  private static final int ALL = 1 << 20;

  private final Lane lane;
  private final SlotHolder slot;
  private final SlotSharing sharing;
  private final ModuleSource newcomer;
  private final boolean watched;
  private final int portion;
  private final CompletableFuture<StagedSwap> over = new CompletableFuture<>();

  private TcpCanary canary;
  private boolean toGuest;
  private boolean isSettling;
  private boolean isEnding;
  private int size;
  private int cursor;
  private int passes;
  private int movedInPass;
  private long firstNanos;
  private long longestNanos;
  private long wholeNanos;
  private int moved;
  private final AtomicInteger steps = new AtomicInteger();
  private String problem;

  /**
   * Nothing is done yet.
   *
   * @param newcomer whose module is to be alone in its slot; the one at work ends a canary
   * @param watched whether the newcomer makes way for the one at work if it throws
   * @param portion about how many connections a step moves at most
   */
  StagedSwap(Lane lane, SlotHolder slot, ModuleSource newcomer, boolean watched, int portion) {
    this.lane = lane;
    this.slot = slot;
    this.newcomer = newcomer;
    this.watched = watched;
    this.portion = portion;
    size = portion <= PORTION ? Math.min(portion, FIRST_PORTION) : portion;
    sharing = new SlotSharing(lane, slot);
  }

  /** Has the module at work take back what a canary has, in one turn. */
  static StagedSwap back(Lane lane, SlotHolder slot) {
    return new StagedSwap(lane, slot, slot.source(), false, ALL);
  }

  /** Does all steps at once; null on success, else why not. */
  public String runAll() {
    while (!step()) {
      // all in this turn
    }
    return problem;
  }

  /**
   * Does the next step.
   *
   * @return whether it was the last
   */
  public boolean step() {
    if (over.isDone()) {
      return true;
    }
    long begin = lane.setup().clock().nanoTime();
    if (steps.get() == 0) {
      firstNanos = begin;
      begin();
    } else if (!sharing.isShared(canary)) {
      // it crashed, its bundle went, or somebody asked for something else
      boolean isThere = slot.module() != null && slot.source() == newcomer && slot.canary() == null;
      end(isThere ? null : "it came to its end before all connections had moved: " + lastWords());
    } else {
      advance();
      adapt(lane.setup().clock().nanoTime() - begin);
    }
    long end = lane.setup().clock().nanoTime();
    longestNanos = Math.max(longestNanos, end - begin);
    wholeNanos = end - firstNanos;
    slot.notePause(begin);
    steps.incrementAndGet();
    // what has moved is looked at by its new module before the next step
    lane.leaveOver();
    if (isEnding) {
      over.complete(this);
    }
    return isEnding;
  }

  private void adapt(long nanos) {
    if (nanos > LONG_STEP_NANOS) {
      size = Math.max(Math.min(portion, LEAST_PORTION), size / 2);
    } else if (nanos < LONG_STEP_NANOS / 2) {
      size = Math.min(portion, 2 * size);
    }
  }

  private void end(String why) {
    problem = why;
    isEnding = true;
  }

  private String lastWords() {
    return slot.lastError().isEmpty() ? "another module was put to work" : slot.lastError();
  }

  private void begin() {
    TcpCanary running = slot.canary();
    if (running != null && (newcomer == running.source() || newcomer == slot.source())) {
      canary = running;
      toGuest = newcomer == running.source();
    } else if (CanaryRules.problem(slot.module(), slot.source(), newcomer) != null) {
      end(slot.turnover().swap(newcomer, watched));
    } else {
      String refused = sharing.open(newcomer);
      canary = slot.canary();
      toGuest = true;
      if (refused != null) {
        end(refused);
      }
    }
  }

  private void advance() {
    try {
      if (isSettling) {
        lane.flush();
        // the flush may have ended it
        if (sharing.isShared(canary)) {
          sharing.settle(canary, toGuest, watched);
          end(null);
        }
        return;
      }
      SharesConnections.Portion next = canary.portion(toGuest, cursor, size);
      sharing.move(canary, toGuest, next);
      moved += next.flows().size();
      movedInPass += next.flows().size();
      cursor = next.next();
      if (cursor == 0) {
        isSettling = movedInPass <= portion || ++passes == MOST_PASSES;
        movedInPass = 0;
      }
    } catch (Throwable t) {
      String why = sharing.goBack(canary, t);
      end(newcomer == slot.source() && slot.canary() == null ? null : why);
    }
  }

  ModuleSource newcomer() {
    return newcomer;
  }

  /** Nobody does any more steps. Any thread, once the lane's does none. */
  void abandon(String why) {
    if (!over.isDone()) {
      problem = why;
      isEnding = true;
      over.complete(this);
    }
  }

  // ---- any thread ----

  /** Completed after the last step. Any thread. */
  public CompletableFuture<StagedSwap> over() {
    return over;
  }

  /** How many steps were done. Any thread. */
  public int steps() {
    return steps.get();
  }

  /** Once it is over: null on success, else why the module at work goes on. */
  public String problem() {
    return problem;
  }

  /** Once it is over: how long the longest step took, in ns. */
  public long longestNanos() {
    return longestNanos;
  }

  /**
   * Once it is over: the time from the beginning of the first step to the end of the last, in ns.
   */
  public long wholeNanos() {
    return wholeNanos;
  }

  /** Once it is over: how many connections were moved before the last step. */
  public int moved() {
    return moved;
  }
}
