package io.karavel.engine;

/** A monotonic clock in nanoseconds with an arbitrary origin. Virtual in tests. Any thread. */
@FunctionalInterface
public interface NanoClock {
  /** The time now; only differences mean something. */
  long nanoTime();
}
