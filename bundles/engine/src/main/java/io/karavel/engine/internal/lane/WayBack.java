package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;

/**
 * How a slot gets back to the version that was at work: when an operator wants it, when a newcomer
 * throws while it is watched, and when a canary's bundle goes. {@link StagedSwap} is what it goes
 * by. Lane's thread.
 */
final class WayBack {
  private final Lane lane;
  private final SlotHolder slot;

  /** The factory before the last swap, or null. */
  private ModuleSource previous;

  /** Whether the module at work is watched: when it throws, the previous one goes on. */
  private boolean onProbation;

  WayBack(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** The factory before the last swap, or null. */
  ModuleSource previous() {
    return previous;
  }

  /** There has been a swap from this factory. */
  void leadsTo(ModuleSource former) {
    previous = former;
  }

  /** There is nothing to go back to. */
  void end() {
    previous = null;
    onProbation = false;
  }

  /** A factory is gone. */
  void forget(ModuleSource gone) {
    if (previous == gone) {
      end();
    }
  }

  /** Whether the module at work makes way for the previous one if it throws. */
  void watch(boolean watched) {
    onProbation = watched;
  }

  /** The module at work has thrown: who goes on because it was watched, once; null if nobody. */
  ModuleSource takeProbation() {
    if (!onProbation || previous == null) {
      return null;
    }
    onProbation = false;
    return previous;
  }

  /** Swaps back to the factory that was at work before the last swap; null on success. */
  String rollback() {
    return previous == null
        ? "slot " + slot.name() + " has no previous module"
        : slot.turnover().swap(previous, false);
  }

  /** A canary's bundle goes: the version at work takes back what it has, in this turn. */
  void fromCanary() {
    // one of the two may have crashed on the way, and then the slot is empty already
    if (StagedSwap.back(lane, slot).runAll() != null && slot.canary() != null) {
      takeOutCanary();
    }
  }

  /** No exchange came about: a fresh instance of the version at work is next. */
  private void takeOutCanary() {
    TcpCanary canary = slot.canary();
    Handover state;
    try {
      state = new SlotSharing(lane, slot).salvage(canary, true);
    } catch (Throwable t) {
      state = null;
      slot.fail(slot.source() + " could not export its state: " + Culprit.describe(t));
    }
    slot.takeOut(state);
    slot.standBys().putBack(slot.source());
    slot.moveTo(SlotStatus.PARKED);
    slot.event(
        canary.source() + " left, " + slot.source() + " goes on with " + KeptState.describe(state));
  }

  /** As on a lane that was abandoned. */
  void succeed(WayBack before) {
    previous = before.previous;
    onProbation = before.onProbation;
  }
}
