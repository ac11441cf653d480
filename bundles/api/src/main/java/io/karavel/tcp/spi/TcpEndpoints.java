package io.karavel.tcp.spi;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.LaneFence;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * The sockets, listeners and bound ports of one stack: a lasting object that the engine makes and
 * TCP modules find with {@link io.karavel.engine.LaneContext#shared}. Any thread.
 */
public final class TcpEndpoints {
  private final LaneMailbox mailbox;
  private final RingMemory memory;
  private final Predicate<IpAddress> isLocal;
  private final IntUnaryOperator random;
  final AtomicLong lastId = new AtomicLong();
  final ConcurrentHashMap<Long, StackSocket> sockets = new ConcurrentHashMap<>();
  final ConcurrentHashMap<Long, StackListener> listeners = new ConcurrentHashMap<>();

  /** Listening, by port: what the lane looks up. Arrays are replaced, never changed. */
  private final ConcurrentHashMap<Integer, StackListener[]> listening = new ConcurrentHashMap<>();

  /** Bound endpoints by port; guarded by itself. */
  private final Map<Integer, List<StackEndpoint>> bound = new HashMap<>();

  /** Connections and TIME-WAIT records by local address and port, not counting bound sockets. */
  final HeldPorts held = new HeldPorts();

  private volatile List<String> congestionControls = List.of();
  private volatile int ephemeralFirst = 32768;
  private volatile int ephemeralLast = 60999;
  private volatile boolean frozen;

  /**
   * The endpoints of a stack.
   *
   * @param mailbox the way to the lane
   * @param memory what byte rings are made of
   * @param isLocal whether an address may be bound to
   * @param random a random number below its argument, for port selection (RFC 6056)
   */
  public TcpEndpoints(
      LaneMailbox mailbox,
      RingMemory memory,
      Predicate<IpAddress> isLocal,
      IntUnaryOperator random) {
    this.mailbox = mailbox;
    this.memory = memory;
    this.isLocal = isLocal;
    this.random = random;
  }

  /**
   * Engine: has everything stand still, because what it is goes to disk, or go on. Meanwhile reads
   * find nothing, writes have no room, and closing does nothing: what an application does from now
   * on would not be kept.
   */
  public void freeze(boolean wanted) {
    frozen = wanted;
    if (!wanted) {
      sockets.values().forEach(StackSocket::signal);
    }
  }

  /** Whether everything stands still. */
  public boolean isFrozen() {
    return frozen;
  }

  LaneMailbox mailbox() {
    return mailbox;
  }

  /** What byte rings are made of. */
  public RingMemory memory() {
    return memory;
  }

  /** Sets the range of ports that are chosen for port 0, both ends included. */
  public void ephemeralPorts(int first, int last) {
    ephemeralFirst = first;
    ephemeralLast = last;
  }

  /** First ephemeral port. */
  public int ephemeralFirst() {
    return ephemeralFirst;
  }

  /** Last ephemeral port. */
  public int ephemeralLast() {
    return ephemeralLast;
  }

  /** The congestion controls there are, as the module of a lane says; kept while it is away. */
  public void congestionControls(Collection<String> names) {
    congestionControls = List.copyOf(names);
  }

  /** Names of the congestion controls there are; empty while no module has said. */
  public List<String> congestionControls() {
    return congestionControls;
  }

  // ---- registry ----

  /** A new socket. */
  public StackSocket newSocket() {
    StackSocket socket = new StackSocket(this, lastId.incrementAndGet());
    sockets.put(socket.id(), socket);
    return socket;
  }

  /** A new listener. */
  public StackListener newListener() {
    StackListener listener = new StackListener(this, lastId.incrementAndGet());
    listeners.put(listener.id(), listener);
    return listener;
  }

  /**
   * Lane of {@code original}: an endpoint of this table in its condition, with rings that have its
   * positions and hold no bytes. For opening a copy of a module's state where nothing comes of it.
   */
  public StackEndpoint shapeOf(StackEndpoint original) {
    if (original instanceof StackSocket socket) {
      return sockets.computeIfAbsent(original.id(), id -> socket.shape(this));
    }
    StackListener listener = (StackListener) original;
    return listeners.computeIfAbsent(original.id(), id -> listener.shape(this));
  }

  /** A number for something that has no socket but must be shown. */
  public long nextId() {
    return lastId.incrementAndGet();
  }

  /** The socket with a number, or null. */
  public StackSocket socket(long id) {
    return sockets.get(id);
  }

  /** The listener with a number, or null. */
  public StackListener listener(long id) {
    return listeners.get(id);
  }

  /** All sockets, those of open connections and those not connected; orphans not forgotten too. */
  public Collection<StackSocket> sockets() {
    return sockets.values();
  }

  /** All listeners that are not closed. */
  public Collection<StackListener> listeners() {
    return listeners.values();
  }

  /** Lane: the connection of a socket is over; a closed one is forgotten, its port given back. */
  public void connectionOver(StackSocket socket) {
    LaneFence.pass();
    unbind(socket);
    if (socket.isClosed()) {
      sockets.remove(socket.id());
    }
  }

  /**
   * Engine, lane: the state of the TCP module is lost. Every connection fails with {@link
   * TcpError#MODULE_DISPOSED}, their ports are free again; listeners go on listening.
   *
   * @param nowNanos now, on the lane's clock
   * @return how many connections failed
   */
  public int disposeConnections(long nowNanos) {
    LaneFence.pass();
    return disposeConnections(nowNanos, Set.of());
  }

  private int disposeConnections(long nowNanos, Set<StackSocket> goOn) {
    int count = 0;
    held.clear();
    for (StackListener listener : listeners.values()) {
      listener.moduleState(null);
    }
    for (StackSocket socket : sockets.values()) {
      if (goOn.contains(socket)) {
        continue;
      }
      if (dispose(socket, nowNanos)) {
        count++;
      } else if (socket.state() == TcpState.TIME_WAIT) {
        socket.ending(new StackSocket.Ending(TcpState.TIME_WAIT, TcpCause.MODULE, nowNanos));
        socket.state(TcpState.CLOSED);
      }
    }
    return count;
  }

  /**
   * Engine, lane: the state of one of two TCP modules is lost. Its connections fail as above.
   *
   * @return how many connections failed
   */
  public int disposeConnections(FlowSet lost, long nowNanos) {
    LaneFence.pass();
    int count = 0;
    for (StackSocket socket : sockets.values()) {
      if (goesOn(socket) && isIn(lost, socket)) {
        letGo(socket.local().address().ipv4Bits(), socket.local().port());
        dispose(socket, nowNanos);
        count++;
      }
    }
    return count;
  }

  /**
   * Engine, lane: of two TCP modules the state of the one is lost that has everything but some
   * connections. All the others fail as above.
   *
   * @param spared the connections that go on
   * @return how many connections failed
   */
  public int disposeOthers(FlowSet spared, long nowNanos) {
    LaneFence.pass();
    Set<StackSocket> goOn = Collections.newSetFromMap(new IdentityHashMap<>());
    for (StackSocket socket : sockets.values()) {
      if (goesOn(socket) && isIn(spared, socket)) {
        goOn.add(socket);
      }
    }
    int count = disposeConnections(nowNanos, goOn);
    for (StackSocket socket : goOn) {
      held.hold(socket.local().address().ipv4Bits(), socket.local().port());
    }
    return count;
  }

  private static boolean goesOn(StackSocket socket) {
    return socket.isConnecting() && !socket.isOver();
  }

  /** Whether the connection of a socket is in a set. */
  public static boolean isIn(FlowSet flows, StackSocket socket) {
    IpEndpoint local = socket.local();
    IpEndpoint remote = socket.remote();
    return local != null
        && remote != null
        && flows.contains(
            local.address().ipv4Bits(), local.port(), remote.address().ipv4Bits(), remote.port());
  }

  private boolean dispose(StackSocket socket, long nowNanos) {
    socket.moduleState(null);
    if (!goesOn(socket)) {
      return false;
    }
    socket.takeWishes();
    socket.ending(new StackSocket.Ending(socket.state(), TcpCause.MODULE, nowNanos));
    socket.markFailed(new TcpException(TcpError.MODULE_DISPOSED));
    socket.state(TcpState.CLOSED);
    socket.markOver();
    socket.discardRings();
    connectionOver(socket);
    socket.signal();
    return true;
  }

  /** An endpoint was closed by the application and has no connection. */
  void release(StackEndpoint endpoint) {
    unbind(endpoint);
    sockets.remove(endpoint.id());
    if (listeners.remove(endpoint.id()) != null) {
      int port = endpoint.local().port();
      listening.computeIfPresent(port, (p, array) -> without(array, endpoint));
    }
  }

  /** A socket that ended earlier is closed now. */
  void forget(StackSocket socket) {
    sockets.remove(socket.id());
  }

  // ---- listening ----

  void listen(StackListener listener) throws TcpException {
    synchronized (bound) {
      int port = listener.local().port();
      for (StackListener other : listening.getOrDefault(port, new StackListener[0])) {
        if (conflicts(other.local().address(), listener.local().address())
            && !bothReusePort(other, listener)) {
          throw new TcpException(TcpError.ADDRESS_IN_USE, listener.local() + " has a listener");
        }
      }
      listening.merge(
          port,
          new StackListener[] {listener},
          (old, added) -> {
            StackListener[] all = java.util.Arrays.copyOf(old, old.length + 1);
            all[old.length] = added[0];
            return all;
          });
    }
  }

  /**
   * Lane: the listener for a SYN: one at the specific address before one at the wildcard; among
   * several that share the port, the one the hash of the flow selects.
   */
  public StackListener listenerFor(int localIpv4, int port, int flowHash) {
    LaneFence.pass();
    StackListener[] all = listening.get(port);
    if (all == null) {
      return null;
    }
    int specific = 0;
    int wildcard = 0;
    for (StackListener listener : all) {
      int address = listener.local().address().ipv4Bits();
      if (address == localIpv4) {
        specific++;
      } else if (address == 0) {
        wildcard++;
      }
    }
    int wanted = specific > 0 ? localIpv4 : 0;
    int count = specific > 0 ? specific : wildcard;
    if (count == 0) {
      return null;
    }
    int skip = Integer.remainderUnsigned(flowHash, count);
    for (StackListener listener : all) {
      if (listener.local().address().ipv4Bits() == wanted && skip-- == 0) {
        return listener;
      }
    }
    return null;
  }

  private static StackListener[] without(StackListener[] array, StackEndpoint gone) {
    List<StackListener> left = new ArrayList<>();
    for (StackListener listener : array) {
      if (listener != gone) {
        left.add(listener);
      }
    }
    return left.isEmpty() ? null : left.toArray(new StackListener[0]);
  }

  // ---- ports ----

  IpEndpoint bind(StackEndpoint endpoint, IpEndpoint wanted) throws TcpException {
    IpAddress address = wanted.address();
    if (!address.isAny() && !isLocal.test(address)) {
      throw new TcpException(TcpError.ADDRESS_NOT_AVAILABLE, address.toString());
    }
    synchronized (bound) {
      IpEndpoint local = wanted;
      if (wanted.port() == 0) {
        int port = freePort(address);
        if (port == 0) {
          throw new TcpException(
              TcpError.NO_FREE_PORT, "all of " + ephemeralFirst + " to " + ephemeralLast);
        }
        local = new IpEndpoint(address, port);
      } else {
        check(endpoint, wanted);
      }
      bound.computeIfAbsent(local.port(), p -> new ArrayList<>(1)).add(endpoint);
      return local;
    }
  }

  private void check(StackEndpoint endpoint, IpEndpoint wanted) throws TcpException {
    boolean reuse = endpoint.optionOr(TcpOption.REUSE_ADDRESS, false);
    for (StackEndpoint other : bound.getOrDefault(wanted.port(), List.of())) {
      if (!conflicts(other.local().address(), wanted.address()) || bothReusePort(other, endpoint)) {
        continue;
      }
      boolean otherListens = other instanceof StackListener listener && listener.backlog() > 0;
      if (otherListens || !reuse || !other.optionOr(TcpOption.REUSE_ADDRESS, false)) {
        throw new TcpException(
            TcpError.ADDRESS_IN_USE,
            wanted + " is held by " + (otherListens ? "a listener" : "a socket"));
      }
    }
    if (!reuse && isHeld(wanted)) {
      throw new TcpException(
          TcpError.ADDRESS_IN_USE,
          wanted + " has connections; set reuse-address to bind over them");
    }
  }

  private boolean isHeld(IpEndpoint wanted) {
    return wanted.address().isAny()
        ? held.isHeldAnywhere(wanted.port())
        : held.isHeld(wanted.address().ipv4Bits(), wanted.port());
  }

  private int freePort(IpAddress address) {
    int first = ephemeralFirst;
    int count = ephemeralLast - first + 1;
    int offset = random.applyAsInt(count);
    for (int i = 0; i < count; i++) {
      int port = first + (offset + i) % count;
      if (bound.get(port) == null && !isHeld(new IpEndpoint(address, port))) {
        return port;
      }
    }
    return 0;
  }

  /** An endpoint that was bound, and listened perhaps, before the appliance started anew. */
  void rebind(StackEndpoint endpoint) throws TcpException {
    if (!endpoint.isBound()) {
      return;
    }
    synchronized (bound) {
      bound.computeIfAbsent(endpoint.local().port(), p -> new ArrayList<>(1)).add(endpoint);
    }
    if (endpoint instanceof StackListener listener && listener.backlog() > 0) {
      listen(listener);
    }
  }

  private void unbind(StackEndpoint endpoint) {
    if (!endpoint.isBound()) {
      return;
    }
    synchronized (bound) {
      int port = endpoint.local().port();
      List<StackEndpoint> there = bound.get(port);
      if (there != null && there.remove(endpoint) && there.isEmpty()) {
        bound.remove(port);
      }
    }
  }

  /** Lane: whether some endpoint is bound to a port, so that connects must not choose it. */
  public boolean isBound(int port) {
    synchronized (bound) {
      return bound.containsKey(port);
    }
  }

  /** Lane: a connection or TIME-WAIT record begins to use a local address and port. */
  public void hold(int localIpv4, int port) {
    LaneFence.pass();
    held.hold(localIpv4, port);
  }

  /** Lane: one use less. */
  public void letGo(int localIpv4, int port) {
    LaneFence.pass();
    held.letGo(localIpv4, port);
  }

  private static boolean conflicts(IpAddress one, IpAddress other) {
    return one.isAny() || other.isAny() || one.equals(other);
  }

  private static boolean bothReusePort(StackEndpoint one, StackEndpoint other) {
    return one.optionOr(TcpOption.REUSE_PORT, false) && other.optionOr(TcpOption.REUSE_PORT, false);
  }
}
