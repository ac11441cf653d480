package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * A Karaf as Apache ships it, in a process of its own, takes our features from our repository. It
 * is asked from outside, by ssh: what is inside is refreshed when they are installed.
 */
public class StockKarafIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final int BUNDLES = 14;

  private final Launcher launcher = new Launcher(CHECKOUT);
  private Path home;
  private Process karaf;
  private Ssh admin;

  @Before
  public void startAKarafOfApache() throws Exception {
    for (String tool : List.of("ssh", "ssh-keygen", "tar")) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    home = Path.of("target", "launcher", "stock").toAbsolutePath();
    String archive = Path.of(URI.create(System.getProperty("stock.url"))).toString();
    Launcher.Outcome unpacked =
        launcher.call(
            List.of(
                "sh",
                "-c",
                "rm -rf \"$0\" && mkdir -p \"$0\" && tar xzf \"$1\" --strip-components=1 -C \"$0\"",
                home.toString(),
                archive));
    assertEquals(unpacked.toString(), 0, unpacked.status);
    int port = Distribution.freePort();
    set("org.apache.karaf.shell", "sshHost", "127.0.0.1");
    set("org.apache.karaf.shell", "sshPort", Integer.toString(port));
    set("org.apache.karaf.management", "rmiRegistryPort", "" + Distribution.freePort());
    set("org.apache.karaf.management", "rmiServerPort", "" + Distribution.freePort());
    // what it brings along and our repository; no other is reached
    set(
        "org.ops4j.pax.url.mvn",
        "org.ops4j.pax.url.mvn.repositories",
        System.getProperty("our.repo"));
    admin = new Ssh(launcher, home, "admin", port);
    Files.writeString(
        home.resolve("etc/keys.properties"),
        "\nadmin = "
            + admin.makeKey()
            + ",_g_:admins\n_g_\\:admins = group,admin,manager,viewer,systembundles,ssh\n",
        StandardOpenOption.APPEND);
    karaf =
        new ProcessBuilder(home.resolve("bin/karaf").toString(), "server")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("output").toFile())
            .start();
    Poll.within(500, "it lets people in", admin::login, login -> login.succeeded);
  }

  @After
  public void end() throws Exception {
    if (karaf != null) {
      List<ProcessHandle> all = karaf.descendants().collect(Collectors.toList());
      all.forEach(ProcessHandle::destroy);
      karaf.destroy();
      karaf.waitFor(30, TimeUnit.SECONDS);
      all.forEach(ProcessHandle::destroyForcibly);
      karaf.destroyForcibly();
    }
  }

  /** Gives a key another value, which may have been one of several lines. */
  private void set(String pid, String key, String value) throws IOException {
    Path file = home.resolve("etc").resolve(pid + ".cfg");
    String definition = "(?m)^" + key.replace(".", "\\.") + "\\s*=(.*\\\\\\n)*.*$";
    String others = Files.readString(file).replaceAll(definition, "");
    Files.writeString(file, others + "\n" + key + " = " + value + "\n");
  }

  @Test
  public void theFeatureKaravelIsInstalledFromItsRepositoryServesAndGoes() throws Exception {
    String before = states("").output;
    Ssh.Answer added = admin.execute("feature:repo-add " + System.getProperty("our.features"));
    assertTrue(added.toString(), added.succeeded);
    // the installation makes Karaf refresh its shell, which may end the session that asked for it
    admin.execute("feature:install karavel");
    Poll.within(
        120,
        "the bundles of Karavel run",
        () -> states("io.karavel."),
        list ->
            list.succeeded
                && list.output.lines().count() == BUNDLES
                && list.output.lines().allMatch(line -> line.contains("Active")));
    Poll.within(
        60,
        "what ran before runs",
        () -> running(states("").output),
        now -> now.containsAll(running(before)));
    twoStacksTalk();

    admin.execute("feature:uninstall karavel");
    Poll.within(
        120,
        "Karavel is gone and what was there before runs",
        () -> states(""),
        list ->
            list.succeeded
                && !list.output.contains("io.karavel.")
                && running(list.output).equals(running(before)));
  }

  private Ssh.Answer states(String name) {
    return admin.execute("bundle:list -t 0 -s --no-format | grep '" + name + "'");
  }

  /** The names of the bundles that run. */
  private static Set<String> running(String list) {
    return list.lines()
        .filter(line -> line.contains("Active"))
        .map(line -> line.split("\t"))
        .map(cells -> cells[cells.length - 1].strip())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Two stacks and the cable between them, configured by shell. */
  private void twoStacksTalk() throws Exception {
    create("io.karavel.nic.memory", "cable1", "leftDevice l1", "rightDevice r1");
    create("io.karavel.ip.interface", "main1", "device l1", "addresses 10.94.1.2/24");
    create("io.karavel.ip.interface", "host1", "stack host", "device r1", "addresses 10.94.1.1/24");
    Poll.within(
        60,
        "the other stack answers",
        () -> admin.execute("ip:ping -c 1 -W 1 10.94.1.1"),
        ping -> ping.output.contains("1 received"));
    Poll.within(
        60,
        "a service answers over TCP",
        () -> admin.execute("tcp:connect --stack host 10.94.1.2 13"),
        time -> time.output.matches("(?s).*\\d\\d:\\d\\d.*"));
    Poll.within(
        60,
        "every module runs",
        () -> admin.execute("net:status --sample 0 --no-format"),
        status ->
            status.output.contains("module\t")
                && status
                    .output
                    .lines()
                    .noneMatch(l -> l.startsWith("module\t") && !l.contains("\trunning\t")));
  }

  private void create(String factory, String name, String... properties) {
    StringBuilder line = new StringBuilder("config:edit --factory --alias " + name + " " + factory);
    for (String property : properties) {
      line.append("; config:property-set ").append(property);
    }
    Ssh.Answer made = admin.execute(line.append("; config:update").toString());
    assertTrue(made.toString(), made.succeeded);
  }
}
