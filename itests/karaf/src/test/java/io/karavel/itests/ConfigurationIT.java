package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.engine.LiveSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Three doors, one truth: the shell, the file and Config Admin reach every PID, live. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ConfigurationIT {
  /** PID, a key of it, two good values, a bad one. */
  private static final String[][] PIDS = {
    {"io.karavel.control", "historyEntries", "70", "90", "0"},
    {"io.karavel.diagnostics", "maxCaptures", "7", "9", "0"},
    {"io.karavel.engine", "handoverSeconds", "61", "62", "0"},
    {"io.karavel.ip", "defaultTtl", "63", "65", "256"},
    {"io.karavel.keepalive", "probes", "9", "8", "0"},
    {"io.karavel.metrics", "histogramSeconds", "120", "240", "1"},
    {"io.karavel.services", "httpRequests", "50", "60", "-1"},
    {"io.karavel.tcp", "synRetries", "4", "7", "1000"},
    {"io.karavel.timer", "slotTimers", "17", "18", "0"},
  };

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin admin;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  @org.ops4j.pax.exam.Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void everySingletonPidIsInTheTable() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (String[] pid : PIDS) {
      expected.add(pid[0]);
    }
    Poll.until("the settings are the expected ones", this::singletonPids, expected::equals);
  }

  private Set<String> singletonPids() throws Exception {
    Set<String> pids = new TreeSet<>();
    for (ServiceReference<?> reference : context.getServiceReferences(LiveSettings.class, null)) {
      LiveSettings<?> settings = (LiveSettings<?>) context.getService(reference);
      if (settings != null && settings.pid().indexOf('~') < 0) {
        pids.add(settings.pid());
      }
    }
    return pids;
  }

  @Test
  public void theShellChangesEveryPid() throws Exception {
    for (String[] pid : PIDS) {
      new Console(sessions).run("config:property-set -p " + pid[0] + " " + pid[1] + " " + pid[2]);
      expectApplied(pid, pid[2]);
      Poll.until(
          "the file follows",
          () -> new EtcFile(pid[0]).text(),
          text -> text.lines().anyMatch(line -> line.equals(pid[1] + " = " + pid[2])));
    }
  }

  @Test
  public void theFileChangesEveryPid() throws Exception {
    for (String[] pid : PIDS) {
      new EtcFile(pid[0])
          .write(
              pid[1] + " = " + pid[3] + "\n",
              pid[0] + " applies " + pid[1] + " = " + pid[3],
              () -> applied(pid),
              pid[3]::equals);
    }
  }

  @Test
  public void configAdminChangesEveryPidAndAWrongValueChangesNothing() throws Exception {
    for (String[] pid : PIDS) {
      set(pid[0], pid[1], pid[2]);
      expectApplied(pid, pid[2]);

      // File Install may still be bringing an earlier change from the file, and of two updates one
      // right after the other SCR may keep the first: then it is said again
      String problem =
          Poll.until(
              pid[0] + " refuses " + pid[1] + " = " + pid[4],
              () -> {
                if (!pid[4].equals(stored(pid)) || !pid[4].equals(delivered(pid))) {
                  set(pid[0], pid[1], pid[4]);
                }
                return settings(pid[0]).problem();
              },
              text -> text != null);
      assertTrue(problem, problem.contains(pid[1]) && problem.contains(pid[4]));
      assertEquals(pid[2], String.valueOf(settings(pid[0]).applied().get(pid[1])));
      String status = new Console(sessions).run("net:status");
      assertTrue(status, status.contains(pid[1]));

      set(pid[0], pid[1], pid[3]);
      expectApplied(pid, pid[3]);
      assertEquals(null, settings(pid[0]).problem());
    }
  }

  /** What its component was told last. */
  private String delivered(String[] pid) throws Exception {
    return String.valueOf(settings(pid[0]).stored().get(pid[1]));
  }

  private String stored(String[] pid) throws Exception {
    return String.valueOf(admin.getConfiguration(pid[0], "?").getProperties().get(pid[1]));
  }

  private void set(String pid, String key, String value) throws Exception {
    Configuration configuration = admin.getConfiguration(pid, "?");
    Map<String, Object> properties = new HashMap<>();
    if (configuration.getProperties() != null) {
      properties.putAll(FrameworkUtil.asMap(configuration.getProperties()));
    }
    properties.put(key, value);
    configuration.update(FrameworkUtil.asDictionary(properties));
  }

  private void expectApplied(String[] pid, String value) throws Exception {
    Poll.until(pid[0] + " applies " + pid[1] + " = " + value, () -> applied(pid), value::equals);
  }

  private String applied(String[] pid) throws Exception {
    return String.valueOf(settings(pid[0]).applied().get(pid[1]));
  }

  private LiveSettings<?> settings(String pid) throws Exception {
    for (ServiceReference<?> reference : context.getServiceReferences(LiveSettings.class, null)) {
      LiveSettings<?> settings = (LiveSettings<?>) context.getService(reference);
      if (settings != null && settings.pid().equals(pid)) {
        return settings;
      }
    }
    throw new AssertionError("no LiveSettings service of " + pid);
  }
}
