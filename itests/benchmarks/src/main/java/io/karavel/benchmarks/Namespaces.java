package io.karavel.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces of our own, joined by a veth pair, and a TAP in the client's: the kernel
 * and the stack side by side. Everything goes with {@link #close()}; the names carry the pid, so
 * that two runs never meet.
 */
final class Namespaces implements AutoCloseable {
  static final String KERNEL = "10.54.0.2";
  static final String STACK = "10.53.0.2";
  static final String KERNEL_PLAIN = "10.58.0.2";
  static final String TAP = "tapkv";
  private static final String ALLOWED = "net.ipv4.tcp_allowed_congestion_control";
  private static final int CLIENT_ADDRESSES = 64;

  private final String client = "kvbc" + ProcessHandle.current().pid();
  private final String server = "kvbs" + ProcessHandle.current().pid();
  private final String allowedBefore;
  private final Thread hook = new Thread(this::remove, "namespaces-remove");

  Namespaces() throws IOException {
    allowedBefore = Shell.run("sysctl", "-n", ALLOWED).strip();
    Runtime.getRuntime().addShutdownHook(hook);
    // a namespace may choose cubic only if the machine's list allows it
    Shell.run("sysctl", "-qw", ALLOWED + "=" + allowedBefore + " cubic");
    for (String namespace : List.of(client, server)) {
      Shell.run("ip", "netns", "add", namespace);
      Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
      tune(namespace);
    }
    tap();
    veth("vk", 54, true);
    veth("vp", 58, false);
  }

  /** Sets what both ends of a measurement depend on. */
  static void tune(String namespace) throws IOException {
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

  private void tap() throws IOException {
    Shell.run("ip", "-n", client, "tuntap", "add", "dev", TAP, "mode", "tap");
    Shell.run("ip", "-n", client, "link", "set", TAP, "up", "txqueuelen", "1000");
    addresses(TAP, 53);
  }

  private void veth(String prefix, int net, boolean offloads) throws IOException {
    String near = prefix + "0";
    String far = prefix + "1";
    Shell.run(
        "ip", "-n", client, "link", "add", near, "type", "veth", "peer", "name", far, "netns",
        server);
    Shell.run("ip", "-n", client, "link", "set", near, "up");
    Shell.run("ip", "-n", server, "link", "set", far, "up");
    addresses(near, net);
    Shell.run("ip", "-n", server, "addr", "add", "10." + net + ".0.2/24", "dev", far);
    Shell.run(
        "ip", "-n", server, "route", "add", "10." + net + ".1.0/24", "via", "10." + net + ".0.1");
    if (!offloads) {
      for (String[] end : new String[][] {{client, near}, {server, far}}) {
        Shell.run(
            "ip", "netns", "exec", end[0], "ethtool", "-K", end[1], "tso", "off", "gso", "off",
            "gro", "off", "tx", "off");
      }
    }
  }

  private void addresses(String device, int net) throws IOException {
    Shell.run("ip", "-n", client, "addr", "add", "10." + net + ".0.1/16", "dev", device);
    for (int i = 1; i <= CLIENT_ADDRESSES; i++) {
      Shell.run("ip", "-n", client, "addr", "add", "10." + net + ".1." + i + "/16", "dev", device);
    }
  }

  /** A command line that runs {@code command} where the client is. */
  List<String> inClient(List<String> command) {
    return in(client, command);
  }

  /** A command line that runs {@code command} where the kernel's server is. */
  List<String> inServer(List<String> command) {
    return in(server, command);
  }

  private static List<String> in(String namespace, List<String> command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(command);
    return all;
  }

  private void remove() {
    for (String namespace : List.of(client, server)) {
      Shell.quietly("ip", "netns", "del", namespace);
    }
    Shell.quietly("sysctl", "-qw", ALLOWED + "=" + allowedBefore);
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
