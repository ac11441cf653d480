package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.Timer;

/**
 * A module that stays at work after its factory has gone, until a successor has taken over as in a
 * swap, {@code stayMillis} at most (docs/decisions/0024); which may is the caller's to say. Lane's
 * thread.
 */
final class Stay {
  private final Lane lane;
  private final SlotHolder slot;

  /** Whether the module at work goes on until its successor is there: its factory has gone. */
  private boolean staying;

  /** Whether the successor that is taking over has gone in the middle of it. */
  private boolean successorGoes;

  /** How the module at work hands over to its successor, or has; null if none has come. */
  private StagedSwap succession;

  Stay(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** Whether the factory of the module at work has gone. */
  boolean isStaying() {
    return staying;
  }

  /** A factory goes, all of whose classes are loaded: whether its module stays at work. */
  boolean takes(ModuleSource goes) {
    if (lane.settings().stayMillis() <= 0) {
      return false;
    }
    if (goes == slot.source() && slot.module() != null) {
      begin();
      return true;
    }
    if (staying && slot.canary() != null && slot.canary().source() == goes) {
      // it takes all first, and then stays for the next one
      successorGoes = true;
      slot.standBys().remove(goes);
      return true;
    }
    return false;
  }

  private void begin() {
    staying = true;
    slot.wayBack().end();
    slot.moveTo(SlotStatus.LEAVING);
    slot.event(slot.source() + " leaves and stays at work until its successor is there");
    handOver();
  }

  /** Has the best stand-by take over, if there is one and none does already. */
  void handOver() {
    ModuleSource successor = slot.standBys().next(null);
    if (successor != null && (succession == null || succession.over().isDone())) {
      successorGoes = false;
      succession = lane.swaps().staged(successor, false, StagedSwap.PORTION);
      lane.swaps().advance(succession);
    }
  }

  /** Another factory's module is at work. If that one has gone meanwhile it stays in its turn. */
  void handedOver() {
    boolean goesToo = staying && successorGoes;
    staying = false;
    if (goesToo) {
      succession = null;
      begin();
    }
  }

  /** The module is at work no more. */
  void end() {
    staying = false;
  }

  /** A factory is gone for good: it takes nothing over. */
  void forget(ModuleSource gone) {
    if (succession != null && succession.newcomer() == gone) {
      succession.abandon("it left");
    }
  }

  /** When nobody has come in time, or {@link Timer#NOT_ARMED}. */
  long deadlineNanos(EngineSettings settings) {
    return staying && slot.canary() == null
        ? slot.sinceNanos() + settings.stayMillis() * 1_000_000L
        : Timer.NOT_ARMED;
  }

  /** No successor has come in time, or none that works: the state is kept, if it is time. */
  void expire(long nowNanos, EngineSettings settings) {
    if (deadlineNanos(settings) <= nowNanos) {
      slot.turnover().goes(slot.source());
    }
  }
}
