package io.karavel.itests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the swaps of one module by one means took, and what they did to the counters. */
final class SwapFigures {
  /** The columns that {@link #row} fills. */
  static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-13s %-20s %5s %26s %26s %26s %26s %8s %8s %6s %8s %6s %8s %8s",
          "means",
          "module",
          "times",
          "probe p50/p99/max ms",
          "net p50/p99/max ms",
          "stream p50/p99/max ms",
          "told p50/p99/max ms",
          "own ms",
          "timeouts",
          "probes",
          "retrans.",
          "resets",
          "parked",
          "drained");

  private final String means;
  private final String module;
  private final Map<String, List<Long>> times = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  SwapFigures(String means, String module) {
    this.means = means;
    this.module = module;
  }

  /** Adds a time in nanoseconds, of one of the columns; a negative one is none. */
  void time(String column, long nanos) {
    if (nanos >= 0) {
      times.computeIfAbsent(column, c -> new ArrayList<>()).add(nanos);
    }
  }

  /** Adds to a counter's column. */
  void count(String column, long more) {
    counts.merge(column, more, Long::sum);
  }

  long count(String column) {
    return counts.getOrDefault(column, 0L);
  }

  /** Takes in what others measured. */
  void add(SwapFigures other) {
    other.times.forEach((column, all) -> all.forEach(nanos -> time(column, nanos)));
    other.counts.forEach(this::count);
  }

  /** A line of the table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "%-13s %-20s %5d %26s %26s %26s %26s %8.1f %8d %6d %8d %6d %8d %8d",
        means,
        module,
        times.getOrDefault("probe", List.of()).size(),
        three("probe"),
        three("net"),
        three("stream"),
        three("told"),
        millis("own", 100),
        count("TCPTimeouts"),
        count("TCPLossProbes"),
        count("RetransSegs"),
        count("resets"),
        count("parked"),
        count("drained"));
  }

  private String three(String column) {
    return times.containsKey(column)
        ? String.format(
            Locale.ROOT,
            "%.1f / %.1f / %.1f",
            millis(column, 50),
            millis(column, 99),
            millis(column, 100))
        : "-";
  }

  /** The time that so many percent of a column are not above, in milliseconds. */
  double millis(String column, int percent) {
    List<Long> sorted = times.getOrDefault(column, List.of(0L)).stream().sorted().toList();
    int index = (int) Math.ceil(sorted.size() * percent / 100.0) - 1;
    return sorted.get(Math.max(0, index)) / 1e6;
  }
}
