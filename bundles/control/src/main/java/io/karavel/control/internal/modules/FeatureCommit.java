package io.karavel.control.internal.modules;

import io.karavel.control.ModuleSwapException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Dependency;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;

/**
 * Makes what was swapped in what Karaf takes for installed: a feature of the same name and the
 * bundle's version, of this one bundle, to which the feature is upgraded. Karaf adopts the running
 * bundle and uninstalls the one of the former version. Without it the next unrelated {@code
 * feature:install} would bring the former back.
 */
final class FeatureCommit {
  private static final EnumSet<FeaturesService.Option> UPGRADE =
      EnumSet.of(FeaturesService.Option.Upgrade, FeaturesService.Option.NoAutoRefreshBundles);

  private final FeaturesService features;
  private final Path store;

  /** The generated features go into a directory. */
  FeatureCommit(FeaturesService features, Path store) {
    this.features = features;
    this.store = store;
  }

  /** The installed feature that has a bundle of a location, or null. */
  Feature featureOf(String location) throws Exception {
    for (Feature feature : features.listInstalledFeatures()) {
      for (BundleInfo bundle : feature.getBundles()) {
        if (bundle.getLocation().equals(location)) {
          return feature;
        }
      }
    }
    return null;
  }

  /**
   * Where a jar is to be installed from: where its feature of that version has it, if there is such
   * a feature already, else from the store.
   *
   * @param jar as it was fetched
   * @throws ModuleSwapException if that feature has another jar of this version
   */
  ModuleJar located(Feature feature, ModuleJar jar) throws Exception {
    Feature there = features.getFeature(feature.getName(), jar.version().toString());
    if (there == null || !there.getVersion().equals(jar.version().toString())) {
      return jar.keep();
    }
    for (BundleInfo bundle : there.getBundles()) {
      if (bundle.getLocation().startsWith(store.toUri().toString())) {
        // generated for a former swap to this version; the jar is ours to replace
        return jar.keep();
      }
    }
    for (BundleInfo bundle : there.getBundles()) {
      ModuleJar known = ModuleJar.fetch(bundle.getLocation(), store);
      try {
        if (known.symbolicName().equals(jar.symbolicName()) && known.isSameAs(jar)) {
          return jar.keep().at(bundle.getLocation());
        }
      } finally {
        known.discard();
      }
    }
    throw new ModuleSwapException(
        "there is a feature "
            + there.getId()
            + " already, with another jar of this version; give the new jar another"
            + " Bundle-Version");
  }

  /** Upgrades a feature to a jar that runs already. */
  void commit(Feature feature, String formerLocation, ModuleJar jar) throws Exception {
    if (isFromStore(jar)) {
      Path file = store.resolve(feature.getName() + "-" + jar.version() + ".xml");
      Files.writeString(file, descriptor(feature, formerLocation, jar));
      features.addRepository(file.toUri());
    }
    features.installFeature(feature.getName(), jar.version().toString(), UPGRADE);
  }

  private static boolean isFromStore(ModuleJar jar) {
    return jar.location().equals(jar.file().toUri().toString());
  }

  private static String descriptor(Feature feature, String formerLocation, ModuleJar jar)
      throws IOException {
    StringBuilder xml = new StringBuilder(1024);
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<features name=\"")
        .append(escape(feature.getName() + "-" + jar.version()))
        .append("\" xmlns=\"http://karaf.apache.org/xmlns/features/v1.6.0\">\n  <feature name=\"")
        .append(escape(feature.getName()))
        .append("\" version=\"")
        .append(escape(jar.version().toString()))
        .append("\">\n");
    for (Dependency dependency : feature.getDependencies()) {
      xml.append("    <feature>").append(escape(dependency.getName())).append("</feature>\n");
    }
    for (BundleInfo bundle : feature.getBundles()) {
      boolean swapped = bundle.getLocation().equals(formerLocation);
      xml.append("    <bundle start-level=\"")
          .append(bundle.getStartLevel())
          .append(bundle.isDependency() ? "\" dependency=\"true" : "")
          .append("\">")
          .append(escape(swapped ? jar.location() : bundle.getLocation()))
          .append("</bundle>\n");
    }
    return xml.append("  </feature>\n</features>\n").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
