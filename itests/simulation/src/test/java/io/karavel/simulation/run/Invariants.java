package io.karavel.simulation.run;

import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;
import java.util.Map;

/** What must hold of a stack from inside after every event, and at the end. */
final class Invariants {
  private static final int EVENTS_PER_LOOK = 16;

  private final World world;
  private final List<App> apps;
  private long events;

  Invariants(World world, List<App> apps) {
    this.world = world;
    this.apps = apps;
  }

  void afterEvent() {
    events++;
    for (Node node : world.nodes) {
      if (node.stack.crashes() > 0) {
        throw new AssertionError(
            node + ": a module failed: " + node.stack.stack().lane().events().since(0));
      }
    }
    for (App app : apps) {
      if (app.peer != null && app.read > app.peer.written()) {
        throw new AssertionError(app + " has read more than was written");
      }
    }
    if (events % EVENTS_PER_LOOK == 0) {
      for (Node node : world.nodes) {
        if (!node.tcpAway) {
          look(node);
        }
      }
    }
  }

  private void look(Node node) {
    for (TcpConnectionInfo info : node.stack.connections(c -> c.remote() != null)) {
      boolean waits = info.sendQueue() > 0 && info.state().isSynchronized();
      if (waits && info.timer().isEmpty()) {
        throw new AssertionError(node + ": data is outstanding and no timer armed: " + info);
      }
      Map<String, Object> details = info.id() == 0 ? Map.of() : detailsOf(node, info);
      if (!details.isEmpty() && info.state().isSynchronized()) {
        lookInside(node, info, details);
      }
    }
  }

  private static Map<String, Object> detailsOf(Node node, TcpConnectionInfo info) {
    TcpConnectionInfo full = node.stack.tcpControl().info(info.id());
    return full == null ? Map.of() : full.details();
  }

  private static void lookInside(Node node, TcpConnectionInfo info, Map<String, Object> details) {
    int una = number(details, "sndUna");
    int nxt = number(details, "sndNxt");
    if (nxt - una < 0) {
      throw new AssertionError(node + ": SND.UNA is beyond SND.NXT: " + info + details);
    }
  }

  private static int number(Map<String, Object> details, String name) {
    return ((Number) details.get(name)).intValue();
  }

  void nothingIsLeft(Node node) {
    List<TcpConnectionInfo> left = node.stack.connections(c -> true);
    if (!left.isEmpty()) {
      throw new AssertionError(node + ": connections that never end: " + left);
    }
    if (node.stack.tcpSummary().bufferBytes() != 0) {
      throw new AssertionError(
          node + ": " + node.stack.tcpSummary().bufferBytes() + " bytes of buffer not given back");
    }
    if (node.stack.packetBuffersOut() != 0) {
      throw new AssertionError(
          node + ": " + node.stack.packetBuffersOut() + " packet buffers not given back");
    }
  }
}
