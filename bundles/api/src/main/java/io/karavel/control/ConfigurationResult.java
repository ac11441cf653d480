package io.karavel.control;

import java.util.List;

/**
 * What a change came to.
 *
 * @param record what the history keeps of it
 * @param modules how each PID took it
 * @param nanos from the first write to the last acknowledgement
 * @param confirmSeconds seconds left to confirm it; 0 if it stays anyway
 */
public record ConfigurationResult(
    ConfigurationRecord record, List<Taken> modules, long nanos, int confirmSeconds) {
  /**
   * How the modules of a PID took it.
   *
   * @param pid the PID
   * @param running whether somebody was there to take it; if not, it rules from its start on
   * @param connections connections it was brought to; 0 if it concerns none that exists
   */
  public record Taken(String pid, boolean running, int connections) {}

  /** Connections that it was brought to, each counted once. */
  public int connections() {
    return modules.stream().mapToInt(Taken::connections).max().orElse(0);
  }
}
