package io.karavel.itests;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** Class loaders of versions of modules that are about to leave, held only weakly. */
final class FormerLoaders {
  private record Former(String version, WeakReference<ClassLoader> loader) {}

  private final List<Former> all = new ArrayList<>();

  /** A bundle is about to be replaced or uninstalled. */
  void add(Bundle leaving) {
    all.add(
        new Former(
            leaving.getSymbolicName() + " " + leaving.getVersion(),
            new WeakReference<>(leaving.adapt(BundleWiring.class).getClassLoader())));
  }

  int size() {
    return all.size();
  }

  /** The versions of which something is still held, as far as a collection now can tell. */
  List<String> left() {
    System.gc();
    List<String> left = new ArrayList<>();
    for (Former former : all) {
      if (former.loader().get() != null) {
        left.add(former.version());
      }
    }
    return left;
  }

  /** Waits until nothing of any is held. */
  void awaitCollected() throws Exception {
    Poll.until("the loaders of former versions are collected", this::left, List::isEmpty);
  }
}
