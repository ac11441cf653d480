package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwaps;
import io.karavel.control.SwapRecord;
import io.karavel.tcp.TcpService;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Successors that are no good, as bundles through {@code net:module-swap} while connections stream
 * over a bad wire, close, wait and talk: each is refused or rolled back by itself, for the reason
 * that it deserves. Those that are shy behave well in the drill, so that the watch has to see it.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class BadSuccessorsIT {
  private static final String JAR = "karavel.badSuccessor.";
  private static final String REFUSED = "was refused";
  private static final String BACK = "was rolled back";
  private static final String BAD = "bad successor";

  /** A module, what is wrong with it, what becomes of it and what is said. */
  private record Defect(String module, String name, String result, String said) {}

  private static final List<Defect> DEFECTS =
      List.of(
          new Defect("tcp", "create", REFUSED, BAD),
          new Defect("tcp", "call open 1", REFUSED, BAD),
          new Defect("tcp", "call export 1", REFUSED, BAD),
          new Defect("tcp", "version", REFUSED, "reads version 9"),
          new Defect("tcp", "forgets", REFUSED, "does not export what it opened"),
          new Defect("ip", "call open 1", REFUSED, BAD),
          new Defect("ip", "forgets", REFUSED, "does not export what it opened"),
          new Defect("timer", "create", REFUSED, BAD),
          new Defect("tcp", "late", REFUSED, "two seconds are over"),
          new Defect("tcp", "wire closingAcknowledgesTooMuch", REFUSED, "what has not arrived"),
          new Defect("tcp", "wire closingAcknowledgesTooLittle", REFUSED, "what has arrived"),
          new Defect("tcp", "wire isSilentAtAShutWindow", REFUSED, "shut window to open"),
          new Defect("tcp", "wire losesItsTimers", REFUSED, "sending again what was lost"),
          new Defect("tcp", "wire dropsAByteAtTheWrap", REFUSED, "other bytes"),
          new Defect("tcp", "wire spoilsWhatArrives", REFUSED, "is not the one that was written"),
          new Defect("tcp", "shy late", BACK, "two seconds are over"),
          new Defect("tcp", "shy call onDatagram 1000", BACK, BAD),
          new Defect("ip", "shy call onFrame 500", BACK, BAD),
          new Defect("timer", "shy call pollDue 5", BACK, BAD),
          new Defect("tcp", "shy wire closingAcknowledgesTooMuch", BACK, "what has not arrived"),
          new Defect("tcp", "shy wire takesAcknowledgementsBack", BACK, "acknowledgements back"),
          new Defect("tcp", "shy wire acknowledgesAHole", BACK, "what has not arrived"),
          new Defect("tcp", "shy wire neverSendsAgain", BACK, "does not send again"),
          new Defect("tcp", "shy wire losesItsTimers", BACK, "does not"),
          new Defect("tcp", "shy wire dropsAByteAtTheWrap", BACK, "other bytes"),
          new Defect("tcp", "shy wire sendsOtherBytesAgain", BACK, "other bytes"),
          new Defect("tcp", "shy wire hasWrongChecksums", BACK, "wrong checksum"),
          new Defect("tcp", "shy wire isDeaf", BACK, "does not"),
          new Defect("tcp", "shy wire repeatsEverything", BACK, "were sent again"));

  /** A module, and the class that is missing: when it is made, opened or used. */
  private static final List<String[]> MISSING =
      List.of(
          new String[] {"tcp", "io/karavel/tcp/internal/TcpFlusher.class"},
          new String[] {"tcp", "io/karavel/tcp/internal/connection/TcpHandover.class"},
          new String[] {"tcp", "io/karavel/tcp/internal/Connection.class"},
          new String[] {"ip", "io/karavel/ip/internal/IpHandover.class"},
          new String[] {"ip", "io/karavel/ip/internal/Ipv4Input.class"},
          new String[] {"timer", "io/karavel/timer/internal/Wheel.class"});

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private ModuleSwaps swaps;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  @Inject
  @Filter("(stack=main)")
  private TcpService main;

  @Inject
  @Filter("(stack=host)")
  private TcpService host;

  @Configuration
  public static Option[] appliance() throws IOException {
    BadJars jars = new BadJars();
    List<Option> all = new ArrayList<>();
    for (int i = 0; i < DEFECTS.size(); i++) {
      Path jar = jars.jar(DEFECTS.get(i).module(), DEFECTS.get(i).name(), version(i));
      all.add(CoreOptions.vmOption("-D" + JAR + i + "=" + jar.toUri()));
    }
    return Distribution.options(all.toArray(new Option[0]));
  }

  private static String version(int number) {
    return "0.9." + (number + 1);
  }

  @Test
  public void eachIsFoundOutAndNoConnectionNotices() throws Exception {
    Console console = new Console(sessions);
    console.run("nic:impair --loss 1 --delay 2ms --seed 5 main0");
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    WireTraffic others = new WireTraffic(host, main);
    crowd.expectProgress("before anything is swapped");
    for (int i = 0; i < DEFECTS.size(); i++) {
      Defect defect = DEFECTS.get(i);
      long beginNanos = System.nanoTime();
      Bundle module = Modules.bundle(context, defect.module());
      String said =
          console.failure(
              "net:module-swap --watch 30s " + defect.module() + " " + System.getProperty(JAR + i));
      System.out.println(
          defect + ": " + said + " (" + (System.nanoTime() - beginNanos) / 1_000_000 + " ms)");
      String expected = version(i) + " " + defect.result();
      assertTrue(defect + ": " + said, said.contains(expected) && said.contains(defect.said()));
      expectAtWork(module, defect.module());
      SwapRecord record = swaps.history().get(0);
      assertEquals(version(i), record.to());
      assertTrue(record.toString(), defect.result().endsWith(record.result()));
      assertTrue(record.toString(), record.reason().contains(defect.said()));
      crowd.expectProgress("after " + defect);
    }
    others.end();
    console.run("nic:impair --off main0");
    crowd.end();
  }

  @Test
  public void oneThatLacksAClassIsRefusedOrRolledBack() throws Exception {
    Console console = new Console(sessions);
    ModuleJars jars = new ModuleJars();
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is swapped");
    int number = 0;
    for (String[] defect : MISSING) {
      Bundle module = Modules.bundle(context, defect[0]);
      String version = "0.8." + ++number;
      Path jar = jars.changed(module, Map.of("Bundle-Version", version), Map.of(), defect[1]);
      String said = console.failure("net:module-swap --watch 3s " + defect[0] + " " + jar.toUri());
      assertTrue(
          defect[1] + ": " + said,
          said.contains(version + " " + REFUSED) || said.contains(version + " " + BACK));
      expectAtWork(module, defect[0]);
      crowd.expectProgress("after " + defect[1] + " was missing");
      System.out.println(defect[0] + " without " + defect[1] + ": " + said.lines().findFirst());
    }
    crowd.end();
  }

  private void expectAtWork(Bundle module, String name) {
    assertEquals(module.getBundleId(), Modules.bundle(context, name).getBundleId());
    assertEquals(Bundle.ACTIVE, module.getState());
  }
}
