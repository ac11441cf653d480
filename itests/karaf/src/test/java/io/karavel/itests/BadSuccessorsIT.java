package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
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

/**
 * Successors that are broken bundles, through {@code net:module-swap}: a class that they need is
 * missing, so that they fail when they are made, opened or used. Each is refused or rolled back.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BadSuccessorsIT {
  /** A module, and the class that is missing: when it is made, opened or used. */
  private static final List<String[]> DEFECTS =
      List.of(
          new String[] {"tcp", "io/karavel/tcp/internal/TcpFlusher.class"},
          new String[] {"tcp", "io/karavel/tcp/internal/connection/TcpHandover.class"},
          new String[] {"tcp", "io/karavel/tcp/internal/Connection.class"},
          new String[] {"ip", "io/karavel/ip/internal/IpHandover.class"},
          new String[] {"ip", "io/karavel/ip/internal/Ipv4Input.class"},
          new String[] {"timer", "io/karavel/timer/internal/Wheel.class"});

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  private final ModuleJars jars = new ModuleJars();

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void eachIsRefusedOrRolledBackAndNoConnectionNotices() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is swapped");
    int number = 0;
    for (String[] defect : DEFECTS) {
      Bundle module = Modules.bundle(context, defect[0]);
      String version = "0.9." + ++number;
      Path jar = jars.changed(module, Map.of("Bundle-Version", version), Map.of(), defect[1]);
      String said = console.failure("net:module-swap --watch 3s " + defect[0] + " " + jar.toUri());
      assertTrue(
          defect[1] + ": " + said,
          said.contains(version + " was refused") || said.contains(version + " was rolled back"));
      assertEquals(module.getBundleId(), Modules.bundle(context, defect[0]).getBundleId());
      assertEquals(Bundle.ACTIVE, module.getState());
      crowd.expectProgress("after " + defect[1] + " was missing");
      System.out.println(defect[0] + " without " + defect[1] + ": " + said.lines().findFirst());
    }
    crowd.end();
  }
}
