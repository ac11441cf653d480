package io.karavel.benchmarks;

import io.karavel.benchmarks.bad.Emulator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Three network namespaces: the client's; the kernel's server, which gets the far end of the wire
 * itself; and the stack's, where a bridge joins the far end, the stack's TAP and a kernel's server
 * to compete with. Everything goes with {@link #close()}.
 */
final class BadNamespaces implements AutoCloseable {
  static final String FAR = "10.55.0.2";
  static final String COMPETITOR = "10.55.0.3";
  static final String TAP = "tapkv";
  private static final String QUEUE = "10000";

  private final NamespaceSet set = new NamespaceSet("cubic bbr", "kvxc", "kvxk", "kvxs");
  private final String client = set.name(0);
  private final String kernel = set.name(1);
  private final String stack = set.name(2);
  private final Thread hook = new Thread(this::cut, "wire-cut");
  private Process emulator;

  BadNamespaces() throws IOException {
    Runtime.getRuntime().addShutdownHook(hook);
    Shell.run("ip", "-n", stack, "link", "add", "br0", "type", "bridge");
    Shell.run("ip", "-n", stack, "tuntap", "add", "dev", TAP, "mode", "tap");
    Shell.run("ip", "-n", stack, "link", "set", TAP, "master", "br0", "up", "txqueuelen", QUEUE);
    Shell.run("ip", "-n", stack, "addr", "add", COMPETITOR + "/24", "dev", "br0");
    Shell.run("ip", "-n", stack, "link", "set", "br0", "up");
  }

  /** Lays a wire between the client and the kernel's server, or the stack. */
  void wire(BadCell cell, boolean toStack, long seed) throws IOException {
    cut();
    List<String> command =
        NamespaceSet.in(
            client,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Emulator.class.getName(),
                "em0",
                "em1",
                Double.toString(cell.loss()),
                Double.toString(cell.reordering()),
                Double.toString(cell.megabitsPerSecond()),
                Integer.toString(cell.queuePackets()),
                Long.toString(seed)));
    emulator = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(emulator.getInputStream(), StandardCharsets.UTF_8));
    if (!"ready".equals(out.readLine())) {
      throw new IOException("the wire emulator did not start");
    }
    Shell.run("ip", "-n", client, "addr", "add", "10.55.0.1/24", "dev", "em0");
    Shell.run("ip", "-n", client, "link", "set", "em0", "up", "txqueuelen", QUEUE);
    String far = toStack ? stack : kernel;
    Shell.run("ip", "-n", client, "link", "set", "em1", "netns", far);
    if (toStack) {
      Shell.run("ip", "-n", far, "link", "set", "em1", "master", "br0");
    } else {
      Shell.run("ip", "-n", far, "addr", "add", FAR + "/24", "dev", "em1");
    }
    Shell.run("ip", "-n", far, "link", "set", "em1", "up", "txqueuelen", QUEUE);
  }

  private void cut() {
    if (emulator != null) {
      emulator.destroyForcibly();
      try {
        emulator.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      emulator = null;
    }
  }

  /** Which congestion control the kernel's servers use from now on. */
  void kernelControl(String name) throws IOException {
    for (String namespace : List.of(kernel, stack)) {
      Shell.run(
          "ip",
          "netns",
          "exec",
          namespace,
          "sysctl",
          "-qw",
          "net.ipv4.tcp_congestion_control=" + name);
    }
  }

  /** Whether this kernel has a congestion control. */
  static boolean kernelHas(String name) throws IOException {
    return (" "
            + Shell.run("sysctl", "-n", "net.ipv4.tcp_available_congestion_control").strip()
            + " ")
        .toLowerCase(Locale.ROOT)
        .contains(" " + name + " ");
  }

  /** The name of the stack's namespace. */
  String stack() {
    return stack;
  }

  List<String> inClient(List<String> command) {
    return NamespaceSet.in(client, command);
  }

  List<String> inKernel(List<String> command) {
    return NamespaceSet.in(kernel, command);
  }

  List<String> inStack(List<String> command) {
    return NamespaceSet.in(stack, command);
  }

  @Override
  public void close() {
    cut();
    set.close();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
