package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TestName;

/** What {@code ./run} promises, and the one sentence it says when it cannot. */
public class LauncherIT {
  /** USER_HZ, the same on every Linux that Java runs on. */
  private static final int TICKS_PER_SECOND = 100;

  private static final double MOST_SECONDS_ON_A_BUSY_MACHINE = 500;
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));

  @Rule public final TestName name = new TestName();
  private final Launcher launcher = new Launcher(CHECKOUT);
  private Path directory;

  @Before
  public void chooseDirectory() {
    directory = Path.of("target", "launcher", name.getMethodName()).toAbsolutePath();
  }

  @Test
  public void startsInTheBackgroundRunsCommandsAndStops() throws Exception {
    int port = Distribution.freePort();
    long begin = System.nanoTime();
    Launcher.Outcome started =
        run("--background", "--clean", "--forward-port", Integer.toString(port));
    double seconds = (System.nanoTime() - begin) / 1e9;
    try {
      assertEquals(started.toString(), 0, started.status);
      // start-time.sh measures on an idle machine; this only sees a start that hangs somewhere
      System.out.printf("unpacked, keys made, started and serving in %.1f s%n", seconds);
      assertTrue(seconds + " s", seconds < MOST_SECONDS_ON_A_BUSY_MACHINE);
      assertTrue(started.output, started.output.contains("curl http://127.0.0.1:" + port + "/"));

      Launcher.Outcome status = run("-c", "net:status");
      assertEquals(status.toString(), 0, status.status);
      assertTrue(status.output, status.output.contains("tcp"));
      assertEquals("", status.errors);

      Launcher.Outcome piped = run("-c", "echo first; bundle:list -s | grep io.karavel.tcp");
      assertEquals(piped.toString(), 2, piped.output.lines().count());
      assertTrue(piped.output, piped.output.startsWith("first\n"));

      Launcher.Outcome failing = run("-c", "net:no-such-command");
      assertEquals(failing.toString(), 1, failing.status);

      Launcher.Outcome page =
          launcher.call(List.of("curl", "-sS", "http://127.0.0.1:" + port + "/status"));
      assertEquals(page.toString(), 0, page.status);
      assertTrue(page.output, page.output.startsWith("{"));

      Poll.until(
          "the idle appliance costs at most 2 % of a core",
          this::percentOfACore, percent -> percent <= 2.0);

      assertRefused(run("--background"), "already running in " + directory);
      assertRefused(
          launcher.run(
              "--background", "--dir", directory + "-2", "--forward-port", Integer.toString(port)),
          "port " + port);

      // Karaf's own client instead of OpenSSH
      Launcher.Outcome withoutOpenSsh =
          new Launcher(CHECKOUT)
              .with("KARAVEL_NO_OPENSSH", "1")
              .run("--dir", directory.toString(), "-c", "echo there");
      assertEquals(withoutOpenSsh.toString(), "there\n", withoutOpenSsh.output);
      assertEquals(0, withoutOpenSsh.status);
    } finally {
      Launcher.Outcome stopped = run("--stop");
      assertEquals(stopped.toString(), 0, stopped.status);
    }
    assertRefused(run("--stop"), "no appliance runs in " + directory);
    assertRefused(run("-c", "net:status"), "no appliance runs in " + directory);
  }

  @Test
  public void whatIsNotConfirmedGoesBackThoughTheApplianceWasKilledAndStartedAgain()
      throws Exception {
    String[] start = {"--background", "--forward-port", Integer.toString(Distribution.freePort())};
    assertEquals(0, run(start).status);
    try {
      Launcher.Outcome set =
          run("-c", "net:config-set --confirm 20s tcp.synRetries=3 ip.defaultTtl=70");
      assertEquals(set.toString(), 0, set.status);
      assertTrue(set.output, set.output.contains("it goes back in 20 s"));
      Path etc = directory.resolve("etc");
      assertTrue(Files.readString(etc.resolve("io.karavel.tcp.cfg")).contains("\nsynRetries = 3"));

      long pid = Long.parseLong(Files.readString(directory.resolve("karaf.pid")).trim());
      ProcessHandle appliance = ProcessHandle.of(pid).orElseThrow();
      appliance.destroyForcibly();
      appliance.onExit().get(60, TimeUnit.SECONDS);
      Launcher.Outcome again = run(start);
      assertEquals(again.toString(), 0, again.status);

      Poll.until(
          "both keys are at their defaults again",
          () ->
              run("-c", "net:config-get --no-format tcp.synRetries ip.defaultTtl").output
                  + Files.readString(etc.resolve("io.karavel.tcp.cfg")),
          text ->
              text.contains("io.karavel.tcp.synRetries\t5\t5\t")
                  && text.contains("io.karavel.ip.defaultTtl\t64\t64\t")
                  && !text.contains("\nsynRetries"));
      Launcher.Outcome history = run("-c", "net:config-history --no-format");
      assertTrue(
          history.toString(), history.output.contains("change 1 was not confirmed within 20 s"));
    } finally {
      run("--stop");
    }
  }

  @Test
  public void twoAppliancesRunSideBySideAndKeepTheirKeysApart() throws Exception {
    Path other = directory.resolveSibling(directory.getFileName() + "-other");
    int[] ports = {Distribution.freePort(), Distribution.freePort()};
    try {
      Launcher.Outcome first =
          run("--background", "--clean", "--forward-port", Integer.toString(ports[0]));
      assertEquals(first.toString(), 0, first.status);
      Launcher.Outcome second =
          launcher.run(
              "--dir",
              other.toString(),
              "--background",
              "--clean",
              "--forward-port",
              Integer.toString(ports[1]));
      assertEquals(second.toString(), 0, second.status);
      assertEquals(0, run("-c", "net:status").status);
      assertEquals(0, launcher.run("--dir", other.toString(), "-c", "net:status").status);
      assertNotEquals(
          Files.readString(directory.resolve("launcher/id_rsa.pub")),
          Files.readString(other.resolve("launcher/id_rsa.pub")));
    } finally {
      run("--stop");
      launcher.run("--dir", other.toString(), "--stop");
    }
  }

  @Test
  public void helpNamesEveryOption() {
    Launcher.Outcome help = launcher.run("--help");
    assertEquals(0, help.status);
    for (String option :
        List.of(
            "--tap",
            "--address",
            "--host-address",
            "--gateway",
            "--mtu",
            "--background",
            "--stop",
            "--keep",
            "--clean",
            "-c",
            "--dir",
            "--help")) {
      assertTrue(option, help.output.contains(option));
    }
  }

  @Test
  public void refusesWrongUsageWithStatusTwo() {
    for (List<String> wrong :
        List.of(
            List.of("--nonsense"),
            List.of("--keep", "--background"),
            List.of("--address"),
            List.of("--address", "10.77.0"),
            List.of("--address", "10.77.0.256"),
            List.of("--address", "10.77.0.2/33"),
            List.of("--address", "10.77.0.1"),
            List.of("--host-address", "10.78.0.1"),
            List.of("--gateway", "192.168.1.1"),
            List.of("--mtu", "67"),
            List.of("--mtu", "many"),
            List.of("--tap", "a-name-that-is-too-long"),
            List.of("--tap", "tap0", "--forward-port", "8078"))) {
      String[] arguments = wrong.toArray(new String[0]);
      Launcher.Outcome refused = run(arguments);
      assertEquals(wrong + ": " + refused, 2, refused.status);
      assertEquals(wrong + ": " + refused, 1, refused.errors.lines().count());
    }
  }

  @Test
  public void saysWhichJavaIsMissing() throws IOException {
    for (String version : List.of("11.0.2", "24")) {
      Path home = directory.resolve("jdk-" + version);
      Files.createDirectories(home.resolve("bin"));
      Path java = home.resolve("bin/java");
      Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"" + version + "\"' >&2\n");
      Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertRefused(
          new Launcher(CHECKOUT)
              .with("JAVA_HOME", home.toString())
              .run("--background", "--dir", directory.resolve("run").toString()),
          "17 to 23");
    }
  }

  @Test
  public void saysThatThePortOfTheForwarderIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertRefused(run("--background", "--forward-port", port), "port " + port);
    }
  }

  @Test
  public void saysThatTheSshPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertRefused(run("--background", "--ssh-port", port), "port " + port);
    }
  }

  @Test
  public void saysThatTheDeviceNameIsTaken() {
    assumeTrue("needs /dev/net/tun", Files.exists(Path.of("/dev/net/tun")));
    assertRefused(run("--background", "--tap", "lo"), "device name lo is taken");
  }

  @Test
  public void saysThatTheTunDeviceIsMissing() {
    assumeRoot();
    Launcher without =
        new Launcher(
            CHECKOUT,
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /dev/net && exec \"$0\" \"$@\"");
    assertRefused(
        without.run("--background", "--tap", "--dir", directory.toString()), "/dev/net/tun");
  }

  @Test
  public void saysThatThePermissionIsMissing() {
    assumeRoot();
    assumeTrue("needs /dev/net/tun", Files.exists(Path.of("/dev/net/tun")));
    Launcher without =
        new Launcher(CHECKOUT, "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin");
    assertRefused(
        without.run("--background", "--tap", "--dir", directory.toString()), "CAP_NET_ADMIN");
  }

  @Test
  public void answersTheKernelOverATapDevice() {
    assumeRoot();
    assumeTrue("needs /dev/net/tun", Files.exists(Path.of("/dev/net/tun")));
    for (String tool : List.of("ip", "ping", "curl")) {
      assumeTrue("needs " + tool, launcher.call(List.of("which", tool)).status == 0);
    }
    String namespace = "karavel-run-" + ProcessHandle.current().pid();
    String[] inside = {"ip", "netns", "exec", namespace};
    Launcher within = new Launcher(CHECKOUT, inside);
    assertEquals(0, launcher.call(List.of("ip", "netns", "add", namespace)).status);
    try {
      assertEquals(0, within(inside, "ip", "link", "set", "lo", "up").status);
      Launcher.Outcome started =
          within.run(
              "--background",
              "--clean",
              "--dir",
              directory.toString(),
              "--tap",
              "karavel9",
              "--address",
              "10.78.0.2/24",
              "--host-address",
              "10.78.0.1",
              "--mtu",
              "1400");
      assertEquals(started.toString(), 0, started.status);
      Launcher.Outcome ping =
          within(inside, "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.78.0.2");
      assertEquals(ping.toString(), 0, ping.status);
      Launcher.Outcome page = within(inside, "curl", "-sS", "http://10.78.0.2/status");
      assertEquals(page.toString(), 0, page.status);
      Launcher.Outcome link = within(inside, "ip", "link", "show", "karavel9");
      assertTrue(link.toString(), link.output.contains("mtu 1400"));
    } finally {
      Launcher.Outcome stopped = within.run("--dir", directory.toString(), "--stop");
      Launcher.Outcome left = within(inside, "ip", "link", "show", "karavel9");
      launcher.call(List.of("ip", "netns", "delete", namespace));
      assertEquals(stopped.toString(), 0, stopped.status);
      assertNotEquals("the device went with the appliance", 0, left.status);
    }
  }

  /** The processor time of the appliance within two seconds, as Linux counts it. */
  private double percentOfACore() throws Exception {
    Path stat = Path.of("/proc", Files.readString(directory.resolve("karaf.pid")).trim(), "stat");
    long before = ticks(stat);
    Thread.sleep(2000);
    return (ticks(stat) - before) * 100.0 / (2 * TICKS_PER_SECOND);
  }

  private static long ticks(Path stat) throws IOException {
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private Launcher.Outcome run(String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--dir";
    all[arguments.length + 1] = directory.toString();
    return launcher.run(all);
  }

  private Launcher.Outcome within(String[] inside, String... command) {
    List<String> all = new java.util.ArrayList<>(List.of(inside));
    all.addAll(List.of(command));
    return launcher.call(all);
  }

  private static void assertRefused(Launcher.Outcome outcome, String what) {
    assertEquals(outcome.toString(), 1, outcome.status);
    assertEquals("one sentence: " + outcome, 1, outcome.errors.lines().count());
    assertTrue(outcome.toString(), outcome.errors.contains(what));
  }

  private static void assumeRoot() {
    assumeTrue("needs root", "root".equals(System.getProperty("user.name")));
  }
}
