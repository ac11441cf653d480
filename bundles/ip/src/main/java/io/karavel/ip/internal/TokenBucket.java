package io.karavel.ip.internal;

/**
 * Allows so many events per second and so many at once. Credit is counted in nanoseconds of
 * waiting, so that no fraction of a token is lost. Rate and burst are given at each call and so
 * change live.
 */
final class TokenBucket {
  private long fullAtNanos;
  private boolean used;

  /**
   * Takes one token if there is one.
   *
   * @param ratePerSecond 0 allows nothing
   * @param burst how many can be taken at once, 1 and more
   */
  boolean take(long nowNanos, int ratePerSecond, int burst) {
    if (ratePerSecond <= 0) {
      return false;
    }
    long costNanos = 1_000_000_000L / ratePerSecond;
    if (!used || fullAtNanos - nowNanos < 0) {
      fullAtNanos = nowNanos;
      used = true;
    }
    // The bucket is full at fullAtNanos; each token missing lies one cost ahead of now.
    if (fullAtNanos - nowNanos > costNanos * (burst - 1)) {
      return false;
    }
    fullAtNanos += costNanos;
    return true;
  }
}
