package io.karavel.shell.internal.doctor;

import io.karavel.control.ModuleInfo;
import java.util.List;

/** Slots without a module. */
final class ModuleMissing implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.modules().stream()
        .filter(m -> m.state().equals("empty") || m.state().equals("parked"))
        .map(
            m ->
                new Finding(
                    "module-missing",
                    true,
                    "slot "
                        + m.slot()
                        + " has no module"
                        + (m.parked() > 0 ? ", " + m.parked() + " packets wait" : ""),
                    m.state().equals("parked")
                        ? "its bundle was stopped or taken away; its state is kept for a while"
                        : "the bundle that offers one is not started",
                    "bundle:start " + bundle(m)))
        .toList();
  }

  private static String bundle(ModuleInfo m) {
    if (!m.bundle().isEmpty()) {
      return m.bundle();
    }
    return switch (m.slot()) {
      case "keepalive" -> "io.karavel.timer";
      default -> "io.karavel." + m.slot().replaceFirst(":.*", "");
    };
  }
}
