package io.karavel.services.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpAcceptor;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One built-in service on one stack: its listeners, its connections, its limits. Configuration
 * calls are serialised by {@link Services}; accepting happens on the lane.
 */
final class BuiltIn implements TcpAcceptor {
  /** Makes the handler of a connection, fresh or taken over with what its attachment says. */
  @FunctionalInterface
  interface Protocol {
    ServiceConnection serve(BuiltIn service, TcpSocket socket);
  }

  /** Attached to listeners that {@code tcp:listen} opened: the configuration leaves them alone. */
  static final String EXTRA = "opened by tcp:listen";

  /** Connections that are taken up before the lane is waited for: half a turn's handlers. */
  private static final int PORTION = 128;

  private final String name;
  private final Protocol protocol;
  private final LongSupplier nanoClock;
  private final Supplier<ServicesSettings> settings;
  private final Map<Long, ServiceConnection> connections = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong timedOut = new AtomicLong();
  private volatile TcpService tcp;
  private TcpListener listener;

  BuiltIn(
      String name, Protocol protocol, LongSupplier nanoClock, Supplier<ServicesSettings> settings) {
    this.name = name;
    this.protocol = protocol;
    this.nanoClock = nanoClock;
    this.settings = settings;
  }

  /** Name of the service, such as "echo". */
  String name() {
    return name;
  }

  /** Owner of its sockets and listeners. */
  String owner() {
    return "io.karavel.services:" + name;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }

  ServicesSettings settings() {
    return settings.get();
  }

  int openConnections() {
    return open.get();
  }

  long accepted() {
    return accepted.get();
  }

  long refused() {
    return refused.get();
  }

  long timedOut() {
    return timedOut.get();
  }

  /** Where the configured listener listens; port 0 if it does not. */
  IpEndpoint listening() {
    TcpListener current = listener;
    return current == null || current.isClosed()
        ? new IpEndpoint(IpAddress.ANY, 0)
        : current.local();
  }

  /**
   * The stack is there: goes on with what an earlier version of this bundle left, or has at work
   * still. What comes from now on is this one's.
   *
   * @return whether there was something
   */
  boolean attach(TcpService service) {
    tcp = service;
    List<TcpListener> there = service.listeners(owner());
    for (TcpListener left : there) {
      if (EXTRA.equals(left.attachment())) {
        left.acceptor(this);
      } else if (listener == null) {
        listener = left;
        left.acceptor(this);
      } else {
        left.close();
      }
    }
    return !there.isEmpty() || !service.sockets(owner()).isEmpty();
  }

  /** See {@link Drill}. */
  void drill() {
    Drill.run(this, protocol);
  }

  /**
   * Takes up the connections, each by its handler's being replaced; those before it are out of the
   * acceptors. In portions, lest those that have something to say wait behind all the others.
   *
   * @param waiting whether to wait for the lanes; not if one of them hangs
   * @return whether they answer
   */
  boolean takeUp(TcpService service, boolean waiting) {
    List<ServiceConnection> taken = new ArrayList<>();
    for (TcpSocket socket : service.sockets(owner())) {
      taken.add(begin(socket));
    }
    boolean answers = waiting;
    for (int i = 0; i < taken.size(); i++) {
      ServiceConnection connection = taken.get(i);
      if (!connection.socket().isClosed()) {
        connection.socket().handler(connection);
      }
      if (i % PORTION == PORTION - 1 || i == taken.size() - 1) {
        answers = answers && pass(service);
      }
    }
    for (ServiceConnection connection : taken) {
      // the handler before may have ended it in the moment in which it was replaced
      if (connection.socket().isClosed()) {
        ended(connection);
      }
    }
    return answers;
  }

  /** Waits until the lanes have done what they are at; false if one does not get there in time. */
  static boolean pass(TcpService service) {
    return service.detach("", handler -> false);
  }

  /** This bundle goes: what nobody has taken up by now is left as it is. */
  void release(TcpService service) {
    service.detach(owner(), handler -> handler == null || isOwn(handler));
    forget();
  }

  private boolean isOwn(Object handler) {
    return handler == this
        || handler instanceof ServiceConnection connection && connection.service() == this;
  }

  /** The stack is gone. */
  void forget() {
    tcp = null;
    listener = null;
    connections.clear();
    open.set(0);
  }

  /**
   * Listens where the configuration says, or not at all.
   *
   * @throws TcpException if the port cannot be had now
   */
  void listen(ServicesSettings.Port wanted) throws TcpException {
    TcpService service = tcp;
    if (service == null) {
      return;
    }
    TcpListener current = listener;
    if (current != null
        && (current.isClosed() || !wanted.enabled() || current.local().port() != wanted.port())) {
      listener = null;
      current.close();
    }
    if (!wanted.enabled()) {
      return;
    }
    if (listener == null) {
      listener = open(service, new IpEndpoint(IpAddress.ANY, wanted.port()), null);
    } else if (listener.backlog() != settings().backlog()) {
      listener.listen(settings().backlog());
    }
  }

  /** One more listener, for {@code tcp:listen}. */
  TcpListener listenAlso(TcpService service, IpEndpoint local) throws TcpException {
    return open(service, local, EXTRA);
  }

  private TcpListener open(TcpService service, IpEndpoint local, String note) throws TcpException {
    TcpListener opened = service.listener();
    try {
      opened.owner(owner());
      opened.attach(note);
      opened.option(TcpOption.REUSE_ADDRESS, true);
      opened.bind(local);
      opened.acceptor(this);
      opened.listen(settings().backlog());
      return opened;
    } catch (TcpException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public TcpHandler onAccept(TcpSocket socket) {
    ServiceConnection known = connections.get(socket.id());
    if (known != null) {
      return known;
    }
    if (open.get() >= settings().maxConnections()) {
      refused.incrementAndGet();
      socket.abort();
      return null;
    }
    accepted.incrementAndGet();
    return begin(socket);
  }

  private ServiceConnection begin(TcpSocket socket) {
    return connections.computeIfAbsent(
        socket.id(),
        id -> {
          open.incrementAndGet();
          return protocol.serve(this, socket);
        });
  }

  /** A connection is over for this service. */
  void ended(ServiceConnection connection) {
    if (connections.remove(connection.socket().id(), connection)) {
      open.decrementAndGet();
    }
  }

  /** Ends the connections that stand still for too long. */
  void sweep() {
    int seconds = settings().idleTimeoutSeconds();
    if (seconds == 0) {
      return;
    }
    long oldest = nowNanos() - TimeUnit.SECONDS.toNanos(seconds);
    List<ServiceConnection> still = new ArrayList<>();
    for (ServiceConnection connection : connections.values()) {
      if (connection.lastProgressNanos() - oldest < 0) {
        still.add(connection);
      }
    }
    for (ServiceConnection connection : still) {
      timedOut.incrementAndGet();
      ended(connection);
      if (connection.socket().unacknowledged() > 0) {
        connection.socket().abort();
      } else {
        connection.socket().close();
      }
    }
  }
}
