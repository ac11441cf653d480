package io.karavel.metrics.internal;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * A reservoir on HdrHistogram, filled by copying what the lanes have counted since the last look.
 * Quantiles are of the last {@code windowSeconds}, more or less: two halves take turns. Any thread.
 */
final class LaneReservoir implements Reservoir {
  private static final long HIGHEST = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  private final Supplier<List<io.karavel.engine.Histogram>> lanes;
  private final IntSupplier windowSeconds;
  private final LongSupplier nanoClock;

  private long[] taken = new long[io.karavel.engine.Histogram.BUCKETS];
  private Histogram current = new Histogram(HIGHEST, DIGITS);
  private Histogram previous = new Histogram(HIGHEST, DIGITS);
  private long turnedNanos;

  LaneReservoir(
      Supplier<List<io.karavel.engine.Histogram>> lanes,
      IntSupplier windowSeconds,
      LongSupplier nanoClock) {
    this.lanes = lanes;
    this.windowSeconds = windowSeconds;
    this.nanoClock = nanoClock;
    turnedNanos = nanoClock.getAsLong();
  }

  /** How many values there ever were. */
  synchronized long count() {
    take();
    long count = 0;
    for (long inBucket : taken) {
      count += inBucket;
    }
    return count;
  }

  /** The sum of all values there ever were. */
  long sum() {
    return lanes.get().stream().mapToLong(io.karavel.engine.Histogram::sum).sum();
  }

  private void take() {
    List<io.karavel.engine.Histogram> sources = lanes.get();
    if (sources.isEmpty()) {
      return;
    }
    turn();
    long[] now = new long[io.karavel.engine.Histogram.BUCKETS];
    for (io.karavel.engine.Histogram source : sources) {
      long[] counts = source.counts();
      for (int bucket = 0; bucket < now.length; bucket++) {
        now[bucket] += counts[bucket];
      }
    }
    for (int bucket = 0; bucket < now.length; bucket++) {
      // less than before: the engine has started anew and counts from zero
      long grown = now[bucket] < taken[bucket] ? now[bucket] : now[bucket] - taken[bucket];
      if (grown > 0) {
        long value = Math.min(HIGHEST, io.karavel.engine.Histogram.upperEndOf(bucket));
        current.recordValueWithCount(value, grown);
      }
    }
    taken = now;
  }

  private void turn() {
    long halfNanos = windowSeconds.getAsInt() * 500_000_000L;
    long passed = nanoClock.getAsLong() - turnedNanos;
    if (passed >= halfNanos) {
      Histogram emptied = previous;
      emptied.reset();
      previous = current;
      current = emptied;
      if (passed >= 2 * halfNanos) {
        previous.reset();
      }
      turnedNanos += passed;
    }
  }

  @Override
  public synchronized Snapshot getSnapshot() {
    take();
    Histogram both = current.copy();
    both.add(previous);
    return new HdrSnapshot(both);
  }

  @Override
  public synchronized int size() {
    return (int) Math.min(Integer.MAX_VALUE, current.getTotalCount() + previous.getTotalCount());
  }

  @Override
  public void update(long value) {
    throw new UnsupportedOperationException("the lanes write it");
  }
}
