package io.karavel.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of our own, tuned alike, that go with {@link #close()} or with the JVM; their
 * names carry the pid, so that two runs never meet. Congestion controls that they may choose are
 * allowed on the machine for as long.
 */
final class NamespaceSet implements AutoCloseable {
  private static final String ALLOWED = "net.ipv4.tcp_allowed_congestion_control";

  private final List<String> names;
  private final String allowedBefore;
  private final Thread hook = new Thread(this::remove, "namespaces-remove");

  /**
   * Makes them.
   *
   * @param controls congestion controls to be allowed, with spaces between
   * @param prefixes what their names begin with
   */
  NamespaceSet(String controls, String... prefixes) throws IOException {
    List<String> all = new ArrayList<>();
    for (String prefix : prefixes) {
      all.add(prefix + ProcessHandle.current().pid());
    }
    names = List.copyOf(all);
    allowedBefore = Shell.run("sysctl", "-n", ALLOWED).strip();
    Runtime.getRuntime().addShutdownHook(hook);
    // a namespace may choose only what the machine's list allows
    Shell.run("sysctl", "-qw", ALLOWED + "=" + allowedBefore + " " + controls);
    for (String name : names) {
      Shell.run("ip", "netns", "add", name);
      Shell.run("ip", "-n", name, "link", "set", "lo", "up");
      tune(name);
    }
  }

  /** The whole name of one, by its place among the prefixes. */
  String name(int index) {
    return names.get(index);
  }

  /** A command line that runs {@code command} in one of them. */
  static List<String> in(String namespace, List<String> command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(command);
    return all;
  }

  /** Sets what both ends of a measurement depend on. */
  private static void tune(String namespace) throws IOException {
    Shell.run(
        "ip",
        "netns",
        "exec",
        namespace,
        "sysctl",
        "-qw",
        "net.ipv4.tcp_congestion_control=cubic",
        "net.ipv4.ip_local_port_range=1024 65535",
        "net.ipv4.tcp_max_tw_buckets=1000000",
        "net.ipv4.tcp_tw_reuse=1",
        "net.ipv4.tcp_max_syn_backlog=8192",
        "net.core.somaxconn=8192",
        "net.ipv4.tcp_no_metrics_save=1",
        "net.ipv4.tcp_rmem=4096 131072 33554432",
        "net.ipv4.tcp_wmem=4096 16384 4194304",
        "net.ipv4.conf.all.arp_announce=2",
        "net.ipv4.conf.default.arp_announce=2",
        "net.ipv6.conf.all.disable_ipv6=1",
        "net.ipv6.conf.default.disable_ipv6=1");
  }

  private void remove() {
    for (String name : names) {
      Shell.quietly("ip", "netns", "del", name);
    }
    Shell.quietly("sysctl", "-qw", ALLOWED + "=" + allowedBefore);
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
