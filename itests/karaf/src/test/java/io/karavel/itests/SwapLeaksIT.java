package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.vmOption;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwaps;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Nothing is left behind by swaps, canaries and hung lanes under traffic: {@code
 * -Dkaravel.leakSwaps=200} makes more than a build does.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SwapLeaksIT {
  private static final int SWAPS = Integer.getInteger("karavel.leakSwaps", 10);
  private static final int OTHERS = Math.max(2, SWAPS / 20);
  private static final long METASPACE_BYTES = 1 << 20;

  /** More classes of one name than what is used for the first time may bring. */
  private static final int COPIES = 10;

  private static final List<String> MODULES =
      List.of("tcp", "ip", "timer", "nic-memory", "congestion-bbr", "services", "metrics");

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private ModuleSwaps swaps;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  @Inject
  @Filter("(stack=main)")
  private TcpService main;

  private final ModuleJars jars = new ModuleJars();
  private final FormerLoaders loaders = new FormerLoaders();
  private String series;
  private int version;

  @Configuration
  public static Option[] appliance() {
    // the JVM's profiles of its code lie in metaspace and grow for hundreds of swaps
    return Distribution.options(vmOption("-XX:TieredStopAtLevel=1"));
  }

  @Test
  public void swapsLeaveNothingBehind() throws Exception {
    series = "0.2.";
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is swapped");
    // what a first swap loads of Karaf and of this test stays, and is no leak
    for (int round = 0; round < 2; round++) {
      for (String module : MODULES) {
        swap(module);
      }
    }
    loaders.awaitCollected();
    Footprint before = Footprint.take(context);
    for (int i = 0; i < SWAPS; i++) {
      swap(MODULES.get(i % MODULES.size()));
    }
    crowd.expectProgress("after " + SWAPS + " swaps");
    loaders.awaitCollected();
    long grown = before.expectNoMore(COPIES);
    assertTrue("metaspace grew by " + grown + " bytes", grown <= METASPACE_BYTES);
    crowd.end();
  }

  @Test
  public void canariesLeaveNothingBehind() throws Exception {
    series = "0.3.";
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before there is a canary");
    canary(true);
    canary(false);
    loaders.awaitCollected();
    Footprint before = Footprint.take(context);
    for (int i = 0; i < OTHERS; i++) {
      canary(i % 2 == 0);
      crowd.expectProgress("after a canary");
    }
    loaders.awaitCollected();
    before.expectNoMore(COPIES);
    crowd.end();
  }

  @Test
  public void hungLanesLeaveTheirThreadsUntilTheseEnd() throws Exception {
    series = "0.4.";
    Console console = new Console(sessions);
    console.run("config:property-set -p io.karavel.engine hangMillis 2000");
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything hangs");
    long hangs = crowd.sum("Lane.Hangs");
    hang(crowd);
    loaders.awaitCollected();
    Footprint before = Footprint.take(context);
    for (int i = 0; i < OTHERS; i++) {
      hang(crowd);
    }
    loaders.awaitCollected();
    before.expectNoMore(COPIES);
    assertEquals(OTHERS + 1, crowd.sum("Lane.Hangs") - hangs);
    // the aborted connections, at both of their ends
    crowd.end(2 * (OTHERS + 1));
    console.run("config:property-delete -p io.karavel.engine hangMillis");
  }

  private void swap(String module) throws Exception {
    Bundle old = Modules.bundle(context, module);
    loaders.add(old);
    String jar = jars.version(old, series + version++).toUri().toString();
    assertEquals("committed", swaps.swap(module, jar, 0, false, line -> {}).result());
  }

  /** Two versions of TCP side by side; then the newcomer has everything, or nothing. */
  private void canary(boolean promoted) throws Exception {
    Bundle old = Modules.bundle(context, "tcp");
    String newer = series + version++;
    String jar = jars.version(old, newer).toUri().toString();
    assertEquals("canary", swaps.canary("tcp", jar, tcp -> true, 50, 0, line -> {}).result());
    if (promoted) {
      loaders.add(old);
      assertEquals("committed", swaps.promote("tcp", 0, line -> {}).result());
    } else {
      loaders.add(
          Arrays.stream(context.getBundles())
              .filter(bundle -> bundle.getSymbolicName().equals("io.karavel.tcp"))
              .filter(bundle -> bundle.getVersion().toString().equals(newer))
              .findFirst()
              .orElseThrow());
      assertEquals("taken back", swaps.rollback("tcp", line -> {}).result());
    }
  }

  /** A handler hangs, and lets go of its lane when all its modules are others. */
  private void hang(EchoCrowd crowd) throws Exception {
    Map<String, Integer> threads = Footprint.threads();
    long hangs = crowd.sum("Lane.Hangs");
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Thread[] stuck = new Thread[1];
    TcpSocket socket = main.connect(IpEndpoint.of("10.77.0.2", 7));
    try {
      socket.awaitConnected(Duration.ofSeconds(60));
      socket.handler(
          ready -> {
            stuck[0] = Thread.currentThread();
            hanging.countDown();
            awaitUninterrupted(released);
          });
      socket.callAgain();
      assertTrue(hanging.await(60, TimeUnit.SECONDS));
      Poll.until("the lane is replaced", () -> crowd.sum("Lane.Hangs"), now -> now == hangs + 1);
      threads.put("karavel-main-0-abandoned", 1);
      Poll.until("its thread is left", Footprint::threads, now -> now.equals(threads));
      for (String module : MODULES) {
        swap(module);
      }
      crowd.expectProgress("while a lane hangs");
    } finally {
      released.countDown();
    }
    Poll.until("the thread has come back", stuck[0]::isAlive, alive -> !alive);
    Poll.until("it is forgotten", () -> crowd.sum("Lane.AbandonedThreads"), left -> left == 0);
    assertTrue(socket.isClosed());
    crowd.expectProgress("after the thread has come back");
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // it hangs
      }
    }
  }
}
