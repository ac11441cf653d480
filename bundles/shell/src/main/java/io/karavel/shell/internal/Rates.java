package io.karavel.shell.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Counts twice, some milliseconds apart: the second counts with their growth per second. Without a
 * pause there are no rates.
 */
record Rates<K>(Map<K, Long> before, Map<K, Long> now, long nanos) {
  /** Waits; a test passes its own. */
  @FunctionalInterface
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  /** Samples twice. */
  static <K> Rates<K> sample(
      Supplier<Map<K, Long>> counts, int millis, Pause pause, LongSupplier nanoClock)
      throws InterruptedException {
    if (millis == 0) {
      Map<K, Long> now = counts.get();
      return new Rates<>(now, now, 0);
    }
    Map<K, Long> before = new HashMap<>(counts.get());
    long start = nanoClock.getAsLong();
    pause.millis(millis);
    Map<K, Long> now = counts.get();
    return new Rates<>(before, now, Math.max(1, nanoClock.getAsLong() - start));
  }

  /** Growth per second; null without a pause. */
  Double perSecond(K key) {
    return nanos == 0 ? null : Math.rint(delta(key) * 1e10 / nanos) / 10;
  }

  /** Growth between the samples. */
  long delta(K key) {
    return now.getOrDefault(key, 0L) - before.getOrDefault(key, 0L);
  }
}
