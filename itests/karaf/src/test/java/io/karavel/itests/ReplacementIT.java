package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Every module goes and comes back by each of Karaf's own means while echoes run from stack to
 * stack; {@code -Dkaravel.swaps} times each, once unless said.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ReplacementIT {
  private static final int TIMES = Integer.getInteger("karavel.swaps", 1);
  private static final EnumSet<FeaturesService.Option> QUIET =
      EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles);

  private static final List<String> MODULES = Modules.ALL;

  private static final List<String> IN_SLOTS = List.of("timer", "nic-memory", "ip", "tcp");

  /** Configurations by the file that they come from. */
  private static final List<String> CONFIGURATIONS =
      List.of(
          "io.karavel.timer",
          "io.karavel.keepalive",
          "io.karavel.nic.memory-cable0",
          "io.karavel.ip.interface-main0",
          "io.karavel.ip",
          "io.karavel.tcp",
          "io.karavel.engine",
          "io.karavel.metrics",
          "io.karavel.diagnostics",
          "io.karavel.control");

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private ConfigurationAdmin admin;
  @Inject private FeaturesService features;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  private final ModuleJars jars = new ModuleJars();
  private EchoCrowd crowd;

  @org.ops4j.pax.exam.Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void openConnections() throws Exception {
    crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is replaced");
  }

  @After
  public void everythingIsAsIfNothingHadBeen() throws Exception {
    crowd.end();
  }

  private interface Means {
    void apply(String module) throws Exception;
  }

  private void each(List<String> names, String what, Means means) throws Exception {
    StringBuilder gaps = new StringBuilder(what);
    for (String name : names) {
      crowd.longestGapMillis();
      for (int i = 0; i < TIMES; i++) {
        means.apply(name);
        crowd.expectProgress("after " + what + " of " + name);
      }
      gaps.append(' ').append(name).append(' ').append(crowd.longestGapMillis()).append(" ms");
    }
    System.out.println("longest time without a byte around " + gaps);
  }

  @Test
  public void updated() throws Exception {
    each(MODULES, "update", module -> bundle(module).update());
  }

  @Test
  public void stoppedAndStarted() throws Exception {
    each(
        MODULES,
        "stop and start",
        module -> {
          bundle(module).stop();
          bundle(module).start();
        });
  }

  /** Its algorithm is replaced before the bundle has stopped, and is back when the bundle is. */
  @Test
  public void whoseAlgorithmIsAwayRunsUnderTheConfiguredOne() throws Exception {
    assertEquals("bbr", congestionControl());
    bundle("congestion-bbr").stop();
    assertEquals("cubic (bbr is not there)", congestionControl());
    crowd.expectProgress("while BBR is away");
    bundle("congestion-bbr").start();
    Poll.until("BBR is back", this::congestionControl, "bbr"::equals);
    crowd.expectProgress("after BBR is back");
  }

  private String congestionControl() throws Exception {
    Console console = new Console(sessions);
    int port = crowd.underBbr().local().port();
    String list = console.run("tcp:list --stack host --no-format --local :" + port);
    Matcher identifier = Pattern.compile("(?m)^(\\d+)\\t").matcher(list);
    assertTrue(list, identifier.find());
    String shown = console.run("tcp:show --stack host --json " + identifier.group(1));
    Matcher value = Pattern.compile("\"congestionControl\"\\s*:\\s*\"([^\"]*)\"").matcher(shown);
    assertTrue(shown, value.find());
    return value.group(1);
  }

  @Test
  public void refreshed() throws Exception {
    each(MODULES, "refresh", this::refresh);
  }

  private void refresh(String module) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    context
        .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
        .adapt(FrameworkWiring.class)
        .refreshBundles(List.of(bundle(module)), event -> done.countDown());
    if (!done.await(120, TimeUnit.SECONDS)) {
      throw new AssertionError("the refresh of " + module + " does not end");
    }
  }

  @Test
  public void theirFeatureUninstalledAndInstalled() throws Exception {
    each(
        MODULES,
        "uninstalling and installing the feature",
        module -> {
          Feature feature = features.getFeature("karavel-" + module);
          features.uninstallFeature(feature.getName(), feature.getVersion(), QUIET);
          features.installFeature(feature.getName(), feature.getVersion(), QUIET);
        });
  }

  @Test
  public void theirConfigurationDeletedAndMadeAgain() throws Exception {
    each(CONFIGURATIONS, "deleting and making the configuration", this::deleteAndMake);
  }

  private void deleteAndMake(String file) throws Exception {
    Configuration[] found =
        admin.listConfigurations("(felix.fileinstall.filename=*/" + file + ".cfg)");
    if (found == null || found.length != 1) {
      throw new AssertionError("one configuration of " + file);
    }
    Configuration old = found[0];
    Dictionary<String, Object> properties = old.getProperties();
    Path kept = Path.of(System.getProperty("karaf.etc"), file + ".cfg");
    old.delete();
    Poll.until("the file of " + file + " is gone", () -> Files.exists(kept), there -> !there);
    StringBuilder lines = new StringBuilder();
    for (String key : java.util.Collections.list(properties.keys())) {
      if (!key.startsWith("service.") && !key.startsWith("felix.")) {
        lines.append(key).append(" = ").append(text(properties.get(key))).append('\n');
      }
    }
    Files.writeString(kept, lines);
    Poll.until(
        "the configuration of " + file + " is back",
        () -> admin.listConfigurations("(felix.fileinstall.filename=*/" + file + ".cfg)"),
        there -> there != null && there.length == 1);
  }

  private static String text(Object value) {
    return value instanceof Object[] array
        ? String.join(", ", Arrays.stream(array).map(String::valueOf).toList())
        : String.valueOf(value);
  }

  @Test
  public void droppedIntoReplacedInAndRemovedFromDeploy() throws Exception {
    each(IN_SLOTS, "dropping in deploy/, replacing and removing", this::deploy);
  }

  private void deploy(String module) throws Exception {
    Path deploy = Path.of(System.getProperty("karaf.base"), "deploy");
    Files.createDirectories(deploy);
    Path jar = deploy.resolve(module + ".jar");
    Feature feature = features.getFeature("karavel-" + module);
    Bundle own = bundle(module);
    Path first = jars.version(own, "0.1.5");
    Path second = jars.version(own, "0.1.6");
    put(first, jar);
    Poll.until(module + " stands by", () -> versions(module), v -> v.contains("0.1.5 32"));
    features.uninstallFeature(feature.getName(), feature.getVersion(), QUIET);
    crowd.expectProgress("with " + module + " of deploy/");
    put(second, jar);
    Poll.until(module + " is replaced", () -> versions(module), v -> v.equals("[0.1.6 32]"));
    crowd.expectProgress("with " + module + " replaced in deploy/");
    features.installFeature(feature.getName(), feature.getVersion(), QUIET);
    Files.delete(jar);
    Poll.until(module + " is alone", () -> versions(module), v -> v.equals("[0.1.0.SNAPSHOT 32]"));
  }

  private static void put(Path from, Path to) throws Exception {
    Path hidden = Path.of(System.getProperty("karaf.data"), to.getFileName() + ".new");
    try (InputStream in = Files.newInputStream(from)) {
      Files.copy(in, hidden, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(hidden, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String versions(String module) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals("io.karavel." + module))
        .map(b -> b.getVersion() + " " + b.getState())
        .toList()
        .toString();
  }

  private Bundle bundle(String module) {
    return Modules.bundle(context, module);
  }
}
