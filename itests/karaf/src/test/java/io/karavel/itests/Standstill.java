package io.karavel.itests;

import java.util.concurrent.locks.LockSupport;

/**
 * A program that only sleeps, to be bound to one processor and to come before all others there. For
 * each time that it slept much too long it prints {@code FROM TO} in nanoseconds of {@link
 * System#nanoTime}, which all processes of a machine share: that processor did not run then.
 */
final class Standstill {
  private static final long SLEEP_NANOS = 1_000_000;
  private static final long LATE_NANOS = 1_000_000;

  private Standstill() {}

  /** Runs until it is ended. */
  public static void main(String[] words) {
    long slept = System.nanoTime();
    System.out.println("ready");
    while (!System.out.checkError()) {
      LockSupport.parkNanos(SLEEP_NANOS);
      long now = System.nanoTime();
      if (now - slept > SLEEP_NANOS + LATE_NANOS) {
        System.out.println(slept + SLEEP_NANOS + " " + now);
      }
      slept = System.nanoTime();
    }
  }
}
