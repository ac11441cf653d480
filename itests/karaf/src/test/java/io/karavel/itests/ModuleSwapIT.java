package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwaps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** {@code net:module-swap} of every module with echoes running from stack to stack. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ModuleSwapIT {
  private static final List<String> MODULES = Modules.SWAPPABLE;

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private ModuleSwaps swaps;
  @Inject private FeaturesService features;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  private final ModuleJars jars = new ModuleJars();

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void everyModuleIsSwappedCommittedAndSwappedBackWhileAnEchoGoesOn() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is swapped");
    List<String> gaps = new ArrayList<>();
    for (String module : MODULES) {
      Path jar = jars.version(bundle(module), "0.1.1");
      crowd.longestGapMillis();
      String said = console.run("net:module-swap --watch 1s " + module + " " + jar.toUri());
      assertTrue(said, said.contains("0.1.0.SNAPSHOT to 0.1.1 committed"));
      crowd.expectProgress("after the swap of " + module);
      gaps.add(module + " " + crowd.longestGapMillis() + " ms");
      expectAlone(module, "0.1.1");
    }
    System.out.println("longest time without a byte around swaps: " + gaps);
    features.installFeature("wrap", EnumSet.noneOf(FeaturesService.Option.class));
    for (String module : MODULES) {
      expectAlone(module, "0.1.1");
    }
    crowd.expectProgress("after an unrelated feature:install");
    for (String module : MODULES) {
      String back = console.run("net:module-rollback " + module);
      assertTrue(back, back.contains("0.1.1 to 0.1.0.SNAPSHOT committed"));
      crowd.expectProgress("after the rollback of " + module);
      expectAlone(module, "0.1.0.SNAPSHOT");
    }
    features.uninstallFeature("wrap");
    for (String module : MODULES) {
      expectAlone(module, "0.1.0.SNAPSHOT");
    }
    // what was gone back from can be swapped in again
    console.run("net:module-swap --watch 0s tcp " + jars.version(bundle("tcp"), "0.1.1").toUri());
    console.run("net:module-rollback tcp");
    crowd.end();
    String history = console.run("net:module-history --no-format");
    assertEquals(history, 2 * MODULES.size() + 2, count(history, "\tcommitted\t"));
  }

  @Test
  public void aWatchIsEndedByARollback() throws Exception {
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    for (String module : List.of("tcp", "services")) {
      Path jar = jars.version(bundle(module), "0.1.3");
      Thread swap =
          new Thread(
              () ->
                  new Console(sessions)
                      .failure("net:module-swap --watch 5m " + module + " " + jar.toUri()));
      swap.start();
      Poll.until(
          module + " is watched",
          () -> new Console(sessions).run("net:module-list --no-format"),
          list -> list.contains("\t0.1.3\twatched\t"));
      crowd.expectProgress("while " + module + " is watched");
      new Console(sessions).run("net:module-rollback " + module);
      swap.join();
      crowd.expectProgress("after going back");
      expectAlone(module, "0.1.0.SNAPSHOT");
    }
    crowd.end();
  }

  private static int count(String text, String part) {
    return text.split(part, -1).length - 1;
  }

  private void expectAlone(String module, String version) {
    assertEquals(module, 1, bundles(module));
    assertEquals(version, bundle(module).getVersion().toString());
    assertEquals(Bundle.ACTIVE, bundle(module).getState());
    assertEquals(module, "", differs(module));
  }

  @Test
  public void whatIsWrongIsRefusedBeforeAnythingStops() throws Exception {
    Console console = new Console(sessions);
    Bundle tcp = bundle("tcp");
    long id = tcp.getBundleId();
    String swap = "net:module-swap --watch 0s tcp ";
    assertTrue(
        console
            .failure(swap + jars.version(tcp, tcp.getVersion().toString()).toUri())
            .contains("is installed already"));
    assertTrue(
        console
            .failure(swap + jars.version(bundle("ip"), "0.9.0").toUri())
            .contains("the jar is io.karavel.ip"));
    Path torn =
        jars.changed(
            tcp,
            Map.of("Bundle-Version", "0.9.1"),
            Map.of(),
            "io/karavel/tcp/internal/TcpHandover.class");
    String said = console.failure(swap + torn.toUri());
    assertTrue(said, said.contains("was refused"));
    assertTrue(console.failure(swap + "file:/nowhere.jar").contains("cannot fetch"));
    assertTrue(
        console
            .failure("net:module-swap engine file:/nowhere.jar")
            .contains("is part of the ground"));
    assertTrue(
        console
            .failure("net:module-swap control file:/nowhere.jar")
            .contains("cannot swap itself"));
    Bundle services = bundle("services");
    Path unresolvable =
        jars.changed(
            services,
            Map.of("Bundle-Version", "0.9.3", "Import-Package", "nowhere.to.be.found"),
            Map.of(),
            null);
    String unresolved = console.failure("net:module-swap services " + unresolvable.toUri());
    assertTrue(unresolved, unresolved.contains("nowhere.to.be.found"));
    Path broken =
        jars.changed(
            services,
            Map.of("Bundle-Version", "0.9.4"),
            Map.of(),
            "io/karavel/services/internal/EchoConnection.class");
    String undone = console.failure("net:module-swap --watch 5s services " + broken.toUri());
    assertTrue(undone, undone.contains("0.9.4 was"));
    assertEquals(services.getBundleId(), bundle("services").getBundleId());
    assertEquals(Bundle.ACTIVE, services.getState());
    String rehearsed =
        console.run("net:module-swap --dry-run tcp " + jars.version(tcp, "0.9.2").toUri());
    assertTrue(rehearsed, rehearsed.contains("rehearsed"));
    assertEquals(1, bundles("tcp"));
    assertEquals(id, bundle("tcp").getBundleId());
    assertTrue(console.run("net:module-history").contains("refused"));
  }

  @Test
  public void aPlainUpdateIsSaidToDifferFromTheFeature() throws Exception {
    Bundle services = bundle("services");
    assertEquals("", differs("services"));
    services.update(jars.version(services, "0.1.7").toUri().toURL().openStream());
    assertTrue(differs("services"), differs("services").contains("differs from its feature"));
    Console console = new Console(sessions);
    String status = console.run("net:status --sample 0");
    assertTrue(status, status.contains("io.karavel.services 0.1.7 differs from its feature"));
    services.update();
    assertEquals("", differs("services"));
  }

  private String differs(String module) {
    return swaps.versions().stream()
        .filter(version -> version.bundle().equals("io.karavel." + module))
        .findFirst()
        .orElseThrow()
        .differs();
  }

  private long bundles(String module) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals("io.karavel." + module))
        .count();
  }

  private Bundle bundle(String module) {
    return Modules.bundle(context, module);
  }
}
