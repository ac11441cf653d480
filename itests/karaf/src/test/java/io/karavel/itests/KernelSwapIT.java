package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/**
 * Modules are replaced while a Linux peer behind a TAP streams; the peer says how long nothing
 * came. {@code -Dkaravel.swaps}, {@code -Dkaravel.streams} and {@code -Dkaravel.idle} make it
 * larger; with {@code -Dkaravel.pauses=true} the pauses must be within their bounds.
 */
public class KernelSwapIT {
  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final String ADDRESS = "10.79.0.2";
  private static final int SWAPS = Integer.getInteger("karavel.swaps", 2);
  private static final int STREAMS = Integer.getInteger("karavel.streams", 4);
  private static final int IDLE = Integer.getInteger("karavel.idle", 20);
  private static final boolean PAUSES = Boolean.getBoolean("karavel.pauses");
  private static final List<String> MODULES = List.of("timer", "nic-tap", "ip", "tcp", "services");
  private static final Pattern GAP = Pattern.compile("gap ([0-9]+) ([0-9]+)");

  private final String namespace = "karavel-swap-" + ProcessHandle.current().pid();
  private final String[] inside = {"ip", "netns", "exec", namespace};
  private final Launcher launcher = new Launcher(CHECKOUT);
  private final Launcher within = new Launcher(CHECKOUT, inside);
  private final Path directory = Path.of("target", "launcher", "kernel-swap").toAbsolutePath();
  private final ModuleJars jars = new ModuleJars();

  /** What the peer noticed: the length of each gap by its end. */
  private final ConcurrentLinkedQueue<long[]> gaps = new ConcurrentLinkedQueue<>();

  private volatile String last = "";
  private Process peer;

  @Before
  public void startTheAppliance() throws Exception {
    assumeTrue("needs /dev/net/tun", Files.isWritable(Path.of("/dev/net/tun")));
    for (String tool : List.of("ip", "nstat")) {
      assumeTrue("needs " + tool, launcher.call(List.of("which", tool)).status == 0);
    }
    assertEquals(0, launcher.call(List.of("ip", "netns", "add", namespace)).status);
    in("ip", "link", "set", "lo", "up");
    Launcher.Outcome started =
        within.run(
            "--background",
            "--clean",
            "--dir",
            directory.toString(),
            "--tap",
            "karavel8",
            "--address",
            ADDRESS + "/24",
            "--host-address",
            "10.79.0.1");
    assertEquals(started.toString(), 0, started.status);
    shell("config:property-set -p io.karavel.services maxConnections 100000");
    peer =
        new ProcessBuilder(
                command(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-cp",
                    Path.of("target", "test-classes").toAbsolutePath().toString(),
                    KernelEcho.class.getName(),
                    ADDRESS,
                    "7",
                    Integer.toString(STREAMS),
                    Integer.toString(IDLE)))
            .redirectErrorStream(true)
            .start();
    new Thread(this::listen, "peer").start();
    Poll.until("the peer is connected", () -> last, "ready"::equals);
  }

  private void listen() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher gap = GAP.matcher(line);
        if (gap.matches()) {
          gaps.add(new long[] {Long.parseLong(gap.group(1)), Long.parseLong(gap.group(2))});
        } else {
          last = line;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @After
  public void stopTheAppliance() {
    if (peer != null) {
      peer.destroyForcibly();
    }
    within.run("--dir", directory.toString(), "--stop");
    launcher.call(List.of("ip", "netns", "delete", namespace));
  }

  @Test
  public void aLinuxPeerLosesNothingAndDoesNotTimeOutWhenModulesAreSwapped() throws Exception {
    long timeoutsBefore = nstat("TcpExtTCPTimeouts");
    long retransmittedBefore = nstat("TcpRetransSegs");
    long probesBefore = nstat("TcpExtTCPLossProbes");
    Map<String, List<Long>> pauses = new TreeMap<>();
    for (int i = 0; i < SWAPS; i++) {
      for (String module : MODULES) {
        String swap =
            i % 2 == 0
                ? "net:module-swap --watch 0s " + module + " " + jar(module)
                : "net:module-rollback " + module;
        long beginNanos = System.nanoTime();
        String said = shell(swap);
        assertTrue(said, said.contains("committed"));
        pauses.computeIfAbsent(module, m -> new ArrayList<>()).add(longest(beginNanos));
      }
    }
    report("net:module-swap", pauses);
    System.out.println(
        "at the peer: TCPTimeouts +"
            + (nstat("TcpExtTCPTimeouts") - timeoutsBefore)
            + ", TcpRetransSegs +"
            + (nstat("TcpRetransSegs") - retransmittedBefore)
            + ", TCPLossProbes +"
            + (nstat("TcpExtTCPLossProbes") - probesBefore));
    endThePeer();
    if (PAUSES) {
      assertEquals("TCPTimeouts", timeoutsBefore, nstat("TcpExtTCPTimeouts"));
      bounds(pauses, 10, 50, 150);
    }
  }

  @Test
  public void aLinuxPeerLosesNothingWhenBundlesAreUpdated() throws Exception {
    Map<String, List<Long>> pauses = new TreeMap<>();
    for (int i = 0; i < SWAPS; i++) {
      for (String module : MODULES) {
        long beginNanos = System.nanoTime();
        shell("bundle:update io.karavel." + module);
        pauses.computeIfAbsent(module, m -> new ArrayList<>()).add(longest(beginNanos));
      }
    }
    report("bundle:update", pauses);
    endThePeer();
    if (PAUSES) {
      bounds(pauses, 150, 150, 1000);
    }
  }

  private void endThePeer() throws Exception {
    peer.getOutputStream().close();
    assertTrue("the peer ends", peer.waitFor(60, TimeUnit.SECONDS));
    Poll.until("the peer has spoken", () -> last, word -> !word.equals("ready"));
    assertTrue(last, last.startsWith("exact "));
    System.out.println("the peer: " + last + " bytes, " + STREAMS + " streams, " + IDLE + " idle");
  }

  private long longest(long sinceNanos) {
    return gaps.stream()
        .filter(gap -> gap[0] - sinceNanos >= 0)
        .mapToLong(gap -> gap[1])
        .max()
        .orElse(0);
  }

  private static void report(String what, Map<String, List<Long>> pauses) {
    pauses.forEach((module, nanos) -> System.out.println(what + " " + module + figures(nanos)));
    System.out.println(what + " of all" + figures(all(pauses)));
  }

  private static List<Long> all(Map<String, List<Long>> pauses) {
    return pauses.values().stream().flatMap(List::stream).toList();
  }

  private static String figures(List<Long> nanos) {
    return String.format(
        ": longest time without a byte at the peer, %d times: p50 %.1f ms, p99 %.1f ms, max %.1f"
            + " ms",
        nanos.size(), millis(nanos, 50), millis(nanos, 99), millis(nanos, 100));
  }

  private static double millis(List<Long> nanos, int percent) {
    List<Long> sorted = nanos.stream().sorted().toList();
    int index = (int) Math.ceil(sorted.size() * percent / 100.0) - 1;
    return sorted.get(Math.max(0, index)) / 1e6;
  }

  private static void bounds(Map<String, List<Long>> pauses, int p50, int p99, int max) {
    List<Long> nanos = all(pauses);
    assertTrue("p50 at most " + p50 + " ms", millis(nanos, 50) <= p50);
    assertTrue("p99 at most " + p99 + " ms", millis(nanos, 99) <= p99);
    assertTrue("always below " + max + " ms", millis(nanos, 100) < max);
  }

  private String jar(String module) throws Exception {
    Path target = CHECKOUT.resolve("bundles").resolve(module).resolve("target");
    try (Stream<Path> files = Files.list(target)) {
      Path built =
          files
              .filter(
                  file -> file.getFileName().toString().matches(module + "-[0-9].*SNAPSHOT.jar"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no jar of " + module + " in " + target));
      return jars.version(built, "0.1.1").toUri().toString();
    }
  }

  private String shell(String command) {
    Launcher.Outcome outcome = within.run("--dir", directory.toString(), "-c", command);
    assertEquals(command + ": " + outcome, 0, outcome.status);
    return outcome.output;
  }

  private String in(String... words) {
    Launcher.Outcome outcome = launcher.call(command(words));
    assertEquals(outcome.toString(), 0, outcome.status);
    return outcome.output;
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(inside));
    command.addAll(Arrays.asList(words));
    return command;
  }

  /** A counter of the kernel in the namespace. */
  private long nstat(String counter) {
    return in("nstat", "-asz", counter)
        .lines()
        .filter(line -> line.startsWith(counter))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
        .findFirst()
        .orElse(0);
  }
}
