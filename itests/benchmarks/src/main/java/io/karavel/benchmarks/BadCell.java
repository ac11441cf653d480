package io.karavel.benchmarks;

import java.util.List;

/**
 * One path of the table: what the wire does.
 *
 * @param name its name
 * @param loss share of packets lost
 * @param reordering share of packets delayed by 2 ms more
 * @param megabitsPerSecond rate
 * @param queuePackets queue before the rate; 0 is ample
 */
record BadCell(
    String name, double loss, double reordering, double megabitsPerSecond, int queuePackets) {
  /** The paths of the table; the round trip is 20 ms. */
  static final List<BadCell> ALL =
      List.of(
          new BadCell("clean", 0, 0, 500, 0),
          new BadCell("0.1 % loss", 0.001, 0, 500, 0),
          new BadCell("1 % loss", 0.01, 0, 500, 0),
          new BadCell("5 % reordering", 0, 0.05, 500, 0),
          new BadCell("100 Mbit/s, queue 50", 0, 0, 100, 50));

  /** Where BBR is measured. */
  static final BadCell BBR = ALL.get(2);

  /** Where a kernel flow competes: a queue of one bandwidth-delay product. */
  static final BadCell FAIRNESS = new BadCell("100 Mbit/s, queue 170", 0, 0, 100, 170);
}
