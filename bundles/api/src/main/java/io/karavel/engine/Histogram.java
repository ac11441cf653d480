package io.karavel.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often which values occurred: buckets that grow by a 32nd of a power of two. One thread writes
 * with plain additions and without allocation; any thread may read, and sees it a moment old.
 */
public final class Histogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;

  /** Number of buckets of every histogram. */
  public static final int BUCKETS = (64 - SUB_BITS) * SUB;

  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final String name;
  private final long[] counts = new long[BUCKETS];
  private final Counter sum = new Counter("", false);

  Histogram(String name) {
    this.name = name;
  }

  /** A histogram that belongs to no set. */
  public Histogram() {
    this("");
  }

  /** The name, as in {@link Counters#histogram}. */
  public String name() {
    return name;
  }

  /** One more value, a negative one as 0; the writer's thread only. */
  public void record(long value) {
    long positive = Math.max(0, value);
    int bucket = bucketOf(positive);
    COUNT.setOpaque(counts, bucket, counts[bucket] + 1);
    sum.add(positive);
  }

  /** Takes over what another one holds; before anything is recorded here. */
  void resemble(Histogram original) {
    long[] held = original.counts();
    System.arraycopy(held, 0, counts, 0, held.length);
    sum.set(original.sum());
  }

  private static int bucketOf(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int sub = (int) (value >>> (exponent - SUB_BITS)) & (SUB - 1);
    return (exponent - SUB_BITS + 1) * SUB + sub;
  }

  /** The largest value of a bucket, 0 to {@link #BUCKETS} - 1. */
  public static long upperEndOf(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int exponent = bucket / SUB + SUB_BITS - 1;
    long sub = bucket % SUB + 1L;
    return (1L << exponent) + (sub << (exponent - SUB_BITS)) - 1;
  }

  /** The sum of all values; any thread. */
  public long sum() {
    return sum.value();
  }

  /** A copy of the counts by bucket, none of them torn; any thread. */
  public long[] counts() {
    long[] copy = new long[BUCKETS];
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      copy[bucket] = (long) COUNT.getOpaque(counts, bucket);
    }
    return copy;
  }

  /**
   * The value at or below which {@code percent} of all values lie, at most a 32nd too high; any
   * thread.
   */
  public long percentile(double percent) {
    long[] copy = counts();
    long total = 0;
    for (long count : copy) {
      total += count;
    }
    long rank = (long) Math.ceil(total * percent / 100);
    long seen = 0;
    for (int bucket = 0; bucket < BUCKETS && rank > 0; bucket++) {
      seen += copy[bucket];
      if (seen >= rank) {
        return upperEndOf(bucket);
      }
    }
    return 0;
  }
}
