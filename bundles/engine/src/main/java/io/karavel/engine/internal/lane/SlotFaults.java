package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes after a module of a slot that threw or did not come back from a call: a fresh
 * instance, the version before, the one at work beside a canary, or none because it happens too
 * often. Lane's thread; after a hang that of the lane that goes on.
 */
final class SlotFaults {
  private static final Logger LOG = LoggerFactory.getLogger(SlotFaults.class);

  private final Lane lane;
  private final SlotHolder slot;
  private CrashHistory crashes = new CrashHistory();

  SlotFaults(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** How many there were. */
  long count() {
    return crashes.count();
  }

  /**
   * The module threw: what can be exported is kept, the instance is thrown away. The lane plugs a
   * fresh one of the same factory as soon as no call is under way.
   */
  void crash(Throwable thrown) {
    if (slot.module() == null) {
      return;
    }
    TcpCanary canary = slot.canary();
    ModuleSource guest = slot.guestServing();
    ModuleSource crashed = guest == null ? slot.source() : guest;
    boolean tooMany = guest == null && crashes.note(lane.nowNanos(), lane.settings());
    slot.fail(crashed + " crashed: " + Culprit.describe(thrown));
    LOG.error("Stack {} slot {}: {}", lane.stack(), slot.name(), Culprit.trace(thrown));
    Handover state;
    try {
      state =
          canary == null
              ? slot.module().export()
              : new SlotSharing(lane, slot).salvage(canary, guest != null);
    } catch (Throwable t) {
      state = null;
      slot.fail(slot.source() + " crashed and could not export its state: " + Culprit.describe(t));
    }
    boolean wasLeaving = slot.stay().isStaying();
    slot.takeOut(state);
    if (wasLeaving) {
      crashedLeaving(thrown, state, guest);
      return;
    }
    slot.standBys().putBack(slot.source());
    judge(thrown, "crashed", state, tooMany, lane.suspectFrame(), guest);
  }

  /** There is no fresh instance of a factory that has gone: a successor goes on, if one comes. */
  private void crashedLeaving(Throwable thrown, Handover state, ModuleSource guest) {
    ModuleSource crashed = guest == null ? slot.source() : guest;
    if (guest != null && crashes.note(lane.nowNanos(), lane.settings())) {
      slot.standBys().refuse(guest);
    }
    slot.next(null);
    slot.moveTo(SlotStatus.PARKED);
    String outcome = "a successor goes on with " + KeptState.describe(state);
    lane.faults()
        .report(slot.name(), String.valueOf(crashed), thrown, outcome, lane.suspectFrame());
  }

  /**
   * What comes after a module that crashed or hung: a fresh one, the one before, or none.
   *
   * @param guest the canary whose doing it was, beside which the module at work was sound; or null
   */
  private void judge(
      Throwable thrown,
      String how,
      Handover state,
      boolean tooMany,
      SuspectFrame suspect,
      ModuleSource guest) {
    EngineSettings settings = lane.settings();
    ModuleSource source = slot.source();
    ModuleSource crashed = guest == null ? source : guest;
    ModuleSource before = guest == null ? slot.wayBack().takeProbation() : null;
    String outcome = "a fresh instance goes on with " + KeptState.describe(state);
    if (guest != null) {
      outcome = "it was a canary: " + source + " goes on with " + KeptState.describe(state);
      slot.standBys().refuse(crashed);
      slot.event(crashed + " is a canary and " + how + ": all back to " + source);
      slot.moveTo(SlotStatus.PARKED);
    } else if (before != null) {
      outcome = "it was watched: " + before + " goes on with " + KeptState.describe(state);
      slot.standBys().refuse(source);
      slot.event(source + " is watched and " + how + ": back to " + before);
      slot.next(before);
      slot.moveTo(SlotStatus.PARKED);
    } else if (tooMany) {
      outcome = "it " + how + " too often: the slot waits with " + KeptState.describe(state);
      slot.standBys().refuse(source);
      slot.moveTo(SlotStatus.CRASHED);
      slot.fail(
          source
              + " "
              + how
              + " "
              + (settings.crashLimit() == 1 ? "once" : settings.crashLimit() + " times")
              + " within "
              + settings.crashWindowSeconds()
              + " s and is not started again: update or restart its bundle; last error: "
              + slot.lastError());
    } else {
      slot.moveTo(SlotStatus.PARKED);
    }
    lane.faults().report(slot.name(), String.valueOf(crashed), thrown, outcome, suspect);
  }

  // ---- after a lane that was abandoned ----

  /** Those of its slot count on. */
  void succeed(SlotFaults before) {
    crashes = before.crashes;
  }

  /** The module at work there was not to be asked. */
  void lost(ModuleSource whose, String problem) {
    slot.fail(whose + " could not be asked for its state, because its lane hung: " + problem);
  }

  /** Of two modules of the lane before one was not to be asked, and its connections failed. */
  void lost(ModuleSource whose, int connections, String problem) {
    lost(whose, problem + "; its " + connections + " connections fail, the others go on");
  }

  /**
   * A module of this slot of the lane before did not come back from a call.
   *
   * @param whose module at work that was
   * @param guest the canary whose doing it was; null if it was the module at work
   */
  void hung(ModuleSource whose, Throwable where, SuspectFrame suspect, ModuleSource guest) {
    if (whose != slot.source()) {
      hungGoing(whose, where, suspect);
      return;
    }
    boolean tooMany = guest == null && crashes.note(lane.nowNanos(), lane.settings());
    slot.fail((guest == null ? whose : guest) + " hung: " + Culprit.describe(where));
    judge(where, "hung", slot.kept().handover(), tooMany, suspect, guest);
  }

  /** A module did not come back from being closed; the slot goes on without it. */
  void hungGoing(ModuleSource whose, Throwable where, SuspectFrame suspect) {
    slot.fail(whose + " hung while it went: " + Culprit.describe(where));
    String outcome = "its successor goes on with " + KeptState.describe(slot.kept().handover());
    lane.faults().report(slot.name(), String.valueOf(whose), where, outcome, suspect);
  }

  /** A module did not come back from being made or opened: it is not tried again. */
  void hungOpening(ModuleSource newcomer, Throwable where, SuspectFrame suspect) {
    slot.standBys().refuse(newcomer);
    slot.fail(newcomer + " hung while it was opened: " + Culprit.describe(where));
    String outcome =
        "it is not tried again before it comes anew; "
            + KeptState.describe(slot.kept().handover())
            + " kept";
    lane.faults().report(slot.name(), newcomer.toString(), where, outcome, suspect);
  }
}
