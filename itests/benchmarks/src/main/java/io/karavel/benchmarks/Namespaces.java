package io.karavel.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * Two network namespaces of our own, joined by a veth pair, and a TAP in the client's: the kernel
 * and the stack side by side. Everything goes with {@link #close()}.
 */
final class Namespaces implements AutoCloseable {
  static final String KERNEL = "10.54.0.2";
  static final String STACK = "10.53.0.2";
  static final String KERNEL_PLAIN = "10.58.0.2";
  static final String TAP = "tapkv";
  private static final int CLIENT_ADDRESSES = 64;

  private final NamespaceSet set = new NamespaceSet("cubic", "kvbc", "kvbs");
  private final String client = set.name(0);
  private final String server = set.name(1);

  Namespaces() throws IOException {
    tap();
    veth("vk", 54, true);
    veth("vp", 58, false);
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

  /** The name of the client's namespace. */
  String client() {
    return client;
  }

  /** A command line that runs {@code command} where the client is. */
  List<String> inClient(List<String> command) {
    return NamespaceSet.in(client, command);
  }

  /** A command line that runs {@code command} where the kernel's server is. */
  List<String> inServer(List<String> command) {
    return NamespaceSet.in(server, command);
  }

  @Override
  public void close() {
    set.close();
  }
}
