package io.karavel.benchmarks.bad;

import io.karavel.linux.DescriptorWaiter;
import io.karavel.linux.TunTap;

/**
 * A wire between two TAPs that it makes: delay, loss, reordering, rate and queue, for kernels
 * without netem. A process of its own; prints "ready" and, every second, what it has done, to
 * standard error; ends with its standard input.
 *
 * <p>Arguments: two interface names, loss, reordering (shares), rate in Mbit/s, queue in packets (0
 * is ample), seed.
 */
public final class Emulator {
  private static final long REPORT_NANOS = 1_000_000_000L;

  private Emulator() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    WireSettings settings =
        WireSettings.of(
            Double.parseDouble(arguments[2]),
            Double.parseDouble(arguments[3]),
            Double.parseDouble(arguments[4]),
            Integer.parseInt(arguments[5]));
    long seed = Long.parseLong(arguments[6]);
    TunTap left = TunTap.open(arguments[0], false, false);
    TunTap right = TunTap.open(arguments[1], false, false);
    EmulatedWay there = new EmulatedWay(settings, seed);
    EmulatedWay back = new EmulatedWay(settings, ~seed);
    Thread end = new Thread(Emulator::endWithInput, "end");
    end.setDaemon(true);
    end.start();
    System.out.println("ready");
    System.out.flush();
    try (DescriptorWaiter waiter = new DescriptorWaiter()) {
      run(left.descriptor(), right.descriptor(), there, back, waiter);
    }
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // nothing is said
      }
    } catch (java.io.IOException e) {
      // ends all the same
    }
    Runtime.getRuntime().halt(0);
  }

  private static void run(
      int left, int right, EmulatedWay there, EmulatedWay back, DescriptorWaiter waiter) {
    long report = System.nanoTime() + REPORT_NANOS;
    while (true) {
      long now = System.nanoTime();
      there.take(left, now);
      back.take(right, now);
      now = System.nanoTime();
      long next = Math.min(there.deliver(right, now), back.deliver(left, now));
      if (now - report > 0) {
        report = now + REPORT_NANOS;
        System.err.println("there: " + there + "; back: " + back);
      }
      long wait = Math.min(report, next) - System.nanoTime();
      if (wait > 0) {
        waiter.clear();
        waiter.add(left);
        waiter.add(right);
        waiter.await(wait);
      }
    }
  }
}
