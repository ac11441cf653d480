package io.karavel.engine.internal.lane;

/**
 * How late timers expire: a histogram with buckets that grow by an eighth of a power of two.
 * Written by the lane's thread; any thread may read and sees it a moment old.
 */
final class Lateness {
  private static final int SUB_BITS = 3;
  private static final int SUB = 1 << SUB_BITS;

  private final long[] counts = new long[(64 - SUB_BITS) * SUB + SUB];

  void record(long lateNanos) {
    counts[bucketOf(Math.max(0, lateNanos))]++;
  }

  private static int bucketOf(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(value);
    int sub = (int) (value >>> (exponent - SUB_BITS)) & (SUB - 1);
    return (exponent - SUB_BITS + 1) * SUB + sub;
  }

  private static long upperEndOf(int bucket) {
    if (bucket < SUB) {
      return bucket;
    }
    int exponent = bucket / SUB + SUB_BITS - 1;
    long sub = bucket % SUB + 1L;
    return (1L << exponent) + (sub << (exponent - SUB_BITS)) - 1;
  }

  /** The value below or at which {@code percent} of all records lie, at most an eighth too high. */
  long percentile(double percent) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    long rank = (long) Math.ceil(total * percent / 100);
    long seen = 0;
    for (int bucket = 0; bucket < counts.length && rank > 0; bucket++) {
      seen += counts[bucket];
      if (seen >= rank) {
        return upperEndOf(bucket);
      }
    }
    return 0;
  }
}
