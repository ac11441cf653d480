package io.karavel.engine;

/**
 * Keeps the thread of a lane that hangs away from everything that the lane after it uses: timers,
 * slots, sockets, byte rings, devices. Each of these has a door, {@link #pass()}. A thread with a
 * raised fence waits at the next door until it is decided whether it hangs; if it does, it gets
 * through no door ever again. For other threads a door is the look at one field of their own.
 *
 * <p>The decision is safe without locks on the way: who raises a fence asks the thread for its
 * stack afterwards, and the virtual machine answers at a safepoint. What the thread did before is
 * visible then, and what it does afterwards sees the fence. If it has not come from its place until
 * then it is between two doors, and comes to no other connection or frame without passing one.
 */
public final class LaneFence {
  private final LaneThread thread;
  private boolean shut;
  private boolean lowered;

  private LaneFence(LaneThread thread) {
    this.thread = thread;
  }

  /**
   * A door. Any thread.
   *
   * @throws FencedLaneError if the thread's lane was abandoned
   */
  public static void pass() {
    if (Thread.currentThread() instanceof LaneThread lane) {
      LaneFence raised = lane.fence;
      if (raised != null) {
        raised.hold();
      }
    }
  }

  /** Engine: from its next door on the thread waits for the decision. Any other thread. */
  public static LaneFence raise(LaneThread thread) {
    LaneFence fence = new LaneFence(thread);
    thread.fence = fence;
    return fence;
  }

  /** Engine: a false alarm; the thread goes on as if nothing had been. */
  public synchronized void lower() {
    thread.fence = null;
    lowered = true;
    notifyAll();
  }

  /** Engine: the thread gets through no door any more, the one it waits at included. */
  public synchronized void shut() {
    shut = true;
    notifyAll();
  }

  private synchronized void hold() {
    boolean interrupted = false;
    while (!shut && !lowered) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (shut) {
      throw new FencedLaneError();
    }
  }
}
