package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.Module;
import io.karavel.nic.NetworkDevice;

/** A slot on its way to the disk and back, over a restart of the JVM. Lane's thread. */
final class FrozenSlot {
  private final Lane lane;
  private final SlotHolder slot;

  /** What the module said when the lane was frozen; null while it is not. */
  private Handover saved;

  FrozenSlot(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** Whether a module stands still that has said its state. */
  boolean isFrozen() {
    return saved != null;
  }

  /** Says the state for the disk; from now on nothing may happen in the slot but its end. */
  Handover freeze() {
    Module module = slot.module();
    if (module == null) {
      return slot.kept().handover();
    }
    if (module instanceof NetworkDevice device) {
      device.outlast(true);
    }
    saved = module.export();
    return saved;
  }

  /** Nothing came of it: the module goes on. */
  void thaw() {
    saved = null;
    if (slot.module() instanceof NetworkDevice device) {
      device.outlast(false);
    }
  }

  /** State of the JVM before this one waits for its module. */
  void restore(Handover state) {
    slot.kept().keepFromDisk(state, lane.nowNanos());
    slot.moveTo(SlotStatus.PARKED);
    slot.event(KeptState.describe(state) + " kept over the restart");
  }

  /** It is on disk: the module that said it is thrown away, and so is what it said. */
  void end() {
    slot.close(CloseReason.HANDED_OVER);
    KeptState.dispose(saved);
    saved = null;
  }
}
