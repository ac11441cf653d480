package io.karavel.engine;

/**
 * Thrown into the thread of a lane that was abandoned, at the next door of {@link LaneFence} that
 * it comes to: it has nothing to do here any more. Nobody catches it but who ends the thread.
 */
public final class FencedLaneError extends Error {
  private static final long serialVersionUID = 1L;

  FencedLaneError() {
    super("this thread's lane was abandoned; another thread goes on", null, false, false);
  }
}
