package io.karavel.benchmarks.bad;

/**
 * What an emulated wire does, each way alike.
 *
 * @param delayNanos delay of one way
 * @param loss share of packets lost
 * @param reordering share of packets delayed further
 * @param reorderNanos by how much
 * @param megabitsPerSecond rate; 0 is no limit
 * @param queuePackets packets that may wait for the rate
 */
record WireSettings(
    long delayNanos,
    double loss,
    double reordering,
    long reorderNanos,
    double megabitsPerSecond,
    int queuePackets) {
  private static final int AMPLE_QUEUE = 8000;

  /** A wire of 20 ms there and back. */
  static WireSettings of(double loss, double reordering, double megabitsPerSecond, int queue) {
    return new WireSettings(
        10_000_000L,
        loss,
        reordering,
        2_000_000L,
        megabitsPerSecond,
        queue == 0 ? AMPLE_QUEUE : queue);
  }
}
