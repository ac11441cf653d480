package io.karavel.shell.internal.doctor;

import java.util.List;

/** Bundles that are not what their feature says. */
final class ModuleDiffers implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.versions().stream()
        .filter(v -> !v.differs().isEmpty())
        .map(
            v ->
                new Finding(
                    "module-differs",
                    true,
                    v.bundle() + " " + v.version() + " " + v.differs(),
                    "it was swapped or installed by hand and is not part of feature " + v.feature(),
                    "net:module-history"))
        .toList();
  }
}
