package io.karavel.shell.internal.doctor;

import java.util.List;

/** Settings that wait for something. */
final class ConfigurationWaiting implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.configured().stream()
        .filter(c -> c.problem() == null && c.notice() != null)
        .map(
            c ->
                new Finding(
                    "configuration-waiting",
                    true,
                    c.pid() + ": " + c.notice(),
                    "a setting names something that is not there",
                    "net:config-get " + c.pid()))
        .toList();
  }
}
