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

  /**
   * Whether an active bundle is a canary, at work, or perhaps at work: of a module that fills no
   * slots nobody can tell.
   *
   * @param old the bundle of the same module that is about to be swapped
   */
  static boolean isOfUse(ModuleSlots slots, Bundle old, Bundle bundle) {
    return bundle.equals(old)
        || isCanary(slots, bundle)
        || !fills(slots, old)
        || fills(slots, bundle);
  }

  private static boolean fills(ModuleSlots slots, Bundle bundle) {
    return slots.placesFor(bundle.getBundleId()).stream()
        .anyMatch(place -> place.bundleId() == bundle.getBundleId());
  }
}
