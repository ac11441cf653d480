package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.Module;
import io.karavel.tcp.spi.SharesConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, opens and closes the modules of a slot, whatever they throw, and knows whose is being
 * opened or closed: that one is to blame if it does not come back. Lane's thread.
 */
final class ModuleOpener {
  private static final Logger LOG = LoggerFactory.getLogger(ModuleOpener.class);

  private final Lane lane;
  private final SlotHolder slot;

  /** The factory whose module is being made and opened at this moment, or null. */
  private ModuleSource opening;

  /** The factory whose module is being closed at this moment, or null. */
  private ModuleSource closing;

  ModuleOpener(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** Whose module is being made and opened, or null; its thread hangs. */
  ModuleSource opening() {
    return opening;
  }

  /** Whose module is being closed, or null; its thread hangs. */
  ModuleSource closing() {
    return closing;
  }

  /** Whose module is about to be closed by somebody else than this; null when it is. */
  void closing(ModuleSource whose) {
    closing = whose;
  }

  /** An opened module, or null with the reason noted. */
  Module make(ModuleSource candidate, ModuleContext fresh, Handover state, boolean asGuest) {
    Module made = null;
    opening = candidate;
    lane.enter(slot);
    try {
      if (!state.isEmpty() && !candidate.factory().stateVersions().reads(state.version())) {
        throw new HandoverException(
            "kept state has version "
                + state.version()
                + ", this bundle reads "
                + candidate.factory().stateVersions().readable());
      }
      made = candidate.factory().create(fresh);
      if (asGuest) {
        if (!(made instanceof SharesConnections guest)) {
          throw new HandoverException("it cannot share connections with another module");
        }
        guest.beGuest();
      }
      made.open(state);
      opening = null;
      lane.enter(null);
      return made;
    } catch (Throwable t) {
      opening = null;
      slot.fail(candidate + " did not start: " + Culprit.describe(t));
      LOG.error("Stack {} slot {}: {}", lane.stack(), slot.name(), Culprit.trace(t));
      if (made != null) {
        close(made, CloseReason.HANDED_OVER, candidate);
      }
      fresh.retire();
      return null;
    }
  }

  void close(Module leaving, CloseReason reason, ModuleSource whose) {
    closing = whose;
    try {
      leaving.close(reason);
    } catch (Throwable t) {
      slot.fail(whose + " failed to close: " + Culprit.describe(t));
    }
    closing = null;
  }

  /**
   * Opens state in a module that never gets into the slot, and returns what that one exports. For a
   * lane on which nothing else happens.
   *
   * @throws Exception whatever the candidate throws
   */
  Handover tryOut(ModuleSource candidate, Handover state) throws Exception {
    ModuleContext fresh = new ModuleContext(lane, slot);
    Module made = candidate.factory().create(fresh);
    try {
      made.open(state);
      return made.export();
    } finally {
      close(made, CloseReason.HANDED_OVER, candidate);
      fresh.retire();
    }
  }
}
