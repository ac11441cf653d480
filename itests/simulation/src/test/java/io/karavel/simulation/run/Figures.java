package io.karavel.simulation.run;

import io.karavel.simulation.rfc9293.Watched;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.StackSocket;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Looks at the figures of every connection: what {@code tcp:show} shows must be what the checker
 * makes of the wire. Looking changes nothing.
 */
final class Figures {
  private static final int EVENTS_PER_COUNT = 100;

  private final World world;
  private final List<App> apps;
  private final SplittableRandom random;

  Figures(World world, List<App> apps, SplittableRandom random) {
    this.world = world;
    this.apps = apps;
    this.random = random;
  }

  void afterEvent() {
    if (random.nextInt(EVENTS_PER_COUNT) == 0) {
      for (Node node : world.nodes) {
        world.checker.counters(node.name, node.stack::counter, world.now());
      }
    }
    apps.forEach(this::look);
  }

  private void look(App app) {
    Node node = app.node;
    Watched end = world.checker.endOf(node.name, app);
    if (end == null || node.tcpAway) {
      return;
    }
    TcpConnectionInfo info = node.stack.tcpControl().info(((StackSocket) app.socket).id());
    if (info == null || info.details().isEmpty()) {
      return;
    }
    // what it says counts from the lane's last turn
    long asked = node.stack.stack().lane().nowNanos();
    world.checker.shown(end, info.details(), asked, world.now());
  }
}
