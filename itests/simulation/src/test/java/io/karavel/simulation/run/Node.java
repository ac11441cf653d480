package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.congestion.bbr.internal.BbrFactory;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.testkit.StackHarness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A stack of a run, and what stands on it. */
final class Node {
  final String name;
  final StackHarness stack;
  final List<Server> servers = new ArrayList<>();
  boolean tcpAway;

  /** What its configuration says beside the defaults, by PID and key. */
  final Map<String, Map<String, Object>> keys = new HashMap<>();

  Node(String name, StackHarness stack) {
    this.name = name;
    this.stack = stack;
  }

  /** A way to another node. */
  record Way(Node to, IpAddress from, IpAddress address) {}

  final List<Way> ways = new ArrayList<>();

  /** Routers have told it that packets are too large. */
  boolean meetsRouters;

  /** Whether what is at its wires is no stack. */
  private boolean meetsStrangers() {
    return ways.stream().anyMatch(way -> way.to() == null);
  }

  /** Whether it may be told of the MTU of a way. */
  boolean isToldOfWays() {
    return meetsRouters || meetsStrangers();
  }

  /** Whether nothing that it sends waits for a MAC address. */
  boolean isBareIp() {
    return stack.isBareIp(stack.devices().get(0));
  }

  /** What the bundle of BBR offers; null while it is not there, or never is. */
  private CongestionControlFactory bbr;

  /** Whether what may go at once may go in parts nevertheless. */
  boolean paces;

  /** The bundle of BBR comes. */
  void offerBbr() {
    paces = true;
    bbr = new BbrFactory();
    stack.arrive(bbr);
  }

  /** It leaves. */
  void withdrawBbr() {
    stack.leave(bbr);
    bbr = null;
  }

  @Override
  public String toString() {
    return name;
  }
}
