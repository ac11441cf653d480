package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The applications of a run: they listen, connect and accept. Test's thread. */
final class Applications {
  private static final int MOST_EARLY = TcpSocket.MOST_EARLY_BYTES;

  final List<App> all = new ArrayList<>();

  /** Those that connected. */
  final List<App> clients = new ArrayList<>();

  /** Is told of each that was accepted, before it does anything. */
  Consumer<App> introducing = app -> {};

  private final World world;
  private final SplittableRandom random;
  private long number;

  Applications(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  /** An application listens. */
  void listen(Node node, int port, boolean handled) throws TcpException {
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
    if (random.nextInt(6) == 0 && node.isBareIp()) {
      int seconds = 1 + random.nextInt(8);
      server.listener.option(TcpOption.DEFER_ACCEPT_SECONDS, seconds);
      world.checker.listenerOption(node.name, port, "deferAcceptSeconds", seconds);
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

  /** A listener is closed, and perhaps another opened in its place. */
  void reopenListener() throws TcpException {
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

  /** An application connects, from a port of its own or, with 0, from any. */
  App connect(Node node, IpEndpoint remote, int localPort) throws TcpException {
    return connect(node, remote, localPort, 0);
  }

  /** One connects with so many bytes to go with the SYN, where Fast Open lets them. */
  App connectEarly(Node node, IpEndpoint remote) throws TcpException {
    return connect(node, remote, 0, 1 + random.nextInt(random.nextBoolean() ? 100 : MOST_EARLY));
  }

  private App connect(Node node, IpEndpoint remote, int localPort, int early) throws TcpException {
    TcpSocket socket = node.stack.socket();
    App app = new App(world, node, socket, number++, random.split());
    all.add(app);
    clients.add(app);
    int address = remote.address().ipv4Bits();
    world.checker.connect(node.name, app, localPort, address, remote.port(), app::byteAt);
    world.recorder.note(node.name, world.now(), "connect " + remote);
    if (localPort != 0) {
      socket.option(TcpOption.REUSE_ADDRESS, true);
      socket.bind(new IpEndpoint(IpAddress.ANY, localPort));
    }
    Options.initial(app, random);
    if (random.nextInt(3) == 0) {
      app.handled = true;
      socket.handler(app);
    }
    if (early > 0) {
      app.connectEarly(remote, early);
    } else {
      socket.connect(remote);
    }
    return app;
  }

  private App accepted(Server server, TcpSocket socket) {
    App app = new App(world, server.node, socket, number++, random.split());
    introducing.accept(app);
    world.checker.accepted(
        server.node.name,
        app,
        socket.local().address().ipv4Bits(),
        socket.local().port(),
        socket.remote().address().ipv4Bits(),
        socket.remote().port(),
        app::byteAt);
    world.recorder.call(server.node.name, world.now(), socket.local(), socket.remote(), "accept");
    all.add(app);
    return app;
  }

  /** Takes what has been accepted. */
  void acceptAll() throws TcpException {
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

  /** All close, listeners too. */
  void closeAll() {
    for (App app : all) {
      app.close();
    }
    for (Node node : world.nodes) {
      for (Server server : node.servers) {
        world.checker.closeListener(node.name, server.port);
        world.recorder.note(node.name, world.now(), "close the listener " + server.port);
        server.listener.close();
      }
    }
  }
}
