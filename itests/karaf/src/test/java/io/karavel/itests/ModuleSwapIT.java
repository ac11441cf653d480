package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwaps;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.nio.file.Path;
import java.time.Duration;
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
import org.osgi.framework.ServiceReference;

/** {@code net:module-swap} with an echo running from stack to stack. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ModuleSwapIT {
  private static final List<String> MODULES = List.of("timer", "nic-memory", "ip", "tcp");

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
    try (TcpSocket socket = connect()) {
      EchoTraffic traffic = new EchoTraffic(socket, 7);
      traffic.start();
      traffic.expectProgress("before anything is swapped");
      List<String> gaps = new ArrayList<>();
      for (String module : MODULES) {
        Bundle old = bundle(module);
        Path jar = jars.version(old, "0.1.1");
        traffic.longestGapMillis();
        String said = console.run("net:module-swap --watch 1s " + module + " " + jar.toUri());
        assertTrue(said, said.contains("0.1.0.SNAPSHOT to 0.1.1 committed"));
        traffic.expectProgress("after the swap of " + module);
        gaps.add(module + " " + traffic.longestGapMillis() + " ms");
        assertEquals(module, 1, bundles(module));
        assertEquals("0.1.1", bundle(module).getVersion().toString());
        assertEquals("", differs(module));
      }
      System.out.println("longest round trips around swaps: " + gaps);
      features.installFeature("wrap", EnumSet.noneOf(FeaturesService.Option.class));
      for (String module : MODULES) {
        assertEquals(
            "an unrelated feature:install undid the swap",
            "0.1.1",
            bundle(module).getVersion().toString());
      }
      traffic.expectProgress("after an unrelated feature:install");
      String back = console.run("net:module-rollback tcp");
      assertTrue(back, back.contains("0.1.1 to 0.1.0.SNAPSHOT committed"));
      traffic.expectProgress("after the rollback of tcp");
      assertEquals("0.1.0.SNAPSHOT", bundle("tcp").getVersion().toString());
      assertEquals(TcpState.ESTABLISHED, socket.state());
      traffic.end();
      assertEquals(0L, resets());
    }
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

  private long resets() {
    long resets = 0;
    for (String stack : appliance.stacks()) {
      resets += appliance.counters(stack).getOrDefault("Tcp.EstabResets", 0L);
    }
    return resets;
  }

  private TcpSocket connect() throws Exception {
    TcpService host = Poll.until("the stack host is there", () -> stack("host"), s -> s != null);
    TcpSocket socket = host.connect(new IpEndpoint(IpAddress.parse("10.77.0.2"), 7));
    socket.awaitConnected(Duration.ofSeconds(10));
    return socket;
  }

  private TcpService stack(String name) throws Exception {
    for (ServiceReference<TcpService> reference :
        context.getServiceReferences(TcpService.class, "(stack=" + name + ")")) {
      return context.getService(reference);
    }
    return null;
  }

  private long bundles(String module) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals("io.karavel." + module))
        .count();
  }

  private Bundle bundle(String module) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals("io.karavel." + module))
        .findFirst()
        .orElseThrow();
  }
}
