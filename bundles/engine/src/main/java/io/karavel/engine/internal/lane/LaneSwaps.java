package io.karavel.engine.internal.lane;

import io.karavel.tcp.TcpConnectionInfo;
import java.util.ArrayDeque;
import java.util.function.Predicate;

/**
 * How modules of a lane take over from one another while both are there: at once or in steps, some
 * connections first, and back again. Lane's thread, between two turns or in one of its operations.
 */
public final class LaneSwaps {
  /** Said by {@link #beginCanary} if the filter lets nothing pass; nothing has changed then. */
  public static final String NOBODY_MOVES =
      "no connection that can be moved passes the filter; listeners, half-open connections and"
          + " those in TIME-WAIT stay";

  private final Lane lane;

  /** Swaps that are done step by step, one after the other. */
  private final ArrayDeque<StagedSwap> swaps = new ArrayDeque<>();

  LaneSwaps(Lane lane) {
    this.lane = lane;
  }

  /** Swaps a slot's module for one of another factory; null on success, else why not. */
  public String swap(ModuleSource newcomer) {
    return swap(newcomer, false);
  }

  /** Like {@link #swap(ModuleSource)}; a watched newcomer that throws makes way for the old one. */
  public String swap(ModuleSource newcomer, boolean watched) {
    lane.refreshTime();
    lane.leaveOver();
    return lane.holder(newcomer.slot()).turnover().swap(newcomer, watched);
  }

  /**
   * A swap in steps: to a newcomer, to a canary, which is promoted, or to the module at work, which
   * takes back what a canary has. Nothing is done yet: {@link #advance(StagedSwap)} has it done.
   *
   * @param watched whether a newcomer that throws makes way for the one at work
   * @param portion about how many connections a step moves
   */
  public StagedSwap staged(ModuleSource newcomer, boolean watched, int portion) {
    lane.refreshTime();
    return new StagedSwap(lane, lane.holder(newcomer.slot()), newcomer, watched, portion);
  }

  /** Has a step of a swap done in each of the coming turns. */
  public void advance(StagedSwap swap) {
    if (lane.isStopped()) {
      swap.abandon("the stack stops");
      return;
    }
    swaps.add(swap);
    lane.leaveOver();
  }

  /** Does one step of the swap that goes on, if one does. */
  void step() {
    StagedSwap swap = swaps.peek();
    if (swap != null) {
      if (swap.step()) {
        swaps.remove(swap);
      }
      lane.faults().settle();
    }
  }

  /** Whether there are steps to be done. */
  boolean isUnderWay() {
    return !swaps.isEmpty();
  }

  /** No step is done any more, for whatever reason. */
  void abandon(String why) {
    swaps.forEach(swap -> swap.abandon(why));
    swaps.clear();
  }

  /**
   * Moves some TCP connections to a newcomer, beside the module at work; null on success, else why
   * not.
   *
   * @param percent how many of those that pass the filter: 1 to 100
   */
  public String beginCanary(
      ModuleSource newcomer, Predicate<? super TcpConnectionInfo> filter, int percent) {
    lane.refreshTime();
    lane.leaveOver();
    SlotHolder slot = lane.holder(newcomer.slot());
    String problem = new SlotSharing(lane, slot).begin(newcomer, filter, percent);
    lane.faults().settle();
    return problem;
  }

  /** Has the module at work take back what a canary has; null on success, else why not. */
  public String endCanary(String slot) {
    lane.refreshTime();
    lane.leaveOver();
    SlotHolder holder = lane.holder(slot);
    if (holder.canary() == null) {
      return CanaryRules.NONE;
    }
    String problem = StagedSwap.back(lane, holder).runAll();
    lane.faults().settle();
    return problem;
  }

  /** How the canary does that runs in a slot, and what it is made of; null if none runs. */
  public CanaryStatus canary(String slot) {
    SlotHolder holder = lane.find(slot);
    TcpCanary canary = holder == null ? null : holder.canary();
    return canary == null
        ? null
        : new CanaryStatus(holder.source(), canary.source(), canary.comparison());
  }

  /** The factory that was at work before the last swap of a slot, or null. */
  public ModuleSource previous(String slot) {
    SlotHolder holder = lane.find(slot);
    return holder == null ? null : holder.wayBack().previous();
  }

  /** Swaps a slot back to the factory before the last swap; null on success, else why not. */
  public String rollback(String slot) {
    lane.refreshTime();
    lane.leaveOver();
    return lane.holder(slot).wayBack().rollback();
  }

  /** The watch over a slot's module is over. */
  public void confirm(String slot) {
    lane.holder(slot).wayBack().watch(false);
  }
}
