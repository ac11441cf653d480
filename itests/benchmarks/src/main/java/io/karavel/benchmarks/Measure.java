package io.karavel.benchmarks;

import java.util.List;

/**
 * One row of the main table: a load and the figure that counts.
 *
 * @param name name of the row
 * @param mode mode of the load client
 * @param connections parallel connections
 * @param oneCore whether client and server are pinned to one core
 * @param figure the key of the client's output that counts
 * @param unit its unit
 * @param more further arguments of the client
 */
record Measure(
    String name,
    String mode,
    int connections,
    boolean oneCore,
    String figure,
    String unit,
    List<String> more) {
  /** The rows of the main table. */
  static final List<Measure> MAIN =
      List.of(
          new Measure("up, 1 connection", "up", 1, false, "mbps", "Mbit/s", List.of()),
          new Measure("down, 1 connection", "down", 1, false, "mbps", "Mbit/s", List.of()),
          new Measure("up, 8 connections", "up", 8, false, "mbps", "Mbit/s", List.of()),
          new Measure("down, 8 connections", "down", 8, false, "mbps", "Mbit/s", List.of()),
          new Measure("ping-pong 1 B, one core, p50", "pp", 1, true, "p50_us", "us", size(1)),
          new Measure("ping-pong 1 B, one core, p99", "pp", 1, true, "p99_us", "us", size(1)),
          new Measure("32 x 1 B round trips", "pp", 32, false, "rps", "1/s", size(1)),
          new Measure("connect + 1 B + close", "crr", 32, false, "cps", "1/s", List.of()));

  private static List<String> size(int bytes) {
    return List.of("-s", Integer.toString(bytes));
  }

  /** Whether two rows come from one run of the client. */
  boolean sameRun(Measure other) {
    return mode.equals(other.mode)
        && connections == other.connections
        && oneCore == other.oneCore
        && more.equals(other.more);
  }
}
