package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.testkit.StackHarness;
import java.util.ArrayList;
import java.util.List;

/** A stack of a run, and what stands on it. */
final class Node {
  final String name;
  final StackHarness stack;
  final List<Server> servers = new ArrayList<>();
  boolean tcpAway;

  Node(String name, StackHarness stack) {
    this.name = name;
    this.stack = stack;
  }

  /** A way to another node. */
  record Way(Node to, IpAddress from, IpAddress address) {}

  final List<Way> ways = new ArrayList<>();

  /** Whether nothing that it sends waits for a MAC address. */
  boolean isBareIp() {
    return stack.isBareIp(stack.devices().get(0));
  }

  @Override
  public String toString() {
    return name;
  }
}
