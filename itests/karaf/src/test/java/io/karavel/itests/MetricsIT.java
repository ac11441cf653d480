package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricDataParser;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * The metrics of the running appliance, over JMX as a user with a password, and as Prometheus text,
 * and at Graphite.
 */
public class MetricsIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final String OPENS = "Tcp.PassiveOpens";

  /** All but the one that measures. */
  private static final List<String> MODULES =
      Modules.ALL.stream().filter(module -> !module.equals("metrics")).collect(Collectors.toList());

  private static Path directory;
  private static final Launcher launcher = new Launcher(CHECKOUT);
  private static int prometheusPort;
  private static Graphite graphite;

  @BeforeClass
  public static void startTheAppliance() throws Exception {
    directory = Path.of("target", "launcher", "metrics").toAbsolutePath();
    prometheusPort = Distribution.freePort();
    graphite = new Graphite();
    Launcher.Outcome started =
        launcher.run(
            "--background",
            "--clean",
            "--dir",
            directory.toString(),
            "--forward-port",
            Integer.toString(Distribution.freePort()));
    assertEquals(started.toString(), 0, started.status);
    append(
        "io.karavel.metrics.cfg",
        "\nprometheusEnabled = true\nprometheusPort = "
            + prometheusPort
            + "\ngraphiteEnabled = true\ngraphiteSeconds = 1\ngraphitePort = "
            + graphite.port()
            + "\n");
    append("users.properties", "\nreader = geheim-4711,viewer\n");
    Poll.until("the metrics are there", MetricsIT::families, all -> !all.isEmpty());
  }

  private static void append(String file, String text) throws Exception {
    Files.writeString(directory.resolve("etc").resolve(file), text, StandardOpenOption.APPEND);
  }

  @AfterClass
  public static void stopTheAppliance() throws Exception {
    Launcher.Outcome stopped = launcher.run("--dir", directory.toString(), "--stop");
    graphite.close();
    assertEquals(stopped.toString(), 0, stopped.status);
  }

  private static String command(String line) {
    Launcher.Outcome outcome = launcher.run("--dir", directory.toString(), "-c", line);
    assertEquals(outcome.toString(), 0, outcome.status);
    return outcome.output;
  }

  private static JMXConnector connect(String user, String password) throws Exception {
    Properties management = new Properties();
    try (Reader reader =
        Files.newBufferedReader(directory.resolve("etc/org.apache.karaf.management.cfg"))) {
      management.load(reader);
    }
    return JMXConnectorFactory.connect(
        new JMXServiceURL(
            "service:jmx:rmi:///jndi/rmi://127.0.0.1:"
                + management.getProperty("rmiRegistryPort").trim()
                + "/karaf-karavel"),
        Map.of(JMXConnector.CREDENTIALS, new String[] {user, password}));
  }

  /** The families of the text, read by a parser that is not ours. */
  private static Map<String, MetricFamily> families() throws Exception {
    Map<String, MetricFamily> families = new TreeMap<>();
    try (InputStream in = new URL("http://127.0.0.1:" + prometheusPort + "/metrics").openStream()) {
      TextPrometheusMetricDataParser parser = new TextPrometheusMetricDataParser(in);
      for (MetricFamily family = parser.parse(); family != null; family = parser.parse()) {
        families.put(family.getName(), family);
      }
    }
    return families;
  }

  private static double ofMain(MetricFamily family) {
    for (Metric metric : family.getMetrics()) {
      if ("main".equals(metric.getLabels().get("stack"))) {
        return metric instanceof Gauge
            ? ((Gauge) metric).getValue()
            : ((org.hawkular.agent.prometheus.types.Counter) metric).getValue();
      }
    }
    throw new AssertionError("no metric of the stack main in " + family.getMetrics());
  }

  @Test
  public void jmxPrometheusAndTheShellAgree() throws Exception {
    command("tcp:connect --stack host 10.77.0.2 13");
    String[] counter = command("net:counters --no-format " + OPENS).strip().split("\t");
    double shell = Double.parseDouble(counter[1]);
    assertTrue(String.join(" ", counter), shell >= 1);
    assertEquals(shell, ofMain(families().get("karavel_Tcp_PassiveOpens")), 0);
    try (JMXConnector connector = connect("reader", "geheim-4711")) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      Number value = (Number) server.getAttribute(beanOf(server), "Value");
      assertEquals(shell, value.doubleValue(), 0);
    }
  }

  private static ObjectName beanOf(MBeanServerConnection server) throws Exception {
    Set<ObjectName> found =
        server.queryNames(new ObjectName("io.karavel:name=main." + OPENS + ",*"), null);
    assertEquals(found.toString(), 1, found.size());
    return found.iterator().next();
  }

  @Test
  public void aViewerReadsOverJmxAndChangesNothing() throws Exception {
    try (JMXConnector connector = connect("reader", "geheim-4711")) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      ObjectName config = new ObjectName("org.apache.karaf:type=config,name=karavel");
      assertThrows(
          SecurityException.class,
          () ->
              server.invoke(
                  config,
                  "setProperty",
                  new Object[] {"io.karavel.tcp", "synRetries", "3"},
                  new String[] {"java.lang.String", "java.lang.String", "java.lang.String"}));
    }
    assertThrows(SecurityException.class, () -> connect("reader", "wrong").close());
    assertThrows(SecurityException.class, () -> connect("karaf", "karaf").close());
    String users = Files.readString(directory.resolve("etc/users.properties"));
    assertFalse("the password is kept as its digest", users.contains("geheim-4711"));
  }

  @Test
  public void theTextHasCountersLevelsSummariesAndTheJvm() throws Exception {
    Map<String, MetricFamily> families = families();
    Set<String> kinds = new TreeSet<>();
    families.values().forEach(family -> kinds.add(family.getType().name()));
    assertEquals(Set.of("COUNTER", "GAUGE", "SUMMARY"), kinds);
    assertTrue(families.keySet().toString(), families.size() > 150);
    assertTrue(
        families.keySet().toString(), families.keySet().stream().anyMatch(n -> n.contains("jvm")));
  }

  @Test
  public void theRegistryAndAllThatIsReadFromItStayWhileEveryModuleIsReplaced() throws Exception {
    String registry = registry();
    Set<String> names = families().keySet();
    double opens = ofMain(families().get("karavel_Tcp_PassiveOpens"));
    Set<String> sent = graphite.nextReport();
    assertTrue(sent.toString(), sent.contains("karavel.main." + OPENS));
    try (JMXConnector connector = connect("reader", "geheim-4711")) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      Set<ObjectName> beans = beans(server);
      assertTrue(beans.toString(), beans.size() > 150);
      for (String module : MODULES) {
        command("bundle:update io.karavel." + module);
        Poll.until(
            "every module runs after the update of " + module,
            () ->
                launcher.run(
                    "--dir", directory.toString(), "-c", "net:status --sample 0 --no-format"),
            status ->
                status.status == 0
                    && status.output.lines().filter(l -> l.startsWith("module\t")).count() >= 4
                    && status
                        .output
                        .lines()
                        .noneMatch(l -> l.startsWith("module\t") && !l.contains("\trunning\t")));
        String when = "after the update of " + module;
        assertEquals(when, registry, registry());
        assertEquals("gone from the text " + when, Set.of(), without(names, families().keySet()));
        assertEquals("gone from JMX " + when, Set.of(), without(beans, beans(server)));
        assertEquals("not sent " + when, Set.of(), without(sent, graphite.nextReport()));
      }
    }
    command("tcp:connect --stack host 10.77.0.2 13");
    Poll.until(
        "the counter has counted on",
        () -> ofMain(families().get("karavel_Tcp_PassiveOpens")),
        now -> now > opens);
  }

  private static Set<ObjectName> beans(MBeanServerConnection server) throws Exception {
    return server.queryNames(new ObjectName("io.karavel:name=main.*,*"), null);
  }

  private static <T extends Comparable<? super T>> Set<T> without(Set<T> all, Set<T> there) {
    Set<T> missing = new TreeSet<>(all);
    missing.removeAll(there);
    return missing;
  }

  /** Listens as Graphite does. */
  private static final class Graphite implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final BlockingQueue<Set<String>> reports = new LinkedBlockingQueue<>();

    Graphite() throws IOException {
      Thread thread = new Thread(this::listen, "graphite");
      thread.setDaemon(true);
      thread.start();
    }

    int port() {
      return socket.getLocalPort();
    }

    private void listen() {
      while (!socket.isClosed()) {
        try (Socket connection = socket.accept()) {
          Set<String> names = new TreeSet<>();
          new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .forEach(line -> names.add(line.split(" ")[0]));
          reports.add(names);
        } catch (IOException e) {
          // closed, or a report that broke off
        }
      }
    }

    /** The names of a report that begins after this call. */
    Set<String> nextReport() throws InterruptedException {
      reports.clear();
      Set<String> names = null;
      for (int i = 0; i < 2; i++) {
        names = reports.poll(60, TimeUnit.SECONDS);
        assertNotNull("Graphite gets reports", names);
      }
      return names;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** The service's number: another one if it was ever registered anew. */
  private static String registry() {
    String list = command("service:list com.codahale.metrics.MetricRegistry");
    String id =
        list.lines().filter(l -> l.contains("service.id")).findFirst().orElseThrow().strip();
    assertTrue(list, id.matches("service.id = \\d+"));
    return id;
  }
}
