package io.karavel.itests;

import java.util.concurrent.TimeUnit;

/**
 * Waits for what happens asynchronously, and says what was there instead when it does not. It waits
 * long: a busy machine takes its time, and only a failure takes all of it.
 */
final class Poll {
  private static final long PATIENCE_SECONDS = 120;
  private static final long PAUSE_MILLIS = 20;

  private Poll() {}

  /** Something that can be looked at. */
  @FunctionalInterface
  interface Look<T> {
    T look() throws Exception;
  }

  /** What is expected of it. */
  @FunctionalInterface
  interface Expectation<T> {
    boolean holds(T seen) throws Exception;
  }

  /** Looks until the expectation holds; returns what was seen then. */
  static <T> T until(String what, Look<T> look, Expectation<? super T> expectation)
      throws Exception {
    return within(PATIENCE_SECONDS, what, look, expectation);
  }

  /** The same for what takes its time. */
  static <T> T within(long seconds, String what, Look<T> look, Expectation<? super T> expectation)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Object last;
    do {
      try {
        T seen = look.look();
        if (expectation.holds(seen)) {
          return seen;
        }
        last = seen;
      } catch (Exception e) {
        last = e;
      }
      Thread.sleep(PAUSE_MILLIS);
    } while (System.nanoTime() - end < 0);
    throw new AssertionError("waited in vain until " + what + "; last seen: " + last);
  }
}
