package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.internal.connection.FastOpen;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;

/** Active opens: route, source address, local port, initial sequence number, and the SYN. */
final class ActiveOpens {
  private static final int HEADER_BYTES = 40;
  private static final int NO_PORT = 0;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final TimeWaits timeWaits;
  private final Keepalives keepalives;
  private final EphemeralPorts ports;

  /** The socket that is being connected; still there after a call that threw or hung. */
  private StackSocket opening;

  /** Sockets that want to connect while there is no IP module. */
  private final ArrayDeque<StackSocket> waiting = new ArrayDeque<>();

  ActiveOpens(
      TcpLane lane, Flows flows, TcpFlusher flusher, TimeWaits timeWaits, Keepalives keepalives) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.timeWaits = timeWaits;
    this.keepalives = keepalives;
    ports =
        new EphemeralPorts(
            lane.context.secret("tcp.ports", EphemeralPorts.SECRET_BYTES), lane.context::random);
  }

  /** How ports are chosen. */
  EphemeralPorts ports() {
    return ports;
  }

  /** Sockets that wait for an IP module. */
  Collection<StackSocket> waiting() {
    return waiting;
  }

  /** The socket in whose connect a call threw or hung; null if there is none. */
  StackSocket interrupted() {
    return opening;
  }

  /** Tells whom IP failed; connects whom IP was missing for, once it is there. */
  void flush() {
    endInterrupted();
    if (!waiting.isEmpty() && lane.ip.module() != null) {
      for (int left = waiting.size(); left > 0; left--) {
        connect(waiting.poll());
      }
    }
  }

  /** Not tried again: what it met once it may meet again, until a slot is parked for it. */
  private void endInterrupted() {
    StackSocket socket = opening;
    opening = null;
    if (socket != null && !socket.isOver()) {
      end(socket, TcpError.CONNECTION_ABORTED, TcpHandover.WHILE_OPENED);
    }
  }

  /** A socket wishes to connect. */
  void connect(StackSocket socket) {
    endInterrupted();
    opening = socket;
    tryConnect(socket);
    opening = null;
  }

  private void tryConnect(StackSocket socket) {
    if (socket.isOver()) {
      return;
    }
    if (socket.isClosed()) {
      // Closed before the SYN was sent: nothing is.
      end(socket, null, "");
      return;
    }
    IpModule ip = lane.ip.module();
    if (ip == null) {
      waiting.add(socket);
      return;
    }
    IpEndpoint local = socket.local();
    IpEndpoint remote = socket.remote();
    int remoteIpv4 = remote.address().ipv4Bits();
    int boundIpv4 = local.address().ipv4Bits();
    if (ip.isBroadcast(remoteIpv4)) {
      end(socket, TcpError.NETWORK_UNREACHABLE, remote.address() + " is a broadcast address");
      return;
    }
    IpRoute route = ip.route(boundIpv4, remoteIpv4);
    if (route == null) {
      boolean gone = boundIpv4 != 0 && !ip.isLocal(boundIpv4);
      end(
          socket,
          gone ? TcpError.ADDRESS_NOT_AVAILABLE : TcpError.NETWORK_UNREACHABLE,
          gone ? local.address().toString() : remote.address().toString());
      return;
    }
    if (flows.isAtLimit(remoteIpv4)) {
      lane.mib.connectionLimit.increment();
      end(socket, TcpError.LIMIT_REACHED, flows.limit(remote.address()));
      return;
    }
    int localIpv4 = boundIpv4 != 0 ? boundIpv4 : route.sourceIpv4();
    int port =
        local.port() != NO_PORT ? local.port() : choosePort(localIpv4, remoteIpv4, remote.port());
    if (port == NO_PORT) {
      TcpSettings settings = lane.settings();
      lane.mib.noFreePort.increment();
      end(
          socket,
          TcpError.NO_FREE_PORT,
          settings.ephemeralFirst() + " to " + settings.ephemeralLast() + " towards " + remote);
      return;
    }
    Flow there = flows.table().find(localIpv4, port, remoteIpv4, remote.port());
    if (there != null && !mayReplace(there)
        || flows.isElsewhere(localIpv4, port, remoteIpv4, remote.port())) {
      end(socket, TcpError.ADDRESS_IN_USE, local + " is connected to " + remote + " already");
      return;
    }
    open(socket, route, localIpv4, port, remoteIpv4, remote.port(), (TimeWaitFlow) there);
  }

  private int choosePort(int localIpv4, int remoteIpv4, int remotePort) {
    TcpSettings settings = lane.settings();
    return ports.choose(
        settings.ephemeralFirst(),
        settings.ephemeralLast(),
        localIpv4,
        remoteIpv4,
        remotePort,
        port -> {
          Flow there = flows.table().find(localIpv4, port, remoteIpv4, remotePort);
          return (there == null || mayReplace(there))
              && !flows.isElsewhere(localIpv4, port, remoteIpv4, remotePort)
              && !lane.endpoints.isBound(port);
        });
  }

  private boolean mayReplace(Flow flow) {
    return flow instanceof TimeWaitFlow record && timeWaits.mayBeReused(record);
  }

  private void open(
      StackSocket socket,
      IpRoute route,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      TimeWaitFlow replaced) {
    long nowNanos = lane.nowNanos();
    int iss = lane.sequenceNumbers.next(nowNanos, localIpv4, localPort, remoteIpv4, remotePort);
    int timestampOffset = lane.sequenceNumbers.timestampOffset(localIpv4, remoteIpv4);
    if (replaced != null) {
      iss = Listeners.beyond(replaced, iss);
      timestampOffset = replaced.timestampOffset();
      lane.mib.timeWaitRecycled.increment();
      timeWaits.remove(replaced, TcpCause.CONNECT);
    }
    TcpSettings settings = lane.settings();
    ConnectionOptions options = ConnectionOptions.of(socket.options());
    ByteRing receive = new ByteRing(lane.endpoints.memory(), options.receiveBufferBytes(settings));
    ByteRing send = new ByteRing(lane.endpoints.memory(), options.sendBufferBytes(settings));
    byte[] early = socket.takeEarlyBytes();
    TcpConnection core =
        TcpConnection.connect(
            lane.connections,
            options,
            keepalives.times(socket, localPort, remoteIpv4, remotePort),
            receive,
            send,
            iss,
            timestampOffset,
            lane.pathMtus.mtu(remoteIpv4, route.mtu()) - HEADER_BYTES,
            fastOpen(socket, early, remoteIpv4),
            nowNanos);
    if (early != null) {
      send.write(ByteBuffer.wrap(early));
    }
    socket.local(new IpEndpoint(IpAddress.ipv4(localIpv4), localPort));
    socket.rings(receive, send);
    socket.state(TcpState.SYN_SENT);
    // from here on it is a connection like others
    opening = null;
    Connection connection =
        new Connection(flusher, core, socket, localIpv4, localPort, remoteIpv4, remotePort);
    socket.moduleState(connection);
    flows.open(connection);
    flusher.owe(connection);
  }

  private FastOpen fastOpen(StackSocket socket, byte[] early, int remoteIpv4) {
    boolean wanted = early != null || socket.optionOr(TcpOption.FAST_OPEN_CONNECT, false);
    return wanted ? lane.fastOpen.open(remoteIpv4) : null;
  }

  /** The attempt ends before it began. */
  private void end(StackSocket socket, TcpError error, String details) {
    if (error != null) {
      lane.connections.counters().attemptFails.increment();
      socket.markFailed(new TcpException(error, details));
    }
    socket.state(TcpState.CLOSED);
    socket.markOver();
    lane.endpoints.connectionOver(socket);
    socket.signal();
  }
}
