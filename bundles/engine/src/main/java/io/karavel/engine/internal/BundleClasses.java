package io.karavel.engine.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The classes of a bundle, all at once. */
final class BundleClasses {
  private static final Logger LOG = LoggerFactory.getLogger(BundleClasses.class);
  private static final String SUFFIX = ".class";

  private BundleClasses() {}

  /**
   * Loads and initializes every class in a bundle, so that its code can run on when its jar is
   * closed: the framework does that once the bundle is updated or uninstalled.
   *
   * @param bundle not yet stopped, or null
   * @return whether all are loaded; if not, why is in the log
   */
  static boolean load(Bundle bundle) {
    BundleWiring wiring = bundle == null ? null : bundle.adapt(BundleWiring.class);
    ClassLoader loader = wiring == null ? null : wiring.getClassLoader();
    if (loader == null) {
      return false;
    }
    int local = BundleWiring.LISTRESOURCES_LOCAL | BundleWiring.LISTRESOURCES_RECURSE;
    for (String resource : wiring.listResources("/", "*" + SUFFIX, local)) {
      String name = resource.substring(0, resource.length() - SUFFIX.length()).replace('/', '.');
      try {
        Class.forName(name, true, loader);
      } catch (ReflectiveOperationException | LinkageError e) {
        LOG.warn("Bundle {} cannot stay at work once it stops: {}", bundle, e.toString());
        return false;
      }
    }
    return true;
  }
}
