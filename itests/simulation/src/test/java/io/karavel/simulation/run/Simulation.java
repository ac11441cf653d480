package io.karavel.simulation.run;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.watch.WireWatch;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.spi.TcpModule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  static final Aside NOTHING = world -> {};

  /** Nor is it asked why anything is as it is. */
  private static final Aside UNASKED = world -> {};

  private static final int FEW_EARLY = 4;
  private static final int FEW_COOKIES = 8;
  private static final int FEW_BBR = 8;

  private final SplittableRandom random;

  /** Whether every connection is opened with data: few of the others get as far as a cookie. */
  private final boolean early;

  private final Aside aside;
  private final World world;
  private final Invariants invariants;
  private final Disturber disturber;
  private final Questions questions;
  private final Applications applications;

  /** Null in most runs. */
  private final BbrComings comings;

  private Simulation(long seed, Recorder recorder, Aside aside) {
    random = new SplittableRandom(seed);
    early = seed % FEW_EARLY == 0;
    this.aside = aside;
    world = new World(random.split(), recorder, keys(seed));
    applications = new Applications(world, random);
    applications.introducing = this::introduce;
    invariants = new Invariants(world, applications.all);
    disturber = new Disturber(world, random.split());
    // with random numbers of its own, so that the other runs are as they were
    comings = hasBbr(seed) ? new BbrComings(world, new SplittableRandom(~seed)) : null;
    questions =
        new Questions(world, applications.all, new SplittableRandom(seed), aside != UNASKED);
  }

  private static boolean hasBbr(long seed) {
    return seed % FEW_BBR == FEW_BBR - 3;
  }

  /** Of every eight seeds two have nothing but Fast Open, one nothing but SYN cookies, one BBR. */
  private static Map<String, Object> keys(long seed) {
    if (seed % FEW_COOKIES == FEW_COOKIES - 1) {
      return Map.of("synCookies", "always");
    }
    if (hasBbr(seed)) {
      return Map.of("congestionControl", World.BBR);
    }
    return seed % FEW_EARLY == 0 ? Map.of("fastOpen", "both") : Map.of();
  }

  /** Runs a seed. On a failure it runs once more, recorded, and the failure shows the trace. */
  public static Outcome run(long seed) {
    Recorder quick = new Recorder(false);
    try {
      return new Simulation(seed, quick, NOTHING).go();
    } catch (AssertionError | RuntimeException | TcpException e) {
      throw Failure.of("seed", seed, e, quick.hash(), recorder -> record(seed, recorder));
    }
  }

  /** Runs a seed without asking why anything is as it is: the hash of its trace. */
  public static long withoutQuestions(long seed) throws TcpException {
    return new Simulation(seed, new Recorder(false), UNASKED).go().hash();
  }

  /**
   * Runs a seed; a failure is thrown as it was found, without a trace.
   *
   * @param every modules are swapped at every so-manieth event; 0 swaps none
   */
  public static void check(long seed, int every) throws TcpException {
    Aside aside = every == 0 ? NOTHING : new Swapping(every);
    new Simulation(seed, new Recorder(false), aside).go();
  }

  /**
   * Runs a seed, and again with modules of every stack swapped at every {@code every}-th event,
   * each for one of the same kind. Says where the traces part, or null if they are equal.
   */
  public static String differenceWhenSwapped(long seed, int every) throws TcpException {
    return Traces.difference(
        "seed " + seed,
        recorder -> new Simulation(seed, recorder, NOTHING).go(),
        recorder -> new Simulation(seed, recorder, new Swapping(every)).go());
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

  /**
   * Runs a seed with every wire watched as after a swap; what the watch says of sound stacks, apart
   * from what it would say for their slowness.
   */
  public static List<String> watched(long seed) throws TcpException {
    Watching watching = new Watching();
    new Simulation(seed, new Recorder(false), watching).go();
    return watching.said();
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
    return record(seed, recorder, NOTHING);
  }

  /** The same with something aside. */
  static Throwable record(long seed, Recorder recorder, Aside aside) {
    try {
      new Simulation(seed, recorder, aside).go();
      return null;
    } catch (AssertionError | RuntimeException | TcpException e) {
      return e;
    }
  }

  private Outcome go() throws TcpException {
    world.moment = this::afterEvent;
    world.network.afterEachEvent(this::afterEvent);
    for (Node node : world.nodes) {
      applications.listen(node, FIRST_PORT, random.nextInt(3) == 0);
      if (random.nextBoolean()) {
        applications.listen(node, FIRST_PORT + 1, false);
      }
    }
    world.settle();
    int turns = 20 + random.nextInt(100);
    int connections = 1 + random.nextInt(5);
    long longest = 1L << 20 + random.nextInt(12);
    for (int turn = 0; turn < turns; turn++) {
      if (applications.clients.size() < connections && random.nextInt(1 + turns / 10) == 0) {
        connect();
      }
      applications.acceptAll();
      applications.all.forEach(App::act);
      // many apps may act between two moments, so that what they do is coalesced or not
      world.settle();
      disturber.maybeDisturb();
      if (comings != null) {
        comings.onTurn(turn);
      }
      world.network.advance(Duration.ofNanos(random.nextLong(longest)));
      if (random.nextInt(80) == 0) {
        applications.reopenListener();
      }
      questions.maybeKill();
    }
    end();
    long read = applications.all.stream().mapToLong(app -> app.read).sum();
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
    applications.all.forEach(App::observe);
    invariants.afterEvent();
    aside.afterEvent(world);
    questions.afterEvent();
  }

  // ---- opening ----

  private void connect() throws TcpException {
    Node node = world.nodes.get(random.nextInt(world.nodes.size()));
    if (!node.tcpAway) {
      Node.Way way = node.ways.get(random.nextInt(node.ways.size()));
      int port = FIRST_PORT + (random.nextInt(4) == 0 ? 1 : 0);
      IpEndpoint remote = new IpEndpoint(way.address(), port);
      if (early || random.nextInt(FEW_EARLY) == 0) {
        applications.connectEarly(node, remote);
      } else {
        applications.connect(node, remote, 0);
      }
    }
  }

  /** Whose bytes are read at the other end. */
  private void introduce(App accepted) {
    for (App client : applications.clients) {
      if (client.isPeerOf(accepted.socket.local(), accepted.socket.remote())) {
        client.peer = accepted;
        accepted.peer = client;
        return;
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
    applications.closeAll();
    world.settle();
    world.network.advance(LONG_ENOUGH);
    for (Node node : world.nodes) {
      world.checker.counters(node.name, node.stack::counter, world.now());
      invariants.nothingIsLeft(node);
      world.checker.finished(node.name, world.now());
    }
  }
}
