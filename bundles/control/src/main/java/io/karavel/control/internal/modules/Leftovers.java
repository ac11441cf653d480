package io.karavel.control.internal.modules;

import io.karavel.control.spi.ModuleSlots;
import org.osgi.framework.Bundle;

/** What swaps and canaries left installed, and whether it is of use. */
final class Leftovers {
  private Leftovers() {}

  /** Whether a bundle has some of the connections beside the version at work. */
  static boolean isCanary(ModuleSlots slots, Bundle bundle) {
    return slots.canaries().stream()
        .anyMatch(shared -> shared.candidateBundleId() == bundle.getBundleId());
  }
}
