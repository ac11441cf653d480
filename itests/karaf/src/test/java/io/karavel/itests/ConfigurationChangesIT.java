package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Configurations;
import java.lang.management.ManagementFactory;
import javax.inject.Inject;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Changes of the configuration as a whole, through the shell, the files, config:* and JMX. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ConfigurationChangesIT {
  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  private Console console;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void begin() throws Exception {
    console = new Console(sessions);
    Poll.until("TCP is there", () -> inForce("tcp.synRetries"), value -> value.equals("5"));
  }

  @After
  public void end() throws Exception {
    Poll.until(
        "everything is at its default again",
        () -> {
          console.run("net:config-reset tcp ip keepalive");
          return inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl");
        },
        "5 64"::equals);
  }

  private String inForce(String key) throws Exception {
    return String.valueOf(
        context
            .getService(context.getServiceReference(Configurations.class))
            .values(key)
            .get(0)
            .inForce());
  }

  @Test
  public void theShellChangesSeveralPidsTogetherOrNotAtAll() throws Exception {
    String refused = console.failure("net:config-set tcp.synRetries=3 ip.defaultTtl=256");
    assertTrue(refused, refused.contains("defaultTtl = '256' is refused"));
    assertEquals("5 64", inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"));

    console.run("tcp:listen --service echo 5151");
    String done =
        console.run(
            "net:config-set net.ipv4.tcp_syn_retries=3 keepalive.probes=7 ip.defaultTtl=70");
    assertTrue(done, done.contains("io.karavel.tcp.synRetries: default -> 3"));
    assertTrue(
        done, done.matches("(?s).*change [0-9]+ applied to [0-9,]+ connections in [0-9,]+ ms.*"));
    // it returns only when the modules have it, and the files too
    assertEquals("3 70", inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"));
    assertTrue(new EtcFile("io.karavel.tcp").text().contains("\nsynRetries = 3"));
    assertTrue(new EtcFile("io.karavel.keepalive").text().contains("\nprobes = 7"));

    String history = console.run("net:config-history --no-format");
    assertTrue(
        history, history.contains("\ttester\tshell\tio.karavel.ip.defaultTtl\t\t70\tapplied"));
    assertTrue(history, history.contains("\trefused\t"));
    String audit = console.run("net:events --no-format");
    assertTrue(audit, audit.contains("net:config-set"));

    console.run("net:config-rollback");
    assertEquals("5 64", inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"));
    assertTrue(!new EtcFile("io.karavel.tcp").text().contains("\nsynRetries"));
  }

  @Test
  public void aWrongOrTornFileChangesNothingAndIsInTheHistory() throws Exception {
    EtcFile file = new EtcFile("io.karavel.tcp");
    byte[] good = file.content();
    Poll.Look<String> history = () -> console.run("net:config-history --no-format");
    Poll.Look<String> synRetries = () -> inForce("tcp.synRetries");
    try {
      file.write("synRetries = 4\n", "the file is in force", synRetries, "4"::equals);
      file.write(
          "synRetries = 3\nretries2 = 8\nfinTime",
          "the torn file is refused",
          history,
          text -> text.contains("finTime is not a key") && text.contains("\tunknown\tfile\t"));
      assertEquals("4", inForce("tcp.synRetries"));
      String diff = console.run("net:config-diff --no-format");
      assertTrue(diff, diff.contains("io.karavel.tcp.synRetries\t5\t3\t4\trefused"));
      file.write(
          "synRetries = 900\n",
          "the wrong file is refused",
          history,
          text -> text.contains("synRetries = '900' is refused"));
      assertEquals("4", inForce("tcp.synRetries"));
      // the shell mends what the file broke
      console.run("net:config-set tcp.synRetries=6");
      assertEquals("6", inForce("tcp.synRetries"));
    } finally {
      file.write(good, "the shipped file rules", synRetries, "5"::equals);
    }
  }

  @Test
  public void karafsOwnCommandsAndJmxTellTheSameTruth() throws Exception {
    console.run("config:property-set -p io.karavel.ip defaultTtl 77");
    Poll.until("it is in force", () -> inForce("ip.defaultTtl"), "77"::equals);
    String history = console.run("net:config-history --no-format");
    assertTrue(history, history.contains("\ttester\tconfig-admin\tio.karavel.ip.defaultTtl\t\t77"));

    ObjectName name = new ObjectName("io.karavel:type=Configuration");
    String[] types = {String[].class.getName()};
    Object[] wrong = {new String[] {"tcp.synRetries=2", "ip.defaultTtl=0"}};
    try {
      console.as(
          () -> ManagementFactory.getPlatformMBeanServer().invoke(name, "setValues", wrong, types));
      throw new AssertionError("a wrong value was taken");
    } catch (RuntimeMBeanException e) {
      assertTrue(e.toString(), e.getCause().getMessage().contains("defaultTtl = '0' is refused"));
    }
    Object[] right = {new String[] {"tcp.synRetries=2", "ip.defaultTtl=78"}};
    Object said =
        console.as(
            () ->
                ManagementFactory.getPlatformMBeanServer().invoke(name, "setValues", right, types));
    assertTrue(said.toString(), said.toString().contains("applied"));
    assertEquals("2 78", inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"));
    String config = console.run("config:property-list -p io.karavel.tcp");
    assertTrue(config, config.contains("synRetries = 2"));
    assertTrue(
        console
            .run("net:config-history --no-format")
            .contains("\ttester\tjmx\tio.karavel.tcp.syn"));
  }

  @Test
  public void whatIsNotConfirmedGoesBackThoughControlWasAwayMeanwhile() throws Exception {
    console.run("net:config-set --confirm 4s tcp.synRetries=2");
    assertEquals("2", inForce("tcp.synRetries"));
    for (Bundle bundle : context.getBundles()) {
      if ("io.karavel.control".equals(bundle.getSymbolicName())) {
        bundle.stop();
        bundle.start();
      }
    }
    Poll.until(
        "it is at its default again",
        () -> console.run("net:config-get --no-format tcp.synRetries"),
        text -> text.startsWith("io.karavel.tcp.synRetries\t5\t5\t"));

    console.run("net:config-set --confirm 60s tcp.synRetries=2");
    String kept = console.run("net:config-confirm");
    assertTrue(kept, kept.contains("is kept"));
    String none = console.failure("net:config-confirm");
    assertTrue(none, none.contains("no change waits to be confirmed"));
  }

  @Test
  public void aSessionThatIsKilledLeavesNothingHalfDoneAndWhatItBeganGoesBack() throws Exception {
    for (int millis = 0; millis < 40; millis += 10) {
      Thread session =
          new Thread(
              () -> {
                try {
                  console.run("net:config-set --confirm 2s tcp.synRetries=3 ip.defaultTtl=71");
                } catch (Exception e) {
                  // it was interrupted, which may be told
                }
              });
      session.start();
      session.join(1 + millis); // somewhere in the middle
      session.interrupt();
      session.join();
      Poll.until(
          "all of it, or nothing",
          () -> inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"),
          values -> values.equals("3 71") || values.equals("5 64"));
      Poll.until(
          "it has gone back",
          () -> inForce("tcp.synRetries") + " " + inForce("ip.defaultTtl"),
          "5 64"::equals);
    }
    // the command has a thread of its own, which may have outlived the session
    Poll.until(
        "nothing waits to be confirmed any more",
        () -> {
          console.run("net:config-set tcp.synRetries=4");
          return inForce("tcp.synRetries");
        },
        "4"::equals);
  }

  @Test
  public void karafsBeanForConfigAdminIsADoorToo() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName bean =
        server.queryNames(new ObjectName("org.apache.karaf:type=config,*"), null).iterator().next();
    String text = String.class.getName();
    String[] types = {text, text, text};
    Object[] right = {"io.karavel.ip", "defaultTtl", "79"};
    console.as(() -> server.invoke(bean, "setProperty", right, types));
    Poll.until("it is in force", () -> inForce("ip.defaultTtl"), "79"::equals);
    Object[] wrong = {"io.karavel.ip", "defaultTtl", "900"};
    console.as(() -> server.invoke(bean, "setProperty", wrong, types));
    Poll.until(
        "it is refused, and the last good value stays",
        () -> console.run("net:config-history --no-format"),
        history -> history.contains("\tio.karavel.ip.defaultTtl\t79\t900\trefused"));
    assertEquals("79", inForce("ip.defaultTtl"));
  }

  @Test
  public void aDryRunListsTheConnectionsThatLoseTheirAddress() throws Exception {
    String plan = console.run("net:config-set --dry-run ip.interface~main0.addresses=10.78.0.2/24");
    assertTrue(plan, plan.contains("would change io.karavel.ip.interface~main0.addresses"));
    assertTrue(plan, plan.matches("(?s).*would end [0-9,]+ connections.*"));
    String denied = new Console(sessions, "viewer").failure("net:config-set tcp.synRetries=3");
    // a command that a role may not run is hidden from it
    assertTrue(denied, denied.contains("Command not found: net:config-set"));
    assertTrue(
        new Console(sessions, "viewer").run("net:config-list tcp.syn").contains("synRetries"));
  }
}
