package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.simulation.rfc9293.Expected;
import io.karavel.simulation.rfc9293.Watched;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Two stacks of a seed and one connection between them, which is steered; {@code tcp:why} is asked
 * of its one end, the subject, after every event. What is answered must be what the checker makes
 * of it, where that can tell, and the moment of each change must be the one at which it was seen.
 */
final class Steered {
  static final int PORT = 80;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(40);

  /** What was told: from which state, by what cause, to which state. */
  record Told(String from, String cause, String to, String failure) {}

  final SplittableRandom random;
  final World world;
  final Node node;
  final Node other;
  final Set<Told> told = new LinkedHashSet<>();

  /** The one asked about, and the application at its other end; null where there is none. */
  App subject;

  App peer;

  /** Whether the subject's end is the one that connects. */
  boolean active;

  /** What is asked about if the subject has no application. */
  long id;

  final List<App> apps = new ArrayList<>();
  private final World.Link link;
  private final int side;
  private final long delayNanos;
  private final Questions questions;
  private final Invariants invariants;
  private final IpAddress address;
  private final IpAddress otherAddress;
  private Server server;
  private Told last;
  private long number;
  private boolean deaf;

  Steered(long seed, boolean bareIp, Recorder recorder) {
    random = new SplittableRandom(seed);
    World drawn = new World(random.split(), recorder);
    while (bareIp && !drawn.nodes.get(0).isBareIp()) {
      drawn = new World(random.split(), recorder);
    }
    world = drawn;
    link = world.links.get(0);
    link.way.widen(); // what is steered must come through
    delayNanos = 1_000_000L * (2 + random.nextInt(30));
    side = random.nextInt(2);
    node = side == 0 ? link.one : link.other;
    other = side == 0 ? link.other : link.one;
    Node.Way way = node.ways.stream().filter(w -> w.to() == other).findFirst().orElseThrow();
    address = way.from();
    otherAddress = way.address();
    active = random.nextBoolean();
    questions = new Questions(world, apps, random.split(), true);
    invariants = new Invariants(world, apps);
    join();
    world.moment = this::afterEvent;
    world.network.afterEachEvent(this::afterEvent);
  }

  // ---- the wire ----

  private ImpairmentSettings good() {
    return ImpairmentSettings.NONE.withDelay(delayNanos, 0);
  }

  /** What either sends arrives. */
  void join() {
    link.settings(good());
  }

  /** What the subject's stack sends is lost. */
  void cutOut() {
    link.cable.settings(side, good().withLoss(100));
  }

  /** What comes to it is lost. */
  void cutIn() {
    link.cable.settings(1 - side, good().withLoss(100));
  }

  /** Nothing arrives any more. */
  void cut() {
    cutOut();
    cutIn();
  }

  // ---- time ----

  private void afterEvent() {
    world.throwFound();
    world.checker.settled(world.now());
    apps.forEach(App::observe);
    invariants.afterEvent();
    questions.afterEvent();
    look();
  }

  void settle() {
    world.settle();
  }

  /** Lets a part of the time pass that a segment takes to the other end. */
  void pass(double ways) {
    world.settle();
    world.network.advance(Duration.ofNanos((long) (delayNanos * ways)));
  }

  void seconds(double seconds) {
    world.settle();
    world.network.advance(Duration.ofNanos((long) (seconds * 1e9)));
  }

  /** Lets time pass until the state is told; whether it was in time. */
  boolean until(String state, double seconds) {
    world.settle();
    Duration limit = Duration.ofNanos((long) (seconds * 1e9));
    return world.network.advanceUntil(() -> last != null && last.to().equals(state), limit);
  }

  /** The same for a cause. */
  boolean untilCause(String cause, double seconds) {
    world.settle();
    Duration limit = Duration.ofNanos((long) (seconds * 1e9));
    return world.network.advanceUntil(() -> last != null && last.cause().equals(cause), limit);
  }

  // ---- operators ----

  void set(Node where, String key, Object value) {
    String pid = key.startsWith("keepalive.") ? "io.karavel.keepalive" : World.TCP;
    String name = key.substring(key.indexOf('.') + 1);
    world.recorder.note(where.name, world.now(), key + " = " + value);
    world.checker.setting(where.name, name, value, world.now());
    where.stack.set(pid, name, value);
    world.settle();
  }

  void set(String key, Object value) {
    set(node, key, value);
  }

  /** Now and then a module of either stack is replaced, which nobody may notice. */
  void maybeReplace() {
    if (random.nextInt(3) == 0) {
      Node where = random.nextBoolean() ? node : other;
      List<String> slots = where.stack.slots();
      slots.sort(null);
      String slot = slots.get(random.nextInt(slots.size()));
      world.recorder.note(where.name, world.now(), "replace " + slot);
      where.stack.replace(slot);
      world.settle();
    }
  }

  /** The module of TCP leaves, nobody comes, and its state is given up. */
  void loseModule() {
    world.recorder.note(node.name, world.now(), "unplug tcp");
    node.tcpAway = true;
    node.stack.unplug("tcp");
    world.checker.away(node.name, true, true, world.now());
    seconds(61);
    world.checker.lost(node.name);
    world.checker.away(node.name, false, true, world.now());
    node.tcpAway = false;
    node.stack.plug("tcp");
    deaf = true;
    settle();
  }

  // ---- opening ----

  void listen(Node where) throws TcpException {
    server = new Server(where, PORT, false);
    server.listener = where.stack.listener();
    server.listener.option(TcpOption.REUSE_ADDRESS, true);
    server.listener.bind(new IpEndpoint(IpAddress.ANY, PORT));
    world.checker.listen(where.name, server, PORT, 4);
    world.recorder.note(where.name, world.now(), "listen");
    server.listener.listen(4);
    where.servers.add(server);
    settle();
  }

  long listenerId() {
    return node.stack.connections(info -> info.remote() == null).get(0).id();
  }

  void closeListener() {
    world.checker.closeListener(server.node.name, PORT);
    world.recorder.note(server.node.name, world.now(), "close the listener");
    server.listener.close();
    server.node.servers.remove(server);
    server = null;
    settle();
  }

  boolean listens() {
    return server != null;
  }

  App app(Node where) {
    App app = new App(world, where, where.stack.socket(), number++, random.split());
    app.handled = true;
    apps.add(app);
    return app;
  }

  /** An application connects; its own port is bound unless it is 0. */
  void connect(App app, int localPort, IpAddress to, int port) throws TcpException {
    connect(app, localPort, to, port, unprepared -> {});
  }

  /** The same, prepared with options. */
  void connect(App app, int localPort, IpAddress to, int port, Ways.Prepares prepares)
      throws TcpException {
    world.checker.connect(app.node.name, app, localPort, to.ipv4Bits(), port, app::byteAt);
    if (localPort != 0) {
      app.socket.option(TcpOption.REUSE_ADDRESS, true);
      app.socket.bind(new IpEndpoint(IpAddress.ANY, localPort));
    }
    IpEndpoint remote = new IpEndpoint(to, port);
    world.recorder.note(app.node.name, world.now(), "connect " + localPort + " " + remote);
    prepares.prepare(app);
    app.socket.connect(remote);
    settle();
  }

  IpAddress addressOf(Node where) {
    return where == node ? address : otherAddress;
  }

  /** The listener's application takes what has come. */
  App accept() throws TcpException {
    TcpSocket socket = server.listener.accept();
    if (socket == null) {
      throw new AssertionError("nothing to accept");
    }
    App app = new App(world, server.node, socket, number++, random.split());
    app.handled = true;
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

  /** Who writes what is read at the other end. */
  void introduce(App one, App another) {
    one.peer = another;
    another.peer = one;
  }

  // ---- what is told ----

  private long subjectId() {
    return subject == null ? id : ((StackSocket) subject.socket).id();
  }

  private TcpExplanation why() {
    TcpControl tcp = node.stack.tcpControl();
    if (subjectId() != 0) {
      return tcp.why(subjectId());
    }
    // an embryo, which has no number
    return node.stack.connections(info -> info.remote() != null).stream()
        .map(info -> tcp.why(info.local(), info.remote()))
        .findFirst()
        .orElse(null);
  }

  /** Begins to look at what there is, which may have been there for a while. */
  void look() {
    if (node.tcpAway) {
      return;
    }
    TcpExplanation why = why();
    if (why == null) {
      return;
    }
    Told now =
        new Told(
            why.from() == null ? "none" : why.from().name(),
            String.valueOf(why.cause()),
            why.connection().state().name(),
            String.valueOf(why.failure()));
    if (now.equals(last)) {
      return;
    }
    long asked = node.stack.stack().lane().nowNanos();
    boolean fresh = last != null && !deaf && why.sinceNanos() >= 0;
    if (fresh && asked - why.sinceNanos() != world.now()) {
      throw new AssertionError(
          node + ": it is " + now + " since " + world.now() + ", but is told as " + why);
    }
    deaf = false;
    judge(why, asked);
    last = now;
    told.add(now);
  }

  private void judge(TcpExplanation why, long asked) {
    Watched end = subject == null ? null : world.checker.endOf(node.name, subject);
    Expected expected = end == null ? null : world.checker.expected(end, world.now());
    if (expected != null) {
      Verdict.on(node + " " + end.tuple(), why, expected, world.now(), asked);
    }
  }

  // ---- the end ----

  /** Everything is let go of, the wire as good as it may be, and nothing may be left. */
  void end() {
    switch (random.nextInt(3)) {
      case 0 -> cut();
      default -> join();
    }
    for (App app : List.copyOf(apps)) {
      app.close();
    }
    if (server != null) {
      closeListener();
    }
    settle();
    world.network.advance(LONG_ENOUGH);
    for (Node each : world.nodes) {
      invariants.nothingIsLeft(each);
      world.checker.finished(each.name, world.now());
    }
  }
}
