package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.engine.Setting;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.inject.Inject;
import javax.management.ObjectName;
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
import org.osgi.framework.BundleContext;

/**
 * Every key of every PID that is there once is changed through the shell, the file and JMX while
 * connections stream and idle: it is in force each time, and no connection is lost. What each key
 * does is shown by the tests that {@code keys-and-tests.txt} names.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class EveryDoorIT {
  /** For keys whose value is a text. */
  private static final Map<String, String> TEXTS =
      Map.of(
          "prometheusAddress", "127.0.0.2",
          "graphiteAddress", "127.0.0.2",
          "graphitePrefix", "appliance",
          "forwarderAddress", "127.0.0.2",
          "forwarderTarget", "10.77.0.2:7",
          "forwarderStack", "main",
          "congestionControl", "newreno",
          "ephemeralPorts", "33000-60000");

  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  @Inject private Configurations configurations;
  @Inject private Appliance appliance;
  private Console console;
  private EchoCrowd crowd;
  private final Map<String, Map<String, String>> others = new TreeMap<>();

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void begin() throws Exception {
    console = new Console(sessions);
    Poll.until(
        "all PIDs are there",
        () -> configurations.values(),
        all -> all.stream().noneMatch(value -> value.inForce() == null));
    for (ConfigurationValue value : configurations.values()) {
      if (value.pid().indexOf('~') >= 0) {
        continue;
      }
      others
          .computeIfAbsent(value.pid(), pid -> new LinkedHashMap<>())
          .put(value.setting().key(), other(value.setting()));
    }
    crowd = new EchoCrowd(context, appliance);
  }

  @After
  public void end() throws Exception {
    for (String pid : others.keySet()) {
      console.run("net:config-reset " + pid);
    }
    if (crowd != null) {
      crowd.end();
    }
  }

  /** Another value, near the default where that is a number. */
  private static String other(Setting<?> setting) {
    Object value = setting.defaultValue();
    if (value instanceof Boolean) {
      return String.valueOf(!(Boolean) value);
    }
    if (setting.key().equals("bufferMemory")) {
      return String.valueOf(64 << 20); // 0 stands for a share, the next value is far from it
    }
    if (value instanceof Long) {
      long number = (Long) value;
      if (number == 0) { // which stands for off: the least that is on could end connections
        return String.valueOf((long) Math.min(setting.maximum(), 60_000));
      }
      return String.valueOf(number < setting.maximum() ? number + 1 : number - 1);
    }
    return setting.choices().stream()
        .filter(choice -> !choice.equals(value))
        .findFirst()
        .orElseGet(() -> TEXTS.get(setting.key()));
  }

  private Map<String, String> inForce(String pid) throws ConfigurationException {
    Map<String, String> values = new LinkedHashMap<>();
    for (ConfigurationValue value : configurations.values(pid)) {
      if (others.get(pid).containsKey(value.setting().key())) {
        values.put(value.setting().key(), value.inForce());
      }
    }
    return values;
  }

  private Map<String, String> defaults(String pid) throws ConfigurationException {
    Map<String, String> values = new LinkedHashMap<>();
    for (ConfigurationValue value : configurations.values(pid)) {
      if (others.get(pid).containsKey(value.setting().key())) {
        values.put(value.setting().key(), String.valueOf(value.setting().defaultValue()));
      }
    }
    return values;
  }

  private void reset(String pid) throws Exception {
    console.run("net:config-reset " + pid);
    assertEquals(defaults(pid), inForce(pid));
  }

  @Test
  public void theShellChangesEveryKey() throws Exception {
    int keys = 0;
    long begin = System.nanoTime();
    for (String pid : others.keySet()) {
      for (Map.Entry<String, String> key : others.get(pid).entrySet()) {
        console.run("net:config-set " + pid + "." + key.getKey() + "=" + key.getValue());
        assertEquals(key.getKey(), key.getValue(), inForce(pid).get(key.getKey()));
        keys++;
      }
      assertEquals(others.get(pid), inForce(pid));
      reset(pid);
      crowd.expectProgress(pid);
    }
    System.out.printf(
        "%d keys, each by a command of its own, in %.1f s%n",
        keys, (System.nanoTime() - begin) / 1e9);
    assertTrue(keys + " keys", keys > 150);
  }

  @Test
  public void theFileChangesEveryKey() throws Exception {
    for (String pid : others.keySet()) {
      EtcFile file = new EtcFile(pid);
      byte[] shipped = file.content();
      StringBuilder text = new StringBuilder();
      others.get(pid).forEach((key, value) -> text.append(key + " = " + value + "\n"));
      Poll.Look<Map<String, String>> inForce = () -> inForce(pid);
      file.write(text.toString(), pid + " is in force", inForce, others.get(pid)::equals);
      file.write(shipped, pid + " is as shipped", inForce, defaults(pid)::equals);
      crowd.expectProgress(pid);
    }
  }

  @Test
  public void jmxChangesEveryKey() throws Exception {
    ObjectName name = new ObjectName("io.karavel:type=Configuration");
    String[] types = {String[].class.getName()};
    for (String pid : others.keySet()) {
      String[] all =
          others.get(pid).entrySet().stream()
              .map(key -> pid + "." + key.getKey() + "=" + key.getValue())
              .toArray(String[]::new);
      Object[] arguments = {all};
      console.as(
          () ->
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(name, "setValues", arguments, types));
      assertEquals(others.get(pid), inForce(pid));
      reset(pid);
      crowd.expectProgress(pid);
    }
  }
}
