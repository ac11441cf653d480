package io.karavel.control.internal.modules;

import io.karavel.control.ConnectionFigures;
import io.karavel.control.ModuleVersion;
import io.karavel.control.spi.ModuleSlots;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.karaf.features.Feature;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles of Karavel, their features, and where their modules are at work. What is known
 * without the lanes is told even if one of them does not answer; the others are not asked then, as
 * each question would wait. One answer; the caller's thread.
 */
final class InstalledVersions {
  private static final Logger LOG = LoggerFactory.getLogger(InstalledVersions.class);

  private final BundleContext context;
  private final ModuleSlots slots;
  private final FeatureComparison comparison;

  /** How the connections of a bundle do, of canaries and of those beside them. */
  private final Map<Long, ConnectionFigures> figures = new HashMap<>();

  private List<ModuleSlots.Shared> canaries = List.of();
  private boolean answers = true;

  InstalledVersions(BundleContext context, ModuleSlots slots, FeatureComparison comparison) {
    this.context = context;
    this.slots = slots;
    this.comparison = comparison;
  }

  /**
   * All bundles whose name begins so, by name.
   *
   * @param swappedIn whether a bundle is being watched after a swap
   */
  List<ModuleVersion> all(String prefix, Predicate<Bundle> swappedIn) {
    Map<String, Feature> features = comparison.featuresByLocation();
    askForCanaries();
    List<ModuleVersion> versions = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName() != null && bundle.getSymbolicName().startsWith(prefix)) {
        versions.add(version(bundle, features.get(bundle.getLocation()), swappedIn));
      }
    }
    versions.sort(Comparator.comparing(ModuleVersion::bundle));
    return versions;
  }

  private void askForCanaries() {
    try {
      canaries = slots.canaries();
    } catch (IllegalStateException e) {
      silent(e);
    }
    for (ModuleSlots.Shared shared : canaries) {
      figures.merge(shared.bundleId(), shared.atWork(), ConnectionFigures::and);
      figures.merge(shared.candidateBundleId(), shared.candidate(), ConnectionFigures::and);
    }
  }

  private ModuleVersion version(Bundle bundle, Feature feature, Predicate<Bundle> swappedIn) {
    long id = bundle.getBundleId();
    boolean canary = canaries.stream().anyMatch(shared -> shared.candidateBundleId() == id);
    boolean watched = !canary && swappedIn.test(bundle);
    return new ModuleVersion(
        bundle.getSymbolicName(),
        id,
        bundle.getVersion().toString(),
        canary ? "canary" : watched ? "watched" : state(bundle),
        slotsOf(id),
        feature == null ? "" : feature.getName() + "/" + feature.getVersion(),
        canary || watched ? "not committed" : comparison.differs(bundle, feature),
        figures.get(id));
  }

  private int slotsOf(long bundleId) {
    if (!answers) {
      return ModuleVersion.SLOTS_UNKNOWN;
    }
    try {
      return (int)
          slots.placesFor(bundleId).stream().filter(place -> place.bundleId() == bundleId).count();
    } catch (IllegalStateException e) {
      silent(e);
      return ModuleVersion.SLOTS_UNKNOWN;
    }
  }

  private void silent(IllegalStateException e) {
    answers = false;
    LOG.warn("Where modules are at work is not known: {}", e.getMessage());
  }

  private static String state(Bundle bundle) {
    return switch (bundle.getState()) {
      case Bundle.ACTIVE -> "active";
      case Bundle.STARTING -> "starting";
      case Bundle.STOPPING -> "stopping";
      case Bundle.RESOLVED -> "resolved";
      case Bundle.INSTALLED -> "installed";
      default -> "uninstalled";
    };
  }
}
