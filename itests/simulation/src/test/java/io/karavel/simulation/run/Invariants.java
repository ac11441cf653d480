package io.karavel.simulation.run;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackSocket;
import java.util.List;
import java.util.Map;

/** What must hold of a stack from inside after every event, and at the end. */
final class Invariants {
  private static final int EVENTS_PER_LOOK_INSIDE = 16;

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
      if (!app.node.tcpAway) {
        nothingIsKept(app);
      }
    }
    for (Node node : world.nodes) {
      if (!node.tcpAway) {
        everyRingHasASocket(node);
        node.stack.connections(info -> info.remote() != null).forEach(info -> look(node, info));
      }
    }
  }

  // ---- buffers ----

  /**
   * Once a connection is over nobody sends; once all is read, or its socket closed, nobody reads.
   */
  private static void nothingIsKept(App app) {
    StackSocket socket = (StackSocket) app.socket;
    if (!socket.isOver()) {
      return;
    }
    mustBeGivenBack(app, "send", socket.sendRing());
    if (socket.isClosed() || socket.available() == 0) {
      mustBeGivenBack(app, "receive", socket.receiveRing());
    }
  }

  private static void mustBeGivenBack(App app, String which, ByteRing ring) {
    if (ring != null && !ring.isEmptyOfMemory()) {
      throw new AssertionError(
          app + " is over, its " + which + " buffer holds " + ring.memoryBytes() + " bytes");
    }
  }

  /** What the stack counts as buffers is what its sockets hold; a packet may keep more for now. */
  private static void everyRingHasASocket(Node node) {
    long held = 0;
    for (StackSocket socket : node.stack.stack().endpoints().sockets()) {
      held += bytesOf(socket.receiveRing()) + bytesOf(socket.sendRing());
    }
    long used = node.stack.stack().endpoints().memory().usedBytes();
    if (used < held || used > held && node.stack.packetBuffersOut() == 0) {
      throw new AssertionError(
          node + ": " + used + " bytes of buffer are in use, sockets hold " + held);
    }
  }

  private static long bytesOf(ByteRing ring) {
    return ring == null ? 0 : ring.memoryBytes();
  }

  // ---- timers ----

  private void look(Node node, TcpConnectionInfo info) {
    if (waits(info)
        && !info.timer().equals("retransmit")
        && !info.timer().equals("persist")
        && (info.id() == 0 ? info.timer().isEmpty() : !goesOn(node, info))) {
      throw new AssertionError(node + ": it waits for the peer and no timer is armed: " + info);
    }
    if (events % EVENTS_PER_LOOK_INSIDE == 0 && info.id() != 0 && info.state().isSynchronized()) {
      lookInside(node, info);
    }
  }

  /** Whether the peer owes it something that may be lost, or is owed what cannot go. */
  private static boolean waits(TcpConnectionInfo info) {
    return switch (info.state()) {
      case SYN_SENT, SYN_RECEIVED, FIN_WAIT_1, CLOSING, LAST_ACK -> true;
      case ESTABLISHED, CLOSE_WAIT -> info.sendQueue() > 0;
      default -> false;
    };
  }

  /** Behind the timer that is due first may stand the one that matters. */
  private static boolean goesOn(Node node, TcpConnectionInfo info) {
    TcpExplanation why = node.stack.tcpControl().why(info.id());
    return why != null
        && why.timers().stream()
            .anyMatch(
                timer ->
                    switch (timer.kind()) {
                      case "retransmit", "persist", "pacing" -> true;
                      default -> false;
                    });
  }

  private static void lookInside(Node node, TcpConnectionInfo info) {
    TcpConnectionInfo full = node.stack.tcpControl().info(info.id());
    if (full == null || full.details().isEmpty()) {
      return;
    }
    Map<String, Object> details = full.details();
    int una = number(details, "sndUna");
    int nxt = number(details, "sndNxt");
    if (nxt - una < 0) {
      throw new AssertionError(node + ": SND.UNA is beyond SND.NXT: " + info + details);
    }
  }

  private static int number(Map<String, Object> details, String name) {
    return ((Number) details.get(name)).intValue();
  }

  // ---- the end ----

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
