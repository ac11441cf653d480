package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.watch.WireWatch;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.TcpModule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run: stacks, cables and applications drawn by a seed, disturbed on the way, closed at the end
 * and left alone until nothing is left. It fails with what the checker, an invariant or an
 * application found.
 */
public final class Simulation {
  private static final int FIRST_PORT = 80;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(40);

  /**
   * How a run went.
   *
   * @param hash of everything on the wires and everything the applications did
   * @param frames on the wires
   * @param bytesRead by all applications
   * @param explained how often each state was explained by each cause
   * @param changes which changes of state were explained
   * @param happened how often what was foretold of each kind of timer happened
   */
  public record Outcome(
      long hash,
      long frames,
      long bytesRead,
      Map<String, Long> explained,
      Set<Goal> changes,
      Map<String, Long> happened) {}

  /** What is done besides what the seed says, seen by nobody if all is right. */
  interface Aside {
    /** Everything at a moment has happened. */
    void afterEvent(World world);
  }

  private static final Aside NOTHING = world -> {};

  /** Nor is it asked why anything is as it is. */
  private static final Aside UNASKED = world -> {};

  private final SplittableRandom random;
  private final Aside aside;
  private final World world;
  private final Invariants invariants;
  private final Disturber disturber;
  private final Questions questions;
  private final List<App> apps = new ArrayList<>();
  private final List<App> clients = new ArrayList<>();
  private long number;

  private Simulation(long seed, Recorder recorder, Aside aside) {
    random = new SplittableRandom(seed);
    this.aside = aside;
    world = new World(random.split(), recorder);
    invariants = new Invariants(world, apps);
    disturber = new Disturber(world, random.split());
    questions = new Questions(world, apps, new SplittableRandom(seed), aside != UNASKED);
  }

  /** Runs a seed. On a failure it runs once more, recorded, and the failure shows the trace. */
  public static Outcome run(long seed) {
    Recorder quick = new Recorder(false);
    try {
      return new Simulation(seed, quick, NOTHING).go();
    } catch (AssertionError | RuntimeException | TcpException e) {
      throw Failure.of(seed, e, quick.hash());
    }
  }

  /** Runs a seed without asking why anything is as it is: the hash of its trace. */
  public static long withoutQuestions(long seed) throws TcpException {
    return new Simulation(seed, new Recorder(false), UNASKED).go().hash();
  }

  /** Runs a seed; a failure is thrown as it was found, without a trace. */
  public static void check(long seed) throws TcpException {
    new Simulation(seed, new Recorder(false), NOTHING).go();
  }

  /**
   * Runs a seed, and again with modules of every stack swapped at every {@code every}-th event,
   * each for one of the same kind. Says where the traces part, or null if they are equal.
   */
  public static String differenceWhenSwapped(long seed, int every) throws TcpException {
    Recorder without = new Recorder(true);
    new Simulation(seed, without, NOTHING).go();
    Recorder with = new Recorder(true);
    AssertionError failure = null;
    try {
      new Simulation(seed, with, new Swapping(every)).go();
    } catch (AssertionError e) {
      failure = e;
    }
    if (without.hash() == with.hash() && failure == null) {
      return null;
    }
    int at = 0;
    int most = Math.min(without.lines().size(), with.lines().size());
    while (at < most && isSame(without.lines().get(at), with.lines().get(at))) {
      at++;
    }
    return "seed "
        + seed
        + ": line "
        + at
        + (at < with.lines().size() ? ": " + with.lines().get(at) : " is missing")
        + (at < without.lines().size() ? " instead of " + without.lines().get(at) : " is too much")
        + (failure == null ? "" : ", then " + failure.getMessage());
  }

  /**
   * Runs a seed in which a canary of TCP begins, or ends in either way, on every stack at every
   * {@code every}-th event; what fails is thrown.
   *
   * @return how many connections were moved
   */
  public static long withCanaries(long seed, int every) throws TcpException {
    Canaries canaries = new Canaries(every);
    new Simulation(seed, new Recorder(false), canaries).go();
    return canaries.moved();
  }

  /**
   * Runs a seed in which a swap of TCP in portions begins on every stack at every {@code every}-th
   * event and has a step after each event; what fails is thrown.
   *
   * @return how many connections were moved
   */
  public static long withStagedSwaps(long seed, int every, int portion) throws TcpException {
    StagedSwaps swaps = new StagedSwaps(every, portion);
    new Simulation(seed, new Recorder(false), swaps).go();
    return swaps.moved();
  }

  private static boolean isSame(Recorder.Line one, Recorder.Line other) {
    return one.node().equals(other.node())
        && one.timeNanos() == other.timeNanos()
        && one.inbound() == other.inbound()
        && Objects.equals(one.call(), other.call())
        && (one.frame() == null) == (other.frame() == null)
        && (one.frame() == null || Arrays.equals(one.frame().bytes(), other.frame().bytes()));
  }

  /**
   * Runs a seed with every wire watched as after a swap; what the watch says of sound stacks, apart
   * from what it would say for their slowness.
   */
  public static List<String> watched(long seed) throws TcpException {
    Watching watching = new Watching();
    new Simulation(seed, new Recorder(false), watching).go();
    return watching.said();
  }

  private static final class Swapping implements Aside {
    private final int every;
    private int events;

    Swapping(int every) {
      this.every = every;
    }

    @Override
    public void afterEvent(World world) {
      if (++events % every != 0) {
        return;
      }
      for (Node node : world.nodes) {
        for (String slot : node.stack.slots()) {
          String problem = node.stack.swapForGood(slot);
          if (problem != null) {
            throw new AssertionError(node + ": the swap of " + slot + " failed: " + problem);
          }
        }
      }
    }
  }

  private static final class Watching implements Aside {
    private static final int EVENTS_TO_LEARN = 20;
    private final Map<Node, WireWatch> watches = new LinkedHashMap<>();
    private int events;

    @Override
    public void afterEvent(World world) {
      if (++events == 1) {
        for (Node node : world.nodes) {
          Stack stack = node.stack.stack();
          WireWatch watch =
              new WireWatch(
                  stack.endpoints().sockets(), reason -> stack.lane().drops().dropped(reason));
          stack.attach(watch);
          watches.put(node, watch);
        }
      } else if (events == EVENTS_TO_LEARN) {
        watches.forEach(
            (node, watch) -> {
              Stack stack = node.stack.stack();
              TcpModule tcp = stack.lane().module(TcpModule.SLOT, TcpModule.class);
              if (tcp != null) {
                watch.ask(tcp, stack.endpoints().sockets());
              }
            });
        watches.values().forEach(watch -> watch.begin(world.now()));
      }
    }

    List<String> said() {
      List<String> said = new ArrayList<>();
      watches.forEach(
          (node, watch) ->
              watch.findings(0, Long.MAX_VALUE / 1024).faults().keySet().stream()
                  .map(fault -> node + ": " + fault)
                  .forEach(said::add));
      return said;
    }
  }

  /** Runs a seed for its trace: what it fails with, or null. */
  static Throwable record(long seed, Recorder recorder) {
    try {
      new Simulation(seed, recorder, NOTHING).go();
      return null;
    } catch (AssertionError | RuntimeException | TcpException e) {
      return e;
    }
  }

  private Outcome go() throws TcpException {
    world.moment = this::afterEvent;
    world.network.afterEachEvent(this::afterEvent);
    for (Node node : world.nodes) {
      listen(node, FIRST_PORT, random.nextInt(3) == 0);
      if (random.nextBoolean()) {
        listen(node, FIRST_PORT + 1, false);
      }
    }
    world.settle();
    int turns = 20 + random.nextInt(100);
    int connections = 1 + random.nextInt(5);
    long longest = 1L << 20 + random.nextInt(12);
    for (int turn = 0; turn < turns; turn++) {
      if (clients.size() < connections && random.nextInt(1 + turns / 10) == 0) {
        connect();
      }
      acceptAll();
      apps.forEach(App::act);
      // many apps may act between two moments, so that what they do is coalesced or not
      world.settle();
      disturber.maybeDisturb();
      world.network.advance(Duration.ofNanos(random.nextLong(longest)));
      if (random.nextInt(80) == 0) {
        reopenListener();
      }
      questions.maybeKill();
    }
    end();
    long read = apps.stream().mapToLong(app -> app.read).sum();
    return new Outcome(
        world.recorder.hash(),
        world.recorder.frames(),
        read,
        questions.explained,
        questions.changes,
        questions.happened);
  }

  private void afterEvent() {
    world.throwFound();
    world.checker.settled(world.now());
    apps.forEach(App::observe);
    invariants.afterEvent();
    aside.afterEvent(world);
    questions.afterEvent();
  }

  // ---- opening ----

  private void listen(Node node, int port, boolean handled) throws TcpException {
    Server server = new Server(node, port, handled);
    int backlog = 1 + random.nextInt(4);
    server.listener = node.stack.listener();
    server.listener.option(TcpOption.REUSE_ADDRESS, true);
    server.listener.bind(new IpEndpoint(IpAddress.ANY, port));
    world.checker.listen(node.name, server, port, backlog);
    world.recorder.note(node.name, world.now(), "listen " + port + " " + backlog);
    if (random.nextInt(4) == 0) {
      int size = random.nextInt(200, 1500);
      server.listener.option(TcpOption.MAX_SEGMENT_BYTES, size);
      world.checker.listenerOption(node.name, port, "maxSegmentBytes", size);
    }
    server.listener.listen(backlog);
    if (handled) {
      server.listener.acceptor(
          socket -> {
            try {
              App app = accepted(server, socket);
              app.handled = true;
              return app;
            } catch (AssertionError | RuntimeException fault) {
              world.found(fault);
              return null;
            }
          });
    }
    node.servers.add(server);
  }

  private void reopenListener() throws TcpException {
    Node node = world.nodes.get(random.nextInt(world.nodes.size()));
    if (node.servers.isEmpty() || node.tcpAway) {
      return;
    }
    Server server = node.servers.remove(random.nextInt(node.servers.size()));
    world.checker.closeListener(node.name, server.port);
    world.recorder.note(node.name, world.now(), "close the listener " + server.port);
    server.listener.close();
    world.settle();
    if (random.nextBoolean()) {
      listen(node, server.port, server.handled);
    }
  }

  private void connect() throws TcpException {
    Node node = world.nodes.get(random.nextInt(world.nodes.size()));
    if (node.tcpAway) {
      return;
    }
    Node.Way way = node.ways.get(random.nextInt(node.ways.size()));
    int port = FIRST_PORT + (random.nextInt(4) == 0 ? 1 : 0);
    TcpSocket socket = node.stack.socket();
    App app = new App(world, node, socket, number++, random.split());
    apps.add(app);
    clients.add(app);
    IpEndpoint remote = new IpEndpoint(way.address(), port);
    world.checker.connect(node.name, app, 0, way.address().ipv4Bits(), port, app::byteAt);
    world.recorder.note(node.name, world.now(), "connect " + remote);
    Options.initial(app, random);
    if (random.nextInt(3) == 0) {
      app.handled = true;
      socket.handler(app);
    }
    socket.connect(remote);
  }

  private App accepted(Server server, TcpSocket socket) {
    App app = new App(world, server.node, socket, number++, random.split());
    for (App client : clients) {
      if (client.isPeerOf(socket.local(), socket.remote())) {
        client.peer = app;
        app.peer = client;
        break;
      }
    }
    world.checker.accepted(
        server.node.name,
        app,
        socket.local().address().ipv4Bits(),
        socket.local().port(),
        socket.remote().address().ipv4Bits(),
        socket.remote().port(),
        app::byteAt);
    world.recorder.call(server.node.name, world.now(), socket.local(), socket.remote(), "accept");
    apps.add(app);
    return app;
  }

  private void acceptAll() throws TcpException {
    for (Node node : world.nodes) {
      for (Server server : node.servers) {
        if (server.handled || node.tcpAway || random.nextInt(3) == 0) {
          continue;
        }
        TcpSocket socket = server.listener.accept();
        if (socket != null) {
          App app = accepted(server, socket);
          if (app.peer == null) {
            // its client has closed and forgotten its port already
            app.close();
          }
        }
      }
    }
  }

  // ---- the end ----

  private void end() {
    disturber.calmDown();
    if (random.nextInt(3) == 0 && world.nodes.get(0).isBareIp()) {
      // everybody holds on to what there is, for as long as retries may last
      world.settle();
      world.network.advance(LONG_ENOUGH);
    }
    for (App app : apps) {
      app.close();
    }
    for (Node node : world.nodes) {
      for (Server server : node.servers) {
        world.checker.closeListener(node.name, server.port);
        world.recorder.note(node.name, world.now(), "close the listener " + server.port);
        server.listener.close();
      }
    }
    world.settle();
    world.network.advance(LONG_ENOUGH);
    for (Node node : world.nodes) {
      invariants.nothingIsLeft(node);
      world.checker.finished(node.name, world.now());
    }
  }
}
