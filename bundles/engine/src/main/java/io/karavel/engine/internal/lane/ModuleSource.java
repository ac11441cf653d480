package io.karavel.engine.internal.lane;

import io.karavel.engine.ModuleFactory;
import java.util.Comparator;

/**
 * A factory with what is known of the bundle it comes from. Compared by identity: each registration
 * is a source of its own.
 */
public final class ModuleSource {
  /** As OSGi sorts services: higher ranking first, then the older one. */
  static final Comparator<ModuleSource> ORDER =
      Comparator.comparingInt((ModuleSource source) -> source.ranking)
          .reversed()
          .thenComparingLong(source -> source.serviceId);

  private final ModuleFactory factory;
  private final String bundle;
  private final String version;
  private final int ranking;
  private final long serviceId;
  private final long bundleId;

  /** With the symbolic name and version of a bundle, service.ranking and service.id. */
  public ModuleSource(
      ModuleFactory factory, String bundle, String version, int ranking, long serviceId) {
    this(factory, bundle, version, ranking, serviceId, -1);
  }

  /** With the number of the bundle too. */
  public ModuleSource(
      ModuleFactory factory,
      String bundle,
      String version,
      int ranking,
      long serviceId,
      long bundleId) {
    this.bundleId = bundleId;
    this.factory = factory;
    this.bundle = bundle;
    this.version = version;
    this.ranking = ranking;
    this.serviceId = serviceId;
  }

  /** A source outside OSGi. */
  public static ModuleSource of(ModuleFactory factory) {
    return new ModuleSource(factory, factory.getClass().getName(), "0.0.0", 0, 0);
  }

  /** The factory. */
  public ModuleFactory factory() {
    return factory;
  }

  /** The slot its modules go into. */
  public String slot() {
    return factory.slot();
  }

  /** Number of the bundle; -1 outside OSGi. */
  public long bundleId() {
    return bundleId;
  }

  /** Symbolic name of the bundle. */
  public String bundle() {
    return bundle;
  }

  /** Version of the bundle. */
  public String version() {
    return version;
  }

  @Override
  public String toString() {
    return bundle + " " + version;
  }
}
