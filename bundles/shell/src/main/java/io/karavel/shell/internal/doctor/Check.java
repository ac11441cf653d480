package io.karavel.shell.internal.doctor;

import java.util.List;

/** Looks for one thing that can be wrong. A pure function of the snapshot. */
@FunctionalInterface
public interface Check {
  /** What is wrong, worst first; empty if it is well. */
  List<Finding> examine(Snapshot snapshot);

  /**
   * What is wrong if counters have grown, or are not zero: their growth is going on, their total
   * has happened.
   *
   * @param what is counted, in words that follow a number
   */
  static List<Finding> counted(
      Snapshot s, String name, String what, String cause, String command, String... counters) {
    long grown = 0;
    long total = 0;
    for (String counter : counters) {
      grown += s.grown(counter);
      total += s.total(counter);
    }
    if (total <= 0) {
      return List.of();
    }
    String symptom =
        grown > 0
            ? grown + " " + what + " in " + s.period() + ", " + total + " since the start"
            : total + " " + what + " since the start, none now";
    return List.of(new Finding(name, grown > 0, symptom, cause, command));
  }
}
