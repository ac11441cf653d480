package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.engine.Module;

/**
 * Who fills a slot: the factories that arrive, stand by, have their modules plugged in, take over
 * from one another and leave. Lane's thread.
 */
final class Turnover {
  private final Lane lane;
  private final SlotHolder slot;
  private final StandBys standBys = new StandBys();

  /** The factory that goes at this moment, or null. */
  private ModuleSource leaving;

  Turnover(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  StandBys standBys() {
    return standBys;
  }

  /** A factory is there: its module goes to work if the slot is empty, else it stands by. */
  void arrive(ModuleSource arriving) {
    standBys.add(arriving);
    if (slot.module() == null) {
      plug();
    } else if (slot.stay().isStaying()) {
      slot.stay().handOver();
    }
  }

  /**
   * A factory goes. Its module stays at work until a successor has taken over in portions, if both
   * can; else its state is kept, and a stand-by takes over in the same turn.
   *
   * @param mayStay whether the module can still work: all of its classes are loaded
   */
  void leave(ModuleSource goes, boolean mayStay) {
    if (mayStay && !slot.frozen().isFrozen() && slot.stay().takes(goes)) {
      return;
    }
    goes(goes);
  }

  /** A factory goes, and its module with it. */
  void goes(ModuleSource goes) {
    leaving = goes;
    if (goes == slot.source() && slot.module() != null) {
      lane.flush();
      // the flush may have crashed it
      if (slot.module() != null && goes == slot.source()) {
        unplug();
      }
    } else if (slot.canary() != null && slot.canary().source() == goes) {
      slot.wayBack().fromCanary();
    }
    gone(goes);
    leaving = null;
  }

  /** A factory is not there any more; another one fills the slot if that has become empty. */
  void gone(ModuleSource factory) {
    forget(factory);
    plug();
    slot.publish();
  }

  private void forget(ModuleSource gone) {
    slot.stay().forget(gone);
    standBys.remove(gone);
    slot.wayBack().forget(gone);
    slot.forget(gone);
  }

  /** The module at work leaves, and its state is kept. */
  void unplug() {
    ModuleSource source = slot.source();
    TcpCanary canary = slot.canary();
    Handover state;
    try {
      state =
          canary == null
              ? slot.module().export()
              : new SlotSharing(lane, slot).salvage(canary, false);
    } catch (Throwable t) {
      state = null;
      slot.fail(source + " left and could not hand over its state: " + Culprit.describe(t));
    }
    slot.takeOut(state);
    slot.moveTo(SlotStatus.PARKED);
    slot.event(source + " left, " + KeptState.describe(state) + " kept");
  }

  /** Whether the slot waits for a module that it could have. */
  boolean wantsPlug() {
    return slot.module() == null && candidate() != null;
  }

  /** The next to be plugged: after a crash the same factory, else the best stand-by. */
  private ModuleSource candidate() {
    return standBys.next(slot.source());
  }

  /** Fills the empty slot with the best stand-by that works. */
  void plug() {
    for (ModuleSource best = candidate();
        slot.module() == null && best != null;
        best = candidate()) {
      tryPlug(best);
    }
  }

  private void tryPlug(ModuleSource candidate) {
    KeptState kept = slot.kept();
    ModuleContext fresh = new ModuleContext(lane, slot);
    Module opened = slot.opener().make(candidate, fresh, kept.handover(), false);
    if (opened == null) {
      if (kept.isFromDisk()) {
        slot.drop("what was kept over the restart cannot be opened; the slot starts clean");
        return;
      }
      standBys.refuse(candidate);
      slot.publish();
      return;
    }
    standBys.remove(candidate);
    if (kept.isKept()) {
      slot.notePause(kept.sinceNanos());
    }
    kept.taken();
    slot.install(opened, fresh, candidate);
    slot.drain();
  }

  /**
   * The newcomer takes over from the module at work between two calls: success, or the old one goes
   * on as if nothing had been.
   *
   * @return null on success, else why not
   */
  String swap(ModuleSource newcomer, boolean watched) {
    if (slot.module() == null) {
      arrive(newcomer);
      return slot.source() == newcomer ? null : slot.lastError();
    }
    if (newcomer == slot.source()) {
      return newcomer + " is at work already";
    }
    lane.flush();
    String problem = new WholeSwap(lane, slot).exchange(newcomer);
    if (problem == null) {
      slot.wayBack().watch(watched);
    }
    return problem;
  }

  /** The module of a newcomer has all that the one at work had. */
  void taken(Module opened, ModuleContext fresh, ModuleSource newcomer, boolean watched) {
    ModuleSource former = slot.source();
    slot.install(opened, fresh, newcomer);
    follow(former);
    slot.wayBack().watch(watched);
  }

  /** Another factory's module is at work; the former one stands by, unless it has gone. */
  void follow(ModuleSource former) {
    standBys.remove(slot.source());
    if (slot.stay().isStaying()) {
      slot.wayBack().leadsTo(null);
    } else {
      slot.wayBack().leadsTo(former);
      standBys.putBack(former);
    }
    slot.stay().handedOver();
  }

  // ---- after a lane that was abandoned ----

  /** Its stand-bys wait here. */
  void succeed(Turnover before) {
    standBys.succeed(before.standBys);
  }

  /** Who was on the way out there, or stayed after having gone, has gone. */
  void finish(Turnover before, Stay stay) {
    if (stay.isStaying()) {
      forget(slot.source());
    }
    if (before.leaving != null) {
      forget(before.leaving);
    }
  }
}
