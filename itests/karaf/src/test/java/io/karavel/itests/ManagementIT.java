package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * The management plane as people reach it: by ssh, with keys and roles, without and with a
 * terminal. Every command with every option, who may run what, what is recorded, and with which
 * algorithms.
 */
public class ManagementIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final List<String> ROLES = List.of("nobody", "viewer", "manager", "admin");
  private static final Pattern IDENTIFIER = Pattern.compile("\\{id (:\\d+)\\}");
  private static final Pattern RECORD =
      Pattern.compile("command=\"([\\w-]+:[\\w-]+)\" outcome=\"(\\w+)\"");

  /** What has been broken, or has too short keys or sums. */
  private static final Pattern OLD =
      Pattern.compile("sha1|md5|cbc|arcfour|3des|-96|umac-64|ssh-rsa$|ssh-dss|ripemd");

  private static Path directory;
  private static Launcher launcher;
  private static int forwarder;
  private static final Map<String, Ssh> users = new LinkedHashMap<>();
  private static final Catalogue CATALOGUE = new Catalogue();

  @BeforeClass
  public static void startTheAppliance() throws Exception {
    launcher = new Launcher(CHECKOUT);
    for (String tool : List.of("ssh", "ssh-keygen", "ss", "unzip")) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    directory = Path.of("target", "launcher", "management").toAbsolutePath();
    forwarder = Distribution.freePort();
    int port = Distribution.freePort();
    Launcher.Outcome started =
        launcher.run(
            "--background",
            "--clean",
            "--dir",
            directory.toString(),
            "--ssh-port",
            Integer.toString(port),
            "--forward-port",
            Integer.toString(forwarder));
    assertEquals(started.toString(), 0, started.status);
    Path keys = Files.createDirectories(directory.resolve("launcher/test-keys"));
    StringBuilder entries = new StringBuilder();
    for (String role : ROLES) {
      Ssh ssh = new Ssh(launcher, keys, role, port);
      users.put(role, ssh);
      entries.append(role).append(" = ").append(ssh.makeKey()).append(",_g_:").append(role);
      entries.append("s\n_g_\\:").append(role).append("s = group,ssh");
      // a role of Karaf does not hold the lesser ones
      ROLES.subList(1, ROLES.indexOf(role) + 1).forEach(r -> entries.append(',').append(r));
      entries.append('\n');
    }
    Files.writeString(directory.resolve("etc/keys.properties"), entries, StandardOpenOption.APPEND);
    Poll.until("the new users may log in", () -> users.get("admin").login(), o -> o.status == 0);
  }

  @AfterClass
  public static void stopTheAppliance() {
    if (directory != null) {
      Launcher.Outcome stopped = launcher.run("--dir", directory.toString(), "--stop");
      assertEquals(stopped.toString(), 0, stopped.status);
    }
  }

  @Test
  public void everyCommandWithEveryOptionRunsAndLeavesItsRecords() throws Exception {
    Map<String, Integer> before = records();
    Map<String, Integer> expected = new TreeMap<>(before);
    List<String> problems = new ArrayList<>();
    Ssh admin = users.get("admin");
    try (Traffic traffic = new Traffic()) {
      for (Catalogue.Line line : CATALOGUE.lines) {
        // a conversation has no result; frames are lines of text as they pass
        boolean json =
            !line.command.equals("tcp:connect") && !line.text.startsWith("net:capture --");
        String text = resolve(line.with(json ? "--stack main --json" : "--stack main"));
        traffic.flows(line.amidTraffic);
        check(line, text, admin.execute(text), json, problems, expected);
      }
      try (Ssh.Terminal terminal = admin.terminal()) {
        for (Catalogue.Line line : CATALOGUE.lines) {
          String text = resolve(line.with(""));
          traffic.flows(line.amidTraffic);
          check(line, text, terminal.run(text), false, problems, expected);
        }
      }
    }
    assertEquals(String.join("\n\n", problems), 0, problems.size());
    assertEquals(expected, awaitRecords(expected));
  }

  private void check(
      Catalogue.Line line,
      String text,
      Ssh.Answer answer,
      boolean json,
      List<String> problems,
      Map<String, Integer> expected) {
    if (answer.succeeded != line.effect.succeeds) {
      problems.add(text + (answer.succeeded ? " succeeded: " : " failed: ") + answer.output);
    }
    if (answer.succeeded && json && !line.text.contains("--follow")) {
      try (JsonParser parser = new JsonFactory().createParser(answer.output)) {
        while (parser.nextToken() != null) {
          // to its end
        }
      } catch (IOException e) {
        problems.add(text + " printed no JSON (" + e.getMessage() + "): " + answer.output);
      }
    }
    if (line.effect.records > 0) {
      expected.merge(line.command + " " + (answer.succeeded ? "done" : "failed"), 1, Integer::sum);
    }
  }

  private static String resolve(String text) {
    Matcher id = IDENTIFIER.matcher(text);
    if (!id.find()) {
      return text;
    }
    Ssh.Answer list = users.get("admin").execute("tcp:list --no-format --local " + id.group(1));
    return id.replaceAll(list.output.split("\t", 2)[0]);
  }

  /** Records of our commands by command and outcome. */
  private static Map<String, Integer> records() throws IOException {
    Map<String, Integer> records = new TreeMap<>();
    try (Stream<String> lines = Files.lines(directory.resolve("data/log/audit.log"))) {
      lines.forEach(
          line -> {
            Matcher record = RECORD.matcher(line);
            String command = record.find() ? record.group(1) : "";
            if (CATALOGUE.roles.containsKey(command)) {
              records.merge(command + " " + record.group(2), 1, Integer::sum);
            }
          });
    }
    return records;
  }

  /** The log is written behind what is done; a last record shows that all before it are there. */
  private static Map<String, Integer> awaitRecords(Map<String, Integer> expected) throws Exception {
    users.get("admin").execute("tcp:kill -f 999999998");
    expected.merge("tcp:kill failed", 1, Integer::sum);
    Poll.until(
        "the last record is written",
        () -> Files.readString(directory.resolve("data/log/audit.log")),
        log -> log.contains("999999998"));
    return records();
  }

  @Test
  public void everyRoleMayRunItsCommandsAndNoOther() throws Exception {
    List<String> problems = new ArrayList<>();
    for (String role : ROLES) {
      try (Ssh.Terminal terminal = users.get(role).terminal()) {
        for (Map.Entry<String, String> command : CATALOGUE.roles.entrySet()) {
          boolean may = ROLES.indexOf(role) >= ROLES.indexOf(command.getValue());
          Ssh.Answer answer = terminal.run(command.getKey() + " --help");
          boolean helped = answer.succeeded && answer.output.contains("Example");
          if (helped != may || answer.succeeded != may) {
            problems.add(role + " " + command.getKey() + ": " + answer.output);
          }
        }
      }
    }
    assertEquals(String.join("\n\n", problems), 0, problems.size());
  }

  @Test
  public void whatDestroysAsksInATerminal() throws Exception {
    Ssh admin = users.get("admin");
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
    Ssh admin = users.get("admin");
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
          Launcher.Outcome refused = admin.login(options.toArray(new String[0]));
          assertEquals(algorithm + " was accepted: " + refused, 255, refused.status);
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
      Launcher.Outcome accepted = admin.login("-o", modern[0], "-o", modern[1]);
      assertEquals(accepted.toString(), 0, accepted.status);
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
                  users.get("admin").port() + "",
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
                    new URL("http://127.0.0.1:" + forwarder + "/status").openConnection();
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
