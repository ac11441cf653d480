package io.karavel.engine.internal.lane;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which state a slot is in, since when, and what failed there last; tells other threads, the log
 * and the events. Lane's thread, {@link #status()} excepted.
 */
final class SlotState {
  private static final Logger LOG = LoggerFactory.getLogger(SlotState.class);

  private final Lane lane;
  private final SlotHolder slot;
  private String state = SlotStatus.EMPTY;
  private long sinceNanos;
  private String lastError = "";
  private volatile SlotStatus status;

  SlotState(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /** What the shell shows; any thread. */
  SlotStatus status() {
    return status;
  }

  /** Whether it is in this state, a constant of {@link SlotStatus}. */
  boolean is(String what) {
    return state.equals(what);
  }

  /** When the state began. */
  long sinceNanos() {
    return sinceNanos;
  }

  String lastError() {
    return lastError;
  }

  void moveTo(String newState) {
    state = newState;
    sinceNanos = lane.nowNanos();
    publish();
  }

  /** Something went wrong: says so, and returns what was said. */
  String fail(String error) {
    lastError = error;
    lane.event("module", slot.name(), error);
    LOG.error("Stack {} slot {}: {}", lane.stack(), slot.name(), error);
    publish();
    return error;
  }

  /** Goes on in the state of the same slot of a lane that was abandoned. */
  void resume(SlotState before) {
    moveTo(before.state);
  }

  /** What failed last on a lane that was abandoned is what failed last here. */
  void succeed(SlotState before) {
    lastError = before.lastError;
  }

  /** What other threads see is how it is now. */
  void publish() {
    ModuleSource atWork = slot.module() == null ? null : slot.source();
    status =
        new SlotStatus(
            slot.name(),
            atWork == null ? "" : atWork.bundle(),
            atWork == null ? "" : atWork.version(),
            slot.generation(),
            state,
            sinceNanos,
            slot.parked(),
            slot.crashes(),
            lastError);
  }
}
