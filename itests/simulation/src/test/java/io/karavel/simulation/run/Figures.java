package io.karavel.simulation.run;

import io.karavel.simulation.rfc9293.Watched;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.StackSocket;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Looks at the figures of one connection for a while, then at those of another: what {@code
 * tcp:show} shows must be what the checker makes of the wire. Looking changes nothing.
 */
final class Figures {
  private static final int LOOKS_PER_CONNECTION = 100;

  private final World world;
  private final List<App> apps;
  private final SplittableRandom random;
  private App followed;
  private int looks;

  Figures(World world, List<App> apps, SplittableRandom random) {
    this.world = world;
    this.apps = apps;
    this.random = random;
  }

  void afterEvent() {
    if (random.nextInt(LOOKS_PER_CONNECTION) == 0) {
      for (Node node : world.nodes) {
        world.checker.counters(node.name, node.stack::counter, world.now());
      }
    }
    if (apps.isEmpty()) {
      return;
    }
    if (followed == null || ++looks > LOOKS_PER_CONNECTION) {
      looks = 0;
      followed = apps.get(random.nextInt(apps.size()));
    }
    Node node = followed.node;
    Watched end = world.checker.endOf(node.name, followed);
    if (end == null || node.tcpAway) {
      return;
    }
    TcpConnectionInfo info = node.stack.tcpControl().info(((StackSocket) followed.socket).id());
    if (info == null || info.details().isEmpty()) {
      looks += LOOKS_PER_CONNECTION / 4;
      return;
    }
    // what it says counts from the lane's last turn
    long asked = node.stack.stack().lane().nowNanos();
    world.checker.shown(end, info.details(), asked, world.now());
  }
}
