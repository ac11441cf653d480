package io.karavel.shell.internal.doctor;

import java.util.List;

/** Modules that failed. */
final class ModuleCrashed implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.modules().stream()
        .filter(m -> m.state().equals("crashed") || m.crashes() > 0)
        .map(
            m ->
                new Finding(
                    "module-crashed",
                    m.state().equals("crashed"),
                    "the module of slot " + m.slot() + " crashed " + m.crashes() + " times",
                    m.lastError().isEmpty() ? "see the log" : m.lastError(),
                    "net:module-rollback " + m.slot()))
        .toList();
  }
}
