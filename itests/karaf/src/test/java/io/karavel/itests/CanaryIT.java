package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

/** Two versions of TCP side by side with echoes running from stack to stack. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CanaryIT {
  private static final String AT_WORK = "0.1.0.SNAPSHOT";
  private static final String NEWCOMER = "0.1.4";
  private static final int HALF = 18;

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
  public void aCanaryIsComparedTakenBackAndPromotedWhileEchoesGoOn() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is moved");
    Path jar = jars.version(Modules.bundle(context, "tcp"), NEWCOMER);
    String begin =
        "net:module-swap --watch 1s --percent 50 --where 'sport = :7' tcp " + jar.toUri();

    String said = console.run(begin);
    assertTrue(said, said.contains(AT_WORK + " to " + NEWCOMER + " canary"));
    assertTrue(said, said.contains(HALF + " connections"));
    crowd.expectProgress("while both versions run");
    String list = console.run("net:module-list --no-format");
    List<String> newcomer = row(list, NEWCOMER);
    assertEquals(list, "canary", newcomer.get(3));
    assertEquals(list, "not committed", newcomer.get(6));
    assertEquals(list, HALF, Integer.parseInt(newcomer.get(7)));
    assertTrue(list, Long.parseLong(newcomer.get(8)) > 0);
    assertEquals(list, "0", newcomer.get(10));
    assertTrue(list, Double.parseDouble(newcomer.get(11)) > 0);
    List<String> atWork = row(list, AT_WORK);
    assertTrue(list, Integer.parseInt(atWork.get(7)) >= HALF);
    assertTrue(list, Long.parseLong(atWork.get(8)) > 0);
    assertTrue(console.failure(begin).contains("a canary of io.karavel.tcp 0.1.4 runs"));

    String back = console.run("net:module-rollback tcp");
    assertTrue(back, back.contains(NEWCOMER + " to " + AT_WORK + " taken back"));
    expectAlone(AT_WORK);
    crowd.expectProgress("after the canary was taken back");

    console.run(begin);
    crowd.expectProgress("while both versions run again");
    String promoted = console.run("net:module-promote --watch 1s tcp");
    assertTrue(promoted, promoted.contains(AT_WORK + " to " + NEWCOMER + " committed"));
    expectAlone(NEWCOMER);
    crowd.expectProgress("after the canary was promoted");

    console.run("net:module-rollback tcp");
    expectAlone(AT_WORK);
    crowd.end();
    String history = console.run("net:module-history --no-format");
    assertTrue(history, history.contains("\tcanary\t") && history.contains("\ttaken back\t"));
  }

  @Test
  public void theBundleAtWorkMayGoWhileACanaryRuns() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    Bundle tcp = Modules.bundle(context, "tcp");
    Path jar = jars.version(tcp, "0.1.5");
    console.run("net:module-swap --watch 0s --percent 30 --where 'sport = :7' tcp " + jar.toUri());
    crowd.expectProgress("while both versions run");
    // the newcomer stands by and takes everything, then gives it back
    tcp.stop(Bundle.STOP_TRANSIENT);
    crowd.expectProgress("after the version at work was stopped");
    tcp.start(Bundle.START_TRANSIENT);
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().equals("io.karavel.tcp") && bundle != tcp) {
        bundle.uninstall();
      }
    }
    crowd.expectProgress("after the newcomer was uninstalled");
    expectAlone(AT_WORK);
    crowd.end();
  }

  @Test
  public void whatCannotBeIsRefused() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    String jar = jars.version(Modules.bundle(context, "tcp"), "0.1.6").toUri().toString();
    String nobody = console.failure("net:module-swap --where 'sport = :9999' tcp " + jar);
    assertTrue(nobody, nobody.contains("no connection that can be moved passes the filter"));
    String other = console.failure("net:module-swap --percent 10 ip " + jar);
    assertTrue(other, other.contains("only tcp can share its connections"));
    String wrong = console.failure("net:module-swap --where 'nonsense' tcp " + jar);
    assertTrue(wrong, wrong.contains("is no test"));
    String range = console.failure("net:module-swap --percent 101 tcp " + jar);
    assertTrue(range, range.contains("the range is 1 to 100"));
    String none = console.failure("net:module-promote tcp");
    assertTrue(none, none.contains("no canary of io.karavel.tcp runs"));
    expectAlone(AT_WORK);
    crowd.expectProgress("after everything was refused");
    crowd.end();
  }

  private static List<String> row(String list, String version) {
    return list.lines()
        .map(line -> Arrays.asList(line.split("\t", -1)))
        .filter(cells -> cells.get(0).equals("io.karavel.tcp") && cells.get(2).equals(version))
        .findFirst()
        .orElseThrow(() -> new AssertionError(list));
  }

  private void expectAlone(String version) {
    long there =
        Arrays.stream(context.getBundles())
            .filter(bundle -> bundle.getSymbolicName().equals("io.karavel.tcp"))
            .count();
    assertEquals(1, there);
    Bundle tcp = Modules.bundle(context, "tcp");
    assertEquals(version, tcp.getVersion().toString());
    assertEquals(Bundle.ACTIVE, tcp.getState());
  }
}
