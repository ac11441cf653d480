package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

/** The assembled appliance comes up at once, whole, and without complaint. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CleanBootIT {
  @Inject private BundleContext context;
  @Inject private FeaturesService features;
  @Inject private BootFinished bootFinished;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void everyBundleIsActive() throws Exception {
    Poll.until("every bundle is active", this::notActive, List::isEmpty);
  }

  private List<String> notActive() {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getHeaders().get("Fragment-Host") == null)
        .filter(b -> b.getState() != Bundle.ACTIVE)
        .map(b -> b.getSymbolicName() + " in state " + b.getState())
        .collect(Collectors.toList());
  }

  @Test
  public void noBundleIsStoppedOrRefreshedOnTheWay() throws Exception {
    assertEquals(
        List.of(),
        log(line -> line.contains("Stopping bundles") || line.contains("Refreshing bundles")));
  }

  @Test
  public void eventAdminIsThereBeforeAnyFeature() throws Exception {
    String startup =
        Files.readString(Path.of(System.getProperty("karaf.etc"), "startup.properties"));
    assertTrue(startup, startup.contains("eventadmin"));
  }

  @Test
  public void nothingLogsAnError() throws Exception {
    assertEquals(List.of(), log(line -> line.contains("| ERROR |")));
  }

  @Test
  public void everyFeatureOfKaravelIsInstalledUnderItsOwnName() throws Exception {
    Set<String> expected = new TreeSet<>();
    Set<String> installed = new TreeSet<>();
    for (Feature feature : features.getRepository("karavel-" + version()).getFeatures()) {
      expected.add(feature.getName());
    }
    expected.remove("karavel");
    assertTrue(expected.toString(), expected.contains("karavel-tcp"));
    for (Feature feature : features.listRequiredFeatures()) {
      if (feature.getName().startsWith("karavel")) {
        installed.add(feature.getName());
      }
    }
    assertEquals(expected, installed);
  }

  @Test
  public void theManagementPlaneListensOnLoopbackAndHasNoUsers() throws Exception {
    Path etc = Path.of(System.getProperty("karaf.etc"));
    Properties shell = new Properties();
    try (Reader reader = Files.newBufferedReader(etc.resolve("org.apache.karaf.shell.cfg"))) {
      shell.load(reader);
    }
    assertEquals("127.0.0.1", shell.getProperty("sshHost"));
    for (String file : List.of("users.properties", "keys.properties")) {
      try (Stream<String> lines = Files.lines(etc.resolve(file))) {
        assertEquals(
            file,
            List.of(),
            lines
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("_g_"))
                .collect(Collectors.toList()));
      }
    }
  }

  private String version() throws Exception {
    return Arrays.stream(features.listRepositories())
        .map(r -> r.getName())
        .filter(name -> name.startsWith("karavel-"))
        .findFirst()
        .orElseThrow()
        .substring("karavel-".length());
  }

  private static List<String> log(java.util.function.Predicate<String> filter) throws Exception {
    try (Stream<String> lines =
        Files.lines(Path.of(System.getProperty("karaf.log"), "karaf.log"))) {
      return lines.filter(filter).collect(Collectors.toList());
    }
  }
}
