package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import io.karavel.tcp.spi.StackEndpoint;
import java.util.concurrent.Future;

/** The state a module left in its slot, for its successor, and since when it waits. */
final class KeptState {
  private final Handover nothing;
  private Handover handover;
  private long sinceNanos;
  private boolean kept;
  private boolean fromDisk;

  KeptState(String slot) {
    nothing = Handover.empty(slot);
    handover = nothing;
  }

  boolean isKept() {
    return kept;
  }

  /** Since when it waits. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** The state; empty if there is none. */
  Handover handover() {
    return handover;
  }

  void keep(Handover state, long nowNanos) {
    handover = state;
    sinceNanos = nowNanos;
    kept = true;
  }

  /** What another lane kept, which was abandoned, waits on. */
  void resume(Handover state, KeptState before) {
    keep(state, before.sinceNanos);
    fromDisk = before.fromDisk;
  }

  /** State of the JVM before this one: if it cannot be read, the slot does without. */
  void keepFromDisk(Handover state, long nowNanos) {
    keep(state, nowNanos);
    fromDisk = true;
  }

  boolean isFromDisk() {
    return kept && fromDisk;
  }

  /** A module left without state; packets wait for its successor nevertheless. */
  void nothing(long nowNanos) {
    keep(nothing, nowNanos);
  }

  /** The state has gone to a successor, or is disposed of. */
  void taken() {
    handover = nothing;
    kept = false;
    fromDisk = false;
  }

  /** When the waiting is over, or {@link Timer#NOT_ARMED}. */
  long deadlineNanos(EngineSettings settings) {
    return kept ? sinceNanos + settings.handoverSeconds() * 1_000_000_000L : Timer.NOT_ARMED;
  }

  /** In words. */
  static String describe(Handover state) {
    return state == null || state.isEmpty()
        ? "no state"
        : "state of " + state.formBytes() + " bytes";
  }

  /**
   * Lets go of what the state holds: packets return to their pool, who waits for an answer is told
   * that none will come, what can be closed is closed.
   */
  static void dispose(Handover state) {
    for (Object attachment : state.attachments()) {
      if (attachment instanceof PacketQueue queue) {
        queue.clear();
      } else if (attachment instanceof PacketBuffer buffer) {
        buffer.release();
      } else if (attachment instanceof Future<?> future) {
        future.cancel(false);
      } else if (attachment instanceof AutoCloseable closeable
          // what applications hold is theirs to close; they are told that the connection is over
          && !(attachment instanceof StackEndpoint)) {
        try {
          closeable.close();
        } catch (Exception e) {
          // it is thrown away; there is nobody to tell
        }
      }
    }
  }
}
