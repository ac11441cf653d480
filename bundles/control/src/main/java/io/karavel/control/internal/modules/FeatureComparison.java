package io.karavel.control.internal.modules;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.zip.CRC32;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * Whether bundles are what their features say: the same version and the same classes as lie at the
 * feature's location. Answers are kept until the bundle changes. Any thread.
 */
final class FeatureComparison {
  /** What was found about a bundle as it was last modified. */
  private record Known(long lastModified, String location, String differs) {}

  private final FeaturesService features;
  private final Map<Long, Known> known = new ConcurrentHashMap<>();

  FeatureComparison(FeaturesService features) {
    this.features = features;
  }

  /** Features by the location of their bundles. */
  Map<String, Feature> featuresByLocation() {
    Map<String, Feature> byLocation = new TreeMap<>();
    try {
      for (Feature feature : features.listInstalledFeatures()) {
        for (BundleInfo bundle : feature.getBundles()) {
          byLocation.merge(
              bundle.getLocation(),
              feature,
              // the aggregate has none of its own; of two the one with fewer bundles is meant
              (one, other) -> one.getBundles().size() <= other.getBundles().size() ? one : other);
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException("Karaf's features service does not answer: " + e, e);
    }
    return byLocation;
  }

  /** How a bundle differs from its feature; empty if it does not. */
  String differs(Bundle bundle, Feature feature) {
    if (feature == null) {
      return "it is in no installed feature";
    }
    Known before = known.get(bundle.getBundleId());
    if (before != null
        && before.lastModified() == bundle.getLastModified()
        && before.location().equals(bundle.getLocation())) {
      return before.differs();
    }
    String differs = compare(bundle);
    known.put(
        bundle.getBundleId(), new Known(bundle.getLastModified(), bundle.getLocation(), differs));
    return differs;
  }

  private static String compare(Bundle bundle) {
    Map<String, Long> expected = new TreeMap<>();
    try (JarInputStream jar =
        new JarInputStream(URI.create(bundle.getLocation()).toURL().openStream())) {
      String version =
          jar.getManifest() == null
              ? null
              : jar.getManifest().getMainAttributes().getValue(Constants.BUNDLE_VERSION);
      if (!Version.parseVersion(version).equals(bundle.getVersion())) {
        return "differs from its feature, which has version " + version;
      }
      for (JarEntry entry = jar.getNextJarEntry(); entry != null; entry = jar.getNextJarEntry()) {
        if (isClass(entry.getName())) {
          expected.put("/" + entry.getName(), checksum(jar));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return "cannot be compared with its feature: " + e.getMessage();
    }
    return expected.equals(content(bundle)) ? "" : "differs from its feature, at the same version";
  }

  private static Map<String, Long> content(Bundle bundle) {
    Map<String, Long> content = new TreeMap<>();
    var entries = bundle.findEntries("/", "*.class", true);
    for (URL entry : entries == null ? Collections.<URL>emptyList() : Collections.list(entries)) {
      try (InputStream in = entry.openStream()) {
        content.put(entry.getPath(), checksum(in));
      } catch (IOException e) {
        content.put(entry.getPath(), -1L);
      }
    }
    return content;
  }

  private static boolean isClass(String name) {
    return name.endsWith(".class");
  }

  private static long checksum(InputStream in) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(in.readAllBytes());
    return crc.getValue();
  }
}
