package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Every feature of Karavel goes and comes back alone, and its neighbours do not notice. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FeaturesIT {
  private static final String PREFIX = "karavel-";

  @Inject private BundleContext context;
  @Inject private BootFinished bootFinished;
  private FeaturesService features;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void everyFeatureIsUninstalledAndInstalledAgain() throws Exception {
    // right after the boot Karaf may start its features service once more, with the same settings
    Poll.until(
        "the features service stays",
        () -> {
          Object before = context.getServiceReference(FeaturesService.class);
          Thread.sleep(1000);
          return before != null
              && before.equals(context.getServiceReference(FeaturesService.class));
        },
        stays -> stays);
    features = context.getService(context.getServiceReference(FeaturesService.class));
    List<Feature> all =
        Arrays.stream(features.listRequiredFeatures())
            .filter(feature -> feature.getName().startsWith(PREFIX))
            .filter(feature -> !feature.getName().equals("karavel-libraries")) // nothing of ours
            .collect(Collectors.toList());
    assertFalse("no feature of Karavel is installed", all.isEmpty());
    for (Feature feature : all) {
      goAndComeBack(feature, all);
    }
  }

  private void goAndComeBack(Feature feature, List<Feature> all) throws Exception {
    String bundle = "io.karavel." + feature.getName().substring(PREFIX.length());
    Map<String, String> neighbours = states();
    neighbours.remove(bundle);
    Object appliance = applianceId();
    boolean needed = all.stream().anyMatch(other -> requires(other, feature.getName()));

    features.uninstallFeature(
        feature.getName(), feature.getVersion(), EnumSet.noneOf(FeaturesService.Option.class));
    Map<String, String> without = states();
    assertEquals(feature.getName() + " took its bundle along", needed, without.containsKey(bundle));
    without.remove(bundle);
    assertEquals("neighbours without " + feature.getName(), neighbours, without);

    features.installFeature(
        feature.getName(), feature.getVersion(), EnumSet.noneOf(FeaturesService.Option.class));
    Poll.until(
        bundle + " is active again",
        this::states,
        now -> now.getOrDefault(bundle, "").startsWith("32 "));
    Map<String, String> after = states();
    after.remove(bundle);
    assertEquals("neighbours with " + feature.getName() + " back", neighbours, after);
    if (!bundle.equals("io.karavel.engine")) {
      assertEquals("the engine was restarted with " + feature.getName(), appliance, applianceId());
    }
  }

  /** The identifier of the engine's lasting service: another one after every restart of it. */
  private Object applianceId() throws Exception {
    return Poll.until(
            "the appliance is there",
            () -> context.getServiceReference("io.karavel.control.Appliance"),
            reference -> reference != null)
        .getProperty("service.id");
  }

  private static boolean requires(Feature feature, String name) {
    return feature.getDependencies().stream().anyMatch(d -> d.getName().equals(name));
  }

  /** State, identifier and time of the last change of every bundle of Karavel. */
  private Map<String, String> states() {
    Map<String, String> states = new TreeMap<>();
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().startsWith("io.karavel.")) {
        states.put(
            bundle.getSymbolicName(),
            bundle.getState()
                + " id "
                + bundle.getBundleId()
                + " changed "
                + bundle.getLastModified());
      }
    }
    return states;
  }
}
