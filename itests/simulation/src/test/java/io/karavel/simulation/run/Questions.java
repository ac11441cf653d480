package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.simulation.rfc9293.Expected;
import io.karavel.simulation.rfc9293.Tuple;
import io.karavel.simulation.rfc9293.Watched;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Asks {@code tcp:why} of connections at random moments, holds the answers against what the checker
 * makes of it, and remembers what was foretold until it has happened or something has come between.
 */
final class Questions {
  private static final int MOST_FORETOLD = 4;
  private static final int MOMENTS_PER_QUESTION = 6;
  private static final int TURNS_PER_KILL = 200;

  private final World world;
  private final List<App> apps;
  private final SplittableRandom random;
  private final SplittableRandom kills;
  private final boolean asking;
  private final Figures figures;
  private final List<Foretold> foretold = new ArrayList<>();

  /** How often each state was explained by each cause. */
  final Map<String, Long> explained = new TreeMap<>();

  /** Which changes of state were explained. */
  final Set<Goal> changes = new HashSet<>();

  /** How often each kind of timer did what was foretold of it. */
  final Map<String, Long> happened = new TreeMap<>();

  /** Without {@code asking} the operator does but what changes something. */
  Questions(World world, List<App> apps, SplittableRandom random, boolean asking) {
    this.world = world;
    this.apps = apps;
    this.random = random;
    this.asking = asking;
    kills = random.split();
    figures = new Figures(world, apps, random.split());
  }

  void afterEvent() {
    if (!asking) {
      return;
    }
    figures.afterEvent();
    for (Iterator<Foretold> all = foretold.iterator(); all.hasNext(); ) {
      if (all.next().isOver(world.now(), happened)) {
        all.remove();
      }
    }
    if (random.nextInt(MOMENTS_PER_QUESTION) == 0) {
      Node node = world.nodes.get(random.nextInt(world.nodes.size()));
      if (!node.tcpAway) {
        ask(node);
      }
    }
  }

  /** The operator ends a connection now and then. */
  void maybeKill() {
    if (kills.nextInt(TURNS_PER_KILL) != 0 || apps.isEmpty()) {
      return;
    }
    App app = apps.get(kills.nextInt(apps.size()));
    if (app.isOpen() && !app.node.tcpAway && world.checker.endOf(app.node.name, app) != null) {
      app.kill(kills.nextBoolean());
      world.settle();
    }
  }

  private void ask(Node node) {
    TcpControl tcp = node.stack.tcpControl();
    if (random.nextInt(3) == 0 && !apps.isEmpty()) {
      App app = apps.get(random.nextInt(apps.size()));
      Watched end = world.checker.endOf(node.name, app);
      if (app.node == node && !app.over && end != null) {
        judge(node, end, tcp.why(((StackSocket) app.socket).id()));
      }
      return;
    }
    List<Watched> ends = world.checker.ends(node.name);
    if (!ends.isEmpty()) {
      Watched end = ends.get(random.nextInt(ends.size()));
      judge(node, end, tcp.why(local(end.tuple()), remote(end.tuple())));
    }
  }

  static IpEndpoint local(Tuple tuple) {
    return new IpEndpoint(IpAddress.ipv4(tuple.local()), tuple.localPort());
  }

  static IpEndpoint remote(Tuple tuple) {
    return new IpEndpoint(IpAddress.ipv4(tuple.remote()), tuple.remotePort());
  }

  private void judge(Node node, Watched end, TcpExplanation why) {
    Expected expected = world.checker.expected(end, world.now());
    if (expected == null) {
      return;
    }
    String name = node + " " + end.tuple();
    if (why == null && expected.sinceNanos() < 0) {
      return; // on Ethernet it may have been given up in silence
    }
    if (why == null) {
      throw new AssertionError(name + ": tcp:why knows nothing of it; it is " + expected);
    }
    // what it says counts from the lane's last turn
    long asked = node.stack.stack().lane().nowNanos();
    Verdict.on(name, why, expected, world.now(), asked);
    if (why.from() != null) {
      String state = why.connection().state().name();
      changes.add(new Goal(why.from().name(), why.cause().name(), state));
    }
    explained.merge(why.connection().state() + " by " + why.cause(), 1L, Long::sum);
    if (foretold.size() < MOST_FORETOLD && !why.timers().isEmpty()) {
      foretold.add(new Foretold(node, end, why, asked));
    }
  }
}
