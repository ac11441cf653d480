package io.karavel.engine.internal.lane;

/**
 * Tells a thread that hangs in a call from one that works, rests, or is not given the processor. It
 * looks at intervals and adds up what the call has used of the processor, or the intervals in which
 * it was blocked. Time alone says nothing: the machine may have been suspended, the collector may
 * have stopped everybody, a debugger may hold the thread, or others may have the processor. One
 * thread.
 */
final class HangDetector {
  /** What is known of a thread from outside. Any thread. */
  interface Probe {
    /** Grows whenever the thread turns to something else. */
    long steps();

    /** Whether it sleeps because there is nothing to do. */
    boolean isResting();

    /** What it has used of the processor; negative if nobody knows. */
    long cpuNanos();

    /** Whether it waits for a lock, for another thread, or in a system call. */
    boolean isBlocked();
  }

  /** With less than this part of an interval on the processor a thread may be blocked. */
  private static final int BUSY_PART = 10;

  private final Probe probe;
  private long steps = -1;
  private long cpuNanos;
  private long lostNanos;

  HangDetector(Probe probe) {
    this.probe = probe;
  }

  /** The step in which it was seen last. */
  long steps() {
    return steps;
  }

  /** What the call under way has used and waited so far. */
  long lostNanos() {
    return lostNanos;
  }

  /** It was a false alarm: the count begins anew. */
  void reset() {
    steps = -1;
    lostNanos = 0;
  }

  /**
   * Looks.
   *
   * @param intervalNanos since the last look at least; a longer time counts no more than this
   * @param limitNanos what a call may use or wait
   * @return whether it is beyond that
   */
  boolean looksHung(long intervalNanos, long limitNanos) {
    long now = probe.steps();
    long used = probe.cpuNanos();
    if (now != steps || probe.isResting()) {
      steps = now;
      cpuNanos = used;
      lostNanos = 0;
      return false;
    }
    long worked = used < 0 ? -1 : used - cpuNanos;
    cpuNanos = used;
    if (worked > intervalNanos / BUSY_PART) {
      lostNanos += worked;
    } else if (probe.isBlocked() || worked < 0) {
      lostNanos += intervalNanos;
    } else {
      lostNanos += worked;
    }
    return lostNanos >= limitNanos;
  }
}
