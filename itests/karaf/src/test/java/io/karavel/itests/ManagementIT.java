package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * The management plane as people reach it: by ssh, with keys and roles, without and with a
 * terminal. Every command with every option, who may run what, what is recorded, and with which
 * algorithms.
 */
public class ManagementIT {
  private static final List<String> ROLES = ManagedAppliance.ROLES;
  private static final String SECRET = "geheim-4711";
  private static final Pattern IDENTIFIER = Pattern.compile("\\{id (:\\d+)\\}");

  /** What has been broken, or has too short keys or sums. */
  private static final Pattern OLD =
      Pattern.compile("sha1|md5|cbc|arcfour|3des|-96|umac-64|ssh-rsa$|ssh-dss|ripemd");

  private static ManagedAppliance appliance;
  private static Path directory;
  private static Launcher launcher;
  private static final Catalogue CATALOGUE = new Catalogue();

  @BeforeClass
  public static void startTheAppliance() throws Exception {
    appliance = new ManagedAppliance("management");
    launcher = appliance.launcher;
    directory = appliance.directory;
  }

  @AfterClass
  public static void stopTheAppliance() {
    if (appliance != null) {
      appliance.stop();
    }
  }

  @Test
  public void everyCommandWithEveryOptionRunsAndLeavesItsRecords() throws Exception {
    AuditRecords expected = new AuditRecords(appliance);
    List<String> problems = new ArrayList<>();
    Ssh admin = appliance.admin();
    try (Traffic traffic = new Traffic()) {
      for (Catalogue.Line line : CATALOGUE.lines) {
        boolean json = !line.command.equals("tcp:connect"); // a conversation has no result
        String text = resolve(line.with(json ? "--stack main --json" : "--stack main"));
        traffic.flows(line.amidTraffic);
        Ssh.Answer answer = admin.execute(text);
        check(line, text, answer, problems, expected);
        if (json && answer.succeeded) {
          checkJson(text, answer.output, problems);
        }
      }
      try (Ssh.Terminal terminal = admin.terminal()) {
        for (Catalogue.Line line : CATALOGUE.lines) {
          String text = resolve(line.with(""));
          traffic.flows(line.amidTraffic);
          check(line, text, terminal.run(text), problems, expected);
        }
      }
    }
    assertEquals(String.join("\n\n", problems), 0, problems.size());
    expected.assertAll();
  }

  private static void check(
      Catalogue.Line line,
      String text,
      Ssh.Answer answer,
      List<String> problems,
      AuditRecords expected) {
    if (answer.succeeded != line.effect.succeeds) {
      problems.add(text + " " + answer);
    }
    if (line.effect.records > 0) {
      expected.add(line.command, answer.succeeded ? "done" : "failed");
    }
  }

  /** One JSON text, or one a line where what is told has no end. */
  private static void checkJson(String text, String output, List<String> problems) {
    try (JsonParser parser = new JsonFactory().createParser(output)) {
      while (parser.nextToken() != null) {
        // to its end
      }
    } catch (IOException e) {
      problems.add(text + " printed no JSON (" + e.getMessage() + "): " + output);
    }
  }

  private static String resolve(String text) {
    Matcher id = IDENTIFIER.matcher(text);
    if (!id.find()) {
      return text;
    }
    Ssh.Answer list = appliance.admin().execute("tcp:list --no-format --local " + id.group(1));
    return id.replaceAll(list.output.split("\t", 2)[0]);
  }

  @Test
  public void everyRoleMayRunItsCommandsAndNoOtherAndWhatItMayNotChangeIsRecorded()
      throws Exception {
    AuditRecords expected = new AuditRecords(appliance);
    List<String> problems = new ArrayList<>();
    for (String role : ROLES) {
      try (Ssh.Terminal terminal = appliance.user(role).terminal()) {
        for (Map.Entry<String, String> command : CATALOGUE.roles.entrySet()) {
          boolean may = ROLES.indexOf(role) >= ROLES.indexOf(command.getValue());
          Ssh.Answer answer = terminal.run(command.getKey() + " --help");
          boolean helped = answer.succeeded && answer.output.contains("Example");
          if (helped != may || answer.succeeded != may) {
            problems.add(role + " " + command.getKey() + " " + answer);
          }
          if (!may && CATALOGUE.changes(command.getKey())) {
            expected.add(command.getKey(), "denied");
          }
        }
      }
    }
    assertEquals(String.join("\n\n", problems), 0, problems.size());
    expected.assertAll();
  }

  @Test
  public void aChangingCommandThatIsGivenWhatItDoesNotTakeLeavesOneRecordOfItsFailure()
      throws Exception {
    AuditRecords expected = new AuditRecords(appliance);
    try (Ssh.Terminal terminal = appliance.admin().terminal()) {
      for (String command : CATALOGUE.roles.keySet()) {
        Ssh.Answer answer = terminal.run(command + " --nonsense");
        assertFalse(command + " " + answer, answer.succeeded);
        assertTrue(answer.output, answer.output.contains("undefined option"));
        if (CATALOGUE.changes(command)) {
          expected.add(command, "failed");
        }
      }
    }
    // no line of the shell at all: nothing of it is looked up, and nothing is recorded
    assertFalse(appliance.admin().execute("tcp:kill -f '5").succeeded);
    expected.assertAll();
  }

  @Test
  public void aSecretIsInNoOutputNoLogNoHistoryNoArchiveAndNotInJmx() throws Exception {
    Ssh admin = appliance.admin();
    StringBuilder outputs = new StringBuilder();
    String pid = "io.karavel.services";
    assertTrue(
        admin.execute(
                "config:edit "
                    + pid
                    + "; config:property-set proxyPassword "
                    + SECRET
                    + "; config:update")
            .succeeded);
    try (Ssh.Terminal terminal = admin.terminal()) {
      for (String line :
          List.of(
              "nic:set mem0 password=" + SECRET,
              "net:config-set services.proxyPassword=" + SECRET,
              "net:config-set --token=" + SECRET + " ip.defaultTtl=64",
              "net:module-swap tcp http://a:" + SECRET + "@0:9/x",
              "tcp:kill -f 5 secret=" + SECRET)) {
        // what is typed is on the screen, and what Karaf says of an option that is none
        outputs.append(
            terminal.run(line).output.replace(line, "").replace("option --token=" + SECRET, ""));
      }
      assertFalse(outputs.toString(), terminal.run("history").output.contains(SECRET));
    }
    for (Catalogue.Line line : CATALOGUE.lines) {
      if (line.effect == Catalogue.Effect.READS && !line.command.matches("ip:(ping|trace|arp).*")) {
        outputs.append(admin.execute(resolve(line.with("--json"))).output);
      }
    }
    outputs.append(overJmx());
    String archive = admin.execute("net:support-archive --sample 0 --no-format").output;
    String file =
        Stream.of(archive.split("\\s+")).filter(w -> w.endsWith(".zip")).findFirst().get();
    String content = unpacked(Path.of(file));
    assertTrue(content, content.contains("proxyPassword"));
    outputs.append(content);
    outputs.append(admin.execute("log:display").output);
    try (Stream<Path> logs = Files.walk(directory.resolve("data/log"))) {
      for (Path log : logs.filter(Files::isRegularFile).collect(Collectors.toList())) {
        outputs.append(Files.readString(log));
      }
    }
    outputs.append(Files.readString(directory.resolve("data/console.history")));
    int at = outputs.indexOf(SECRET);
    assertEquals(
        at < 0 ? "" : outputs.substring(Math.max(0, at - 300), at + SECRET.length()), -1, at);
    // people who may not change what is stored do not see it as it is
    assertTrue(admin.execute("config:property-list --pid " + pid).output.contains(SECRET));
    assertFalse(appliance.user("viewer").execute("config:property-list --pid " + pid).succeeded);
    assertFalse(appliance.user("viewer").execute("config:list").succeeded);
    admin.execute("config:edit " + pid + "; config:property-delete proxyPassword; config:update");
  }

  private static String unpacked(Path archive) throws IOException {
    StringBuilder all = new StringBuilder();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
      while (zip.getNextEntry() != null) {
        all.append(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return all.toString();
  }

  /** Everything that a viewer can get over JMX from us, and that Karaf keeps to itself. */
  private static String overJmx() throws Exception {
    Properties management = new Properties();
    try (Reader reader =
        Files.newBufferedReader(directory.resolve("etc/org.apache.karaf.management.cfg"))) {
      management.load(reader);
    }
    StringBuilder all = new StringBuilder();
    try (JMXConnector connector =
        JMXConnectorFactory.connect(
            new JMXServiceURL(
                "service:jmx:rmi:///jndi/rmi://127.0.0.1:"
                    + management.getProperty("rmiRegistryPort").trim()
                    + "/karaf-karavel"),
            Map.of(JMXConnector.CREDENTIALS, new String[] {"reader", "reader-4711"}))) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      ObjectName ours = new ObjectName("io.karavel:type=Configuration");
      for (String operation : List.of("listValues", "listHistory")) {
        Object lines = server.invoke(ours, operation, new Object[0], new String[0]);
        all.append(String.join("\n", (String[]) lines)).append('\n');
      }
      assertTrue(all.toString(), all.toString().contains("proxyPassword"));
      assertThrows(
          SecurityException.class,
          () ->
              server.invoke(
                  new ObjectName("org.apache.karaf:type=config,name=karavel"),
                  "listProperties",
                  new Object[] {"io.karavel.services"},
                  new String[] {"java.lang.String"}));
    }
    return all.toString();
  }

  @Test
  public void theAliasesLeadToWhatTheirNamesakesShow() throws Exception {
    Map<String, String> aliases =
        Map.of(
            "ss -l", "LISTEN",
            "netstat --limit 5", "LISTEN",
            "arp", "10.77.0.1",
            "ping -c 1 10.77.0.1", "1 received",
            "ethtool mem0", "statistics.",
            "nstat Tcp*", "Tcp.",
            "sysctl net.ipv4.tcp_syn_retries", "synRetries",
            "tcpdump -i main0 --time 1 -c 1 icmp", "");
    appliance.admin().execute("ip:ping -c 1 10.77.0.1");
    try (Ssh.Terminal terminal = appliance.admin().terminal()) {
      for (Map.Entry<String, String> alias : aliases.entrySet()) {
        for (Ssh.Answer answer :
            List.of(terminal.run(alias.getKey()), appliance.admin().execute(alias.getKey()))) {
          assertTrue(alias + " " + answer, answer.succeeded);
          assertTrue(alias + " " + answer, answer.output.contains(alias.getValue()));
        }
      }
    }
  }

  @Test
  public void whatDestroysAsksInATerminal() throws Exception {
    Ssh admin = appliance.admin();
    try (Ssh.Terminal terminal = admin.terminal()) {
      terminal.run("tcp:listen --service echo 5003");
      String id = resolve("{id :5003}");
      terminal.press("tcp:kill " + id + "\r");
      terminal.await("Go on? [y/N]");
      terminal.press("y\r");
      Poll.until(
          "the listener is gone",
          () -> admin.execute("tcp:list --no-format --local :5003"),
          list -> !list.output.contains(":5003"));
    }
  }

  @Test
  public void listensOnLoopbackOnly() throws Exception {
    String pid = Files.readString(directory.resolve("karaf.pid")).trim();
    String sockets = launcher.call(List.of("ss", "-Hltunp")).output;
    List<String> ours =
        sockets.lines().filter(l -> l.contains("pid=" + pid + ",")).collect(Collectors.toList());
    // ssh, the two ports of JMX, the forwarder, and Karaf's port for shutting down
    assertTrue(sockets, ours.size() >= 4);
    for (String socket : ours) {
      String local = socket.trim().split("\\s+")[4];
      assertTrue(socket, local.matches("(127\\..*|\\[::1\\]|\\[::ffff:127\\..*\\]):\\d+"));
    }
  }

  @Test
  public void onlyModernAlgorithmsAreNegotiated() {
    Ssh admin = appliance.admin();
    int old = 0;
    for (String[] kind :
        new String[][] {
          {"kex", "KexAlgorithms"},
          {"cipher", "Ciphers"},
          {"mac", "MACs"},
          {"key-sig", "HostKeyAlgorithms"},
          {"key-sig", "PubkeyAcceptedAlgorithms"}
        }) {
      for (String algorithm : launcher.call(List.of("ssh", "-Q", kind[0])).output.split("\n")) {
        if (OLD.matcher(algorithm).find()) {
          List<String> options = new ArrayList<>(List.of("-o", kind[1] + "=" + algorithm));
          if (kind[0].equals("mac")) {
            options.addAll(List.of("-o", "Ciphers=aes128-ctr"));
          }
          Ssh.Answer refused = admin.login(options.toArray(new String[0]));
          assertFalse(algorithm + " was accepted: " + refused, refused.succeeded);
          old++;
        }
      }
    }
    assertTrue("ssh offers too little to say anything: " + old, old >= 8);
    for (String[] modern :
        new String[][] {
          {"KexAlgorithms=curve25519-sha256", "Ciphers=aes256-gcm@openssh.com"},
          {"Ciphers=aes128-ctr", "MACs=hmac-sha2-256-etm@openssh.com"},
          {"HostKeyAlgorithms=rsa-sha2-512", "PubkeyAcceptedAlgorithms=rsa-sha2-256"}
        }) {
      Ssh.Answer accepted = admin.login("-o", modern[0], "-o", modern[1]);
      assertTrue(accepted.toString(), accepted.succeeded);
    }
  }

  @Test
  public void nobodyComesInWithoutAKey() {
    for (String user : List.of("karaf", "admin", "root")) {
      Launcher.Outcome refused =
          launcher.call(
              List.of(
                  "ssh",
                  "-F",
                  "none",
                  "-p",
                  appliance.admin().port() + "",
                  "-o",
                  "BatchMode=yes",
                  "-o",
                  "IdentityFile=none",
                  "-o",
                  "IdentitiesOnly=yes",
                  "-o",
                  "StrictHostKeyChecking=no",
                  "-o",
                  "UserKnownHostsFile=/dev/null",
                  user + "@127.0.0.1",
                  "echo in"));
      assertEquals(refused.toString(), 255, refused.status);
    }
  }

  /** Asks for the status page over and over, through both stacks. */
  private static final class Traffic implements AutoCloseable {
    private volatile boolean flows;
    private volatile boolean over;
    private final Thread thread = new Thread(this::run, "traffic");

    Traffic() {
      thread.start();
    }

    void flows(boolean now) {
      flows = now;
    }

    private void run() {
      while (!over) {
        try {
          Thread.sleep(100);
          if (flows) {
            HttpURLConnection page =
                (HttpURLConnection)
                    new URL("http://127.0.0.1:" + appliance.forwarder + "/status").openConnection();
            page.setConnectTimeout(5000);
            page.setReadTimeout(5000);
            page.getInputStream().readAllBytes();
          }
        } catch (IOException e) {
          // the loss laboratory may cost a page
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    @Override
    public void close() {
      over = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
