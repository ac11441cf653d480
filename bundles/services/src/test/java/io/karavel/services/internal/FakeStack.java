package io.karavel.services.internal;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/**
 * The real lasting sockets and rings, with the test as lane, TCP module and peer: whatever is owed
 * happens in {@link #run()}.
 */
class FakeStack implements TcpService {
  static final IpEndpoint CLIENT = IpEndpoint.of("10.77.0.1", 40000);

  final LinkedBlockingQueue<StackEndpoint> attention = new LinkedBlockingQueue<>();
  final LinkedBlockingQueue<StackEndpoint> ready = new LinkedBlockingQueue<>();
  final List<Exception> handlerFailures = new ArrayList<>();
  final TcpEndpoints endpoints;
  private final RingMemory memory = new RingMemory(64 << 20);
  private final String name;

  /** What the lane does while somebody waits for it. */
  Runnable atLane = () -> {};

  /** Nobody who waits for the lane gets an answer. */
  boolean hangs;

  FakeStack(String name) {
    this.name = name;
    endpoints =
        new TcpEndpoints(
            new LaneMailbox() {
              @Override
              public void attention(StackEndpoint endpoint) {
                attention.add(endpoint);
              }

              @Override
              public void ready(StackEndpoint endpoint) {
                ready.add(endpoint);
              }

              @Override
              public boolean onLane() {
                return true;
              }
            },
            memory,
            address -> true,
            bound -> 0);
  }

  ByteRing ring(int capacityBytes) {
    return new ByteRing(memory, capacityBytes);
  }

  /** Everything that is owed now. */
  void run() {
    boolean more = true;
    while (more) {
      more = false;
      for (StackEndpoint e = ready.poll(); e != null; e = ready.poll()) {
        more = true;
        e.handlerTaken();
        try {
          e.runHandler();
        } catch (Exception failure) {
          handlerFailures.add(failure);
          if (e instanceof StackSocket socket) {
            socket.abort();
          }
        }
      }
      for (StackEndpoint e = attention.poll(); e != null; e = attention.poll()) {
        more = true;
        int wishes = e.takeWishes();
        if (e instanceof StackSocket socket && e.moduleState() instanceof Peer peer) {
          peer.onWishes(socket, wishes);
        }
      }
    }
  }

  /** A client connects to a port; its receive and send queues have that many bytes. */
  Peer connect(int port, int ringBytes) {
    StackListener listener = endpoints.listenerFor(0x0a4d0002, port, 0);
    if (listener == null) {
      return null;
    }
    StackSocket socket = listener.newAccepted(IpEndpoint.of("10.77.0.2", port), CLIENT);
    socket.rings(ring(ringBytes), ring(ringBytes));
    socket.state(TcpState.ESTABLISHED);
    Peer peer = new Peer(socket);
    socket.moduleState(peer);
    socket.markOpened();
    listener.offer(socket);
    run();
    return peer;
  }

  /** The far end of a connection. */
  final class Peer {
    final StackSocket socket;
    boolean fin;
    boolean reset;
    private boolean finSent;

    Peer(StackSocket socket) {
      this.socket = socket;
    }

    void onWishes(StackSocket from, int wishes) {
      if ((wishes & StackEndpoint.ABORT) != 0 || from.isAborted()) {
        over(null);
        reset = true;
      } else if ((wishes & StackEndpoint.CLOSE) != 0 && from.available() > 0) {
        reset = true;
        over(null);
      } else if ((wishes & (StackEndpoint.CLOSE | StackEndpoint.SHUTDOWN_OUTPUT)) != 0) {
        fin = true;
        if (finSent) {
          over(null);
        }
      }
    }

    private void over(TcpException cause) {
      if (cause != null) {
        socket.markFailed(cause);
      }
      socket.markOver();
      socket.signal();
      endpoints.connectionOver(socket);
    }

    /** Sends as much as the receive queue takes; returns how much. */
    int send(ByteBuffer bytes) {
      int count = socket.receiveRing().write(bytes);
      socket.signal();
      run();
      return count;
    }

    void send(String text) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        if (send(bytes) == 0) {
          throw new AssertionError("nobody reads; left: " + bytes.remaining());
        }
      }
    }

    /** Sends FIN. */
    void close() {
      finSent = true;
      socket.markInputEnded();
      socket.signal();
      run();
      if (fin && !socket.isOver() && socket.unacknowledged() == 0) {
        over(null);
        run();
      }
    }

    /** Sends RST. */
    void sendReset() {
      over(new TcpException(TcpError.CONNECTION_RESET));
      run();
    }

    /** Takes what was sent, at most {@code max} bytes. */
    byte[] receive(int max) {
      ByteBuffer bytes = ByteBuffer.allocate(max);
      socket.sendRing().read(bytes);
      socket.signal();
      run();
      byte[] all = new byte[bytes.position()];
      bytes.flip().get(all);
      return all;
    }

    /** Takes everything that comes until nothing more does. */
    String receiveText() {
      StringBuilder text = new StringBuilder();
      while (true) {
        byte[] part = receive(65536);
        if (part.length == 0) {
          return text.toString();
        }
        text.append(new String(part, StandardCharsets.UTF_8));
      }
    }
  }

  @Override
  public String stack() {
    return name;
  }

  @Override
  public TcpSocket socket() {
    return endpoints.newSocket();
  }

  @Override
  public TcpListener listener() {
    return endpoints.newListener();
  }

  @Override
  public Optional<TcpSocket> takeUp(long id) {
    return socket(id);
  }

  @Override
  public Optional<TcpSocket> socket(long id) {
    return Optional.ofNullable(endpoints.socket(id));
  }

  @Override
  public List<TcpListener> listeners() {
    return List.copyOf(endpoints.listeners());
  }

  @Override
  public List<TcpSocket> sockets(String owner) {
    return endpoints.sockets().stream()
        .filter(socket -> socket.owner().equals(owner) && !socket.isClosed())
        .map(TcpSocket.class::cast)
        .toList();
  }

  @Override
  public List<TcpListener> listeners(String owner) {
    return endpoints.listeners().stream()
        .filter(listener -> listener.owner().equals(owner))
        .map(TcpListener.class::cast)
        .toList();
  }

  @Override
  public boolean detach(String owner, Predicate<Object> handlers) {
    atLane.run();
    endpoints.sockets().stream()
        .filter(socket -> socket.owner().equals(owner) && handlers.test(socket.handler()))
        .forEach(StackEndpoint::dropHandler);
    endpoints.listeners().stream()
        .filter(listener -> listener.owner().equals(owner) && handlers.test(listener.acceptor()))
        .forEach(StackEndpoint::dropHandler);
    return !hangs;
  }
}
