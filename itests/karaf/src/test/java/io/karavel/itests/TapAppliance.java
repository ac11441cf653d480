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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The appliance on a TAP in a network namespace of its own, and Linux as its peer. */
final class TapAppliance implements AutoCloseable {
  /** The appliance's address. */
  static final String ADDRESS = "10.79.0.2";

  /** The name of its TAP device. */
  static final String DEVICE = "karavel8";

  /** Nobody else is in the namespace. */
  private static final int SSH_PORT = 8101;

  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));
  private static final Pattern GAP = Pattern.compile("gap ([0-9]+) ([0-9]+) ([0-9]+)");

  private final String namespace = "karavel-swap-" + ProcessHandle.current().pid();
  private final String[] inside = {"ip", "netns", "exec", namespace};
  private final Launcher launcher = new Launcher(CHECKOUT);
  private final Launcher within = new Launcher(CHECKOUT, inside);
  private final Path directory;
  private final ModuleJars jars = new ModuleJars();

  /** What the peer noticed: when a gap ended, how long it was in nanoseconds, and the stream. */
  final ConcurrentLinkedQueue<long[]> gaps = new ConcurrentLinkedQueue<>();

  private volatile String last = "";
  private Process peer;

  /** Not started yet; {@code name} is that of its directory. */
  TapAppliance(String name) {
    directory = Path.of("target", "launcher", name).toAbsolutePath();
  }

  /** Starts it; the test is skipped where that cannot be, or one of the tools is missing. */
  void start(String... tools) {
    assumeTrue("needs /dev/net/tun", Files.isWritable(Path.of("/dev/net/tun")));
    List<String> all = new ArrayList<>(List.of("ip", "nstat"));
    all.addAll(List.of(tools));
    for (String tool : all) {
      assumeTrue("needs " + tool, launcher.call(List.of("which", tool)).status == 0);
    }
    assertEquals(0, launcher.call(List.of("ip", "netns", "add", namespace)).status);
    in("ip", "link", "set", "lo", "up");
    start(true);
    shell("config:property-set -p io.karavel.services maxConnections 100000");
  }

  /** Starts it again after a stop, with what it has kept. */
  void startAgain() {
    start(false);
  }

  private void start(boolean clean) {
    List<String> words = new ArrayList<>(List.of("--background", "--tap", DEVICE));
    words.addAll(List.of("--address", ADDRESS + "/24", "--host-address", "10.79.0.1"));
    words.addAll(List.of("--ssh-port", Integer.toString(SSH_PORT)));
    if (clean) {
      words.add("--clean");
    }
    run(words.toArray(new String[0]));
  }

  /** Calls {@code ./run} for it, which must succeed. */
  String run(String... words) {
    List<String> all = new ArrayList<>(List.of("--dir", directory.toString()));
    all.addAll(Arrays.asList(words));
    Launcher.Outcome outcome = within.run(all.toArray(new String[0]));
    assertEquals(all + ": " + outcome, 0, outcome.status);
    return outcome.output;
  }

  /** A command of its shell. */
  String shell(String command) {
    return run("-c", command);
  }

  /** Where it runs. */
  Path directory() {
    return directory;
  }

  /** Its console, to be closed: a command there costs no login. */
  Ssh.Terminal terminal() throws Exception {
    return Ssh.ofLauncher(within, directory, SSH_PORT).terminal();
  }

  /** A command beside it in the namespace. */
  String in(String... words) {
    Launcher.Outcome outcome = launcher.call(command(words));
    assertEquals(outcome.toString(), 0, outcome.status);
    return outcome.output;
  }

  /** Words that run a command in the namespace. */
  List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(inside));
    command.addAll(Arrays.asList(words));
    return command;
  }

  /** A counter of the kernel in the namespace. */
  long nstat(String counter) {
    return in("nstat", "-asz", counter)
        .lines()
        .filter(line -> line.startsWith(counter))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
        .findFirst()
        .orElse(0);
  }

  /** The address of another version of a module. */
  String jar(String module, String version) throws IOException {
    return jarFile(module, version).toUri().toString();
  }

  /** Another version of a module that was built here. */
  Path jarFile(String module, String version) throws IOException {
    Path target = CHECKOUT.resolve("bundles").resolve(module).resolve("target");
    try (Stream<Path> files = Files.list(target)) {
      Path built =
          files
              .filter(
                  file -> file.getFileName().toString().matches(module + "-[0-9].*SNAPSHOT.jar"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no jar of " + module + " in " + target));
      return jars.version(built, version);
    }
  }

  /** Starts a program of the peer's, which is told of the echo, and waits until it is ready. */
  void startPeer(Class<?> program, long... numbers) throws Exception {
    // it stands for another machine: what this one's does must not keep it from running
    List<String> words = new ArrayList<>(List.of("nice", "-n", "-10"));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-cp"));
    words.add(Path.of("target", "test-classes").toAbsolutePath().toString());
    words.addAll(List.of(program.getName(), ADDRESS, "7"));
    LongStream.of(numbers).mapToObj(Long::toString).forEach(words::add);
    peer =
        new ProcessBuilder(command(words.toArray(new String[0]))).redirectErrorStream(true).start();
    new Thread(this::listen, "peer").start();
    Poll.within(240, "the peer is connected", () -> last, "ready"::equals);
  }

  /** Says a line to the peer; returns its answer, which begins with the same word. */
  String askPeer(String line) throws Exception {
    last = "";
    peer.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
    peer.getOutputStream().flush();
    String answer = Poll.within(240, "the peer answers", () -> last, word -> !word.isEmpty());
    assertTrue(answer, answer.startsWith(line));
    return answer;
  }

  private void listen() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher gap = GAP.matcher(line);
        if (gap.matches()) {
          gaps.add(
              new long[] {
                Long.parseLong(gap.group(1)),
                Long.parseLong(gap.group(2)),
                Long.parseLong(gap.group(3))
              });
        } else {
          last = line;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has the peer come to its end and say that all was exact; returns its words. */
  String endPeer() throws Exception {
    peer.getOutputStream().close();
    assertTrue("the peer ends", peer.waitFor(120, TimeUnit.SECONDS));
    Poll.until("the peer has spoken", () -> last, word -> word.startsWith("exact "));
    return last;
  }

  @Override
  public void close() {
    if (peer != null) {
      peer.destroyForcibly();
    }
    within.run("--dir", directory.toString(), "--stop");
    launcher.call(List.of("ip", "netns", "delete", namespace));
  }
}
