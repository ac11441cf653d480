package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.Module;
import io.karavel.tcp.spi.StackEndpoint;
import java.util.Map;

/**
 * A swap in one turn, between two calls: a newcomer opens the whole state of the module at work.
 * Success, or the old one goes on as if nothing had been. {@link StagedSwap} is the one in steps.
 * Lane's thread.
 */
final class WholeSwap {
  private final Lane lane;
  private final SlotHolder slot;

  WholeSwap(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** Has a fresh instance go on with the state of the module at work; null on success. */
  String exchange(ModuleSource newcomer) {
    long begin = lane.setup().clock().nanoTime();
    Handover state;
    try {
      state = slot.module().export();
    } catch (Throwable t) {
      return slot.fail(slot.source() + " could not export its state: " + Culprit.describe(t));
    }
    if (state == null) {
      return slot.fail(slot.source() + " said no state when it was to export it");
    }
    Map<StackEndpoint, Object> states = slot.sockets().all();
    slot.sockets().atStake(states);
    ModuleContext fresh = new ModuleContext(lane, slot);
    Module opened = slot.opener().make(newcomer, fresh, state, false);
    slot.sockets().atStake(null);
    if (opened == null) {
      slot.sockets().restore(states);
      slot.publish();
      return slot.lastError();
    }
    takeOver(opened, fresh, newcomer, begin);
    return null;
  }

  private void takeOver(
      Module opened, ModuleContext fresh, ModuleSource newcomer, long beginNanos) {
    Map<StackEndpoint, Object> states = slot.sockets().all();
    Module old = slot.module();
    ModuleContext oldContext = slot.context();
    ModuleSource former = slot.source();
    slot.install(opened, fresh, newcomer);
    if (newcomer != former) {
      // before the old one is closed, from which there may be no way back
      slot.turnover().follow(former);
    }
    slot.notePause(beginNanos);
    slot.opener().close(old, CloseReason.HANDED_OVER, former);
    oldContext.retire();
    if (oldContext.counters() != lane.counters()) {
      lane.counters().absorb();
    }
    slot.sockets().restore(states);
  }
}
