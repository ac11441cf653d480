package io.karavel.shell.internal.doctor;

import java.util.List;

/** What is stored is not in force. */
final class ConfigurationRefused implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.configured().stream()
        .filter(c -> c.problem() != null)
        .map(
            c ->
                new Finding(
                    "configuration-refused",
                    true,
                    "what is stored for " + c.pid() + " is not in force: " + c.problem(),
                    "a wrong value came through a file or Config Admin; the last good one rules",
                    "net:config-reset " + c.pid()))
        .toList();
  }
}
