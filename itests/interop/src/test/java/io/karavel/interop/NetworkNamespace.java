package io.karavel.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network namespace of Linux with a name of its own (process id and number), in which commands
 * are run. {@link #close()} ends the processes that were started in it and removes it; so does the
 * end of the JVM, and if that is killed, the next run that makes a namespace.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final String PREFIX = "karavel-it-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]+)-[0-9]+");
  private static final long PATIENCE_SECONDS = 120;
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Set<NetworkNamespace> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> new ArrayList<>(OPEN).forEach(NetworkNamespace::close)));
  }

  private final String name =
      PREFIX + ProcessHandle.current().pid() + "-" + COUNT.getAndIncrement();
  private final List<Process> processes = new ArrayList<>();

  private NetworkNamespace() {}

  /** A fresh namespace with its loopback up and without IPv6. */
  public static NetworkNamespace create() {
    removeLeftOvers();
    NetworkNamespace namespace = new NetworkNamespace();
    run(List.of("ip", "netns", "add", namespace.name)).orFail();
    OPEN.add(namespace);
    namespace.run("ip", "link", "set", "lo", "up").orFail();
    // without it the kernel would chat in IPv6 on every device
    namespace.sysctl("net/ipv6/conf/default/disable_ipv6", "1");
    return namespace;
  }

  /** Why namespaces cannot be made here; empty if they can. */
  static String refusal() {
    String probe = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.getAndIncrement();
    CommandResult result = run(List.of("ip", "netns", "add", probe));
    if (result.exit() != 0) {
      return "cannot make a network namespace: " + result.output().strip();
    }
    run(List.of("ip", "netns", "delete", probe));
    return "";
  }

  private static void removeLeftOvers() {
    Path folder = Path.of("/run/netns");
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String left = file.getFileName().toString();
        Matcher matcher = NAME.matcher(left);
        if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
          endProcesses(left);
          run(List.of("ip", "netns", "delete", left));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what runs in a namespace of ours, each by its id. */
  private static void endProcesses(String namespace) {
    for (String pid : run(List.of("ip", "netns", "pids", namespace)).lines()) {
      if (pid.matches("[0-9]+")) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** Its name, for {@code ip netns exec}. */
  public String name() {
    return name;
  }

  private List<String> inside(String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return all;
  }

  /** Runs a command in it to its end, which is awaited two minutes at most. */
  public CommandResult run(String... command) {
    return run(inside(command));
  }

  private static CommandResult run(List<String> command) {
    Path output = null;
    Process process = null;
    try {
      output = Files.createTempFile("karavel-it", ".out");
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(
            String.join(" ", command)
                + " did not end:\n"
                + Files.readString(output, StandardCharsets.UTF_8));
      }
      String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      return new CommandResult(command, process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + command + " ran", e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      if (output != null) {
        output.toFile().delete();
      }
    }
  }

  /** Starts a command in it that goes on while the test does; it is ended with the namespace. */
  public Process start(ProcessBuilder builder) {
    return pipeline(builder).get(0);
  }

  /** Likewise several, of which each reads what the one before it writes. */
  public List<Process> pipeline(ProcessBuilder... builders) {
    for (ProcessBuilder builder : builders) {
      builder.command(inside(builder.command().toArray(new String[0])));
    }
    try {
      List<Process> started = ProcessBuilder.startPipeline(List.of(builders));
      synchronized (processes) {
        processes.addAll(started);
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets a parameter of the kernel in this namespace, as in {@code net/ipv4/tcp_syn_retries}. */
  public NetworkNamespace sysctl(String path, String value) {
    run("sh", "-c", "echo '" + value + "' > /proc/sys/" + path).orFail();
    return this;
  }

  @Override
  public void close() {
    if (!OPEN.remove(this)) {
      return;
    }
    synchronized (processes) {
      for (Process process : processes) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      for (Process process : processes) {
        try {
          process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
    run(List.of("ip", "netns", "delete", name));
  }

  @Override
  public String toString() {
    return name;
  }
}
