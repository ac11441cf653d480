package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One stack with its applications against {@link Stranger}s, who do what no stack of ours does to
 * another. The checker judges what the stack makes of it.
 */
public final class Duel {
  private static final int PORT = 80;
  private static final int STRANGERS_PORT = 90;
  private static final int MOST_STRANGERS = 6;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(40);
  private static final Duration ROUND = Duration.ofMillis(50);
  private static final int ROUNDS = 100;

  private final SplittableRandom random;
  private final World world;
  private final Node node;
  private final Applications applications;
  private final Invariants invariants;
  private final Disturber disturber;
  private final Questions questions;
  private final Simulation.Aside aside;
  private final List<Stranger> strangers = new ArrayList<>();
  private final List<Acts> acts = new ArrayList<>();
  private final int loss;

  /** What the stack gave to each host of strangers for Fast Open. */
  private final Map<IpAddress, String> cookies = new HashMap<>();

  private long streams = 1_000_000;
  private int ports = 20_000;

  private Duel(long seed, Recorder recorder, Simulation.Aside aside) {
    this.aside = aside;
    random = new SplittableRandom(~seed);
    world = World.alone(random.split(), recorder, this::hear);
    node = world.nodes.get(0);
    applications = new Applications(world, random);
    applications.introducing = this::introduce;
    invariants = new Invariants(world, applications.all);
    disturber = new Disturber(world, random.split());
    questions = new Questions(world, applications.all, new SplittableRandom(seed), true);
    loss = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
  }

  /**
   * Runs a seed. On a failure it runs once more, recorded, and the failure shows the trace.
   *
   * @return the hash of everything on the wire and everything the applications did
   */
  public static long run(long seed) {
    Recorder quick = new Recorder(false);
    try {
      new Duel(seed, quick, Simulation.NOTHING).go();
      return quick.hash();
    } catch (AssertionError | RuntimeException | TcpException e) {
      throw Failure.of("duel", seed, e, quick.hash(), recorder -> record(seed, recorder));
    }
  }

  /**
   * Runs a seed; a failure is thrown as it was found, without a trace.
   *
   * @param every modules are swapped at every so-manieth event; 0 swaps none
   */
  public static void check(long seed, int every) throws TcpException {
    Simulation.Aside aside = every == 0 ? Simulation.NOTHING : new Swapping(every);
    new Duel(seed, new Recorder(false), aside).go();
  }

  private static Throwable record(long seed, Recorder recorder) {
    try {
      new Duel(seed, recorder, Simulation.NOTHING).go();
      return null;
    } catch (AssertionError | RuntimeException | TcpException e) {
      return e;
    }
  }

  private void go() throws TcpException {
    world.moment = this::afterEvent;
    world.network.afterEachEvent(this::afterEvent);
    applications.listen(node, PORT, random.nextInt(3) == 0);
    world.settle();
    int turns = 20 + random.nextInt(150);
    int most = 1 + random.nextInt(MOST_STRANGERS);
    long longest = 1L << 16 + random.nextInt(18);
    for (int turn = 0; turn < turns; turn++) {
      if (strangers.size() < most && random.nextInt(1 + turns / 20) == 0) {
        begin();
      }
      applications.acceptAll();
      applications.all.forEach(App::act);
      world.settle();
      actAll();
      disturber.maybeDisturb();
      boolean pause = random.nextInt(30) == 0;
      world.network.advance(Duration.ofNanos(random.nextLong(pause ? 1L << 35 : longest)));
    }
    end();
  }

  private void afterEvent() {
    world.throwFound();
    world.checker.settled(world.now());
    applications.all.forEach(App::observe);
    invariants.afterEvent();
    aside.afterEvent(world);
    questions.afterEvent();
  }

  private void actAll() {
    for (int i = 0; i < acts.size(); i++) {
      for (int times = random.nextInt(3); times > 0; times--) {
        acts.get(i).act();
        if (random.nextBoolean()) {
          world.settle();
        }
      }
    }
    world.settle();
  }

  // ---- who there is ----

  private void begin() throws TcpException {
    if (node.tcpAway) {
      return;
    }
    Node.Way way = node.ways.get(random.nextInt(node.ways.size()));
    if (random.nextBoolean()) {
      IpEndpoint remote = new IpEndpoint(way.address(), STRANGERS_PORT);
      if (random.nextInt(3) == 0) {
        applications.connectEarly(node, remote);
      } else {
        applications.connect(node, remote, 0);
      }
      return;
    }
    IpEndpoint own = new IpEndpoint(way.address(), ports++);
    Stranger stranger = stranger(own, new IpEndpoint(way.from(), PORT));
    stranger.active = true;
  }

  private Stranger stranger(IpEndpoint own, IpEndpoint stack) {
    Stranger stranger =
        new Stranger(world, own, stack, random.nextInt(), streams++, random.split());
    stranger.cookies = cookies;
    strangers.add(stranger);
    acts.add(new Acts(stranger, random.split()));
    return stranger;
  }

  /** The stack has sent a packet. */
  private void hear(WirePacket packet) {
    if (!packet.isTcp()) {
      return;
    }
    Stranger to = null;
    for (Stranger stranger : strangers) {
      if (stranger.isFrom(packet)) {
        to = stranger;
      }
    }
    boolean syn = packet.has(TcpHeader.SYN) && !packet.has(TcpHeader.ACK);
    if (syn && (to == null || to.heardSyn && to.irs != packet.sequenceNumber())) {
      IpAddress address = packet.destination();
      to =
          stranger(
              new IpEndpoint(address, packet.destinationPort()),
              new IpEndpoint(packet.source(), packet.sourcePort()));
    }
    if (to != null && (syn || random.nextInt(100) >= loss)) {
      to.hear(packet);
    }
    for (App client : applications.clients) {
      introduce(client);
    }
  }

  /** The latest stranger at the other end is whose bytes an application reads. */
  private void introduce(App app) {
    for (int i = strangers.size() - 1; i >= 0; i--) {
      if (app.isPeerOf(strangers.get(i).own, strangers.get(i).stack)) {
        app.peer = strangers.get(i);
        return;
      }
    }
  }

  // ---- the end ----

  private void end() {
    if (random.nextBoolean()) {
      for (int round = 0; round < ROUNDS; round++) {
        acts.forEach(Acts::beGood);
        world.settle();
        applications.all.forEach(App::act);
        world.network.advance(ROUND);
      }
    }
    if (random.nextInt(3) == 0) {
      // everybody holds on to what there is, for as long as retries may last
      world.settle();
      world.network.advance(LONG_ENOUGH);
    }
    applications.closeAll();
    world.settle();
    world.network.advance(LONG_ENOUGH);
    world.checker.counters(node.name, node.stack::counter, world.now());
    invariants.nothingIsLeft(node);
    world.checker.finished(node.name, world.now());
  }
}
