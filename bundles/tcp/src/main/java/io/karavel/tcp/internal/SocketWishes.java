package io.karavel.tcp.internal;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;

/** Acts on the wishes of sockets and listeners. */
final class SocketWishes {
  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final ActiveOpens opens;
  private final Listeners listeners;
  private final Keepalives keepalives;
  private final MemoryWaiters memoryWaiters;
  private final TimeWaits timeWaits;

  SocketWishes(
      TcpLane lane,
      Flows flows,
      TcpFlusher flusher,
      ActiveOpens opens,
      Listeners listeners,
      Keepalives keepalives,
      MemoryWaiters memoryWaiters,
      TimeWaits timeWaits) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.opens = opens;
    this.listeners = listeners;
    this.keepalives = keepalives;
    this.memoryWaiters = memoryWaiters;
    this.timeWaits = timeWaits;
  }

  /** Takes the wishes of an endpoint and acts on them. */
  void onAttention(StackEndpoint endpoint) {
    int wishes = endpoint.takeWishes();
    if (endpoint instanceof StackListener listener) {
      serve(listener, wishes);
    } else {
      StackSocket socket = (StackSocket) endpoint;
      if (socket.moduleState() instanceof Connection connection) {
        serve(connection, wishes);
      } else if (socket.isOver()) {
        if ((wishes & StackEndpoint.ABORT) != 0) {
          timeWaits.abort(socket);
        }
        letGo(socket);
      } else if (socket.isConnecting()
          && (wishes & (StackEndpoint.CONNECT | StackEndpoint.CLOSE | StackEndpoint.ABORT)) != 0) {
        opens.connect(socket);
      }
    }
  }

  /** Its connection was over before the wish came; if it is closed nothing of it stays. */
  private void letGo(StackSocket socket) {
    if (socket.isClosed()) {
      lane.endpoints.connectionOver(socket);
      if (socket.receiveRing() != null) {
        socket.receiveRing().discard();
      }
    }
  }

  private void serve(StackListener listener, int wishes) {
    if (listener.isClosed() || (wishes & StackEndpoint.CLOSE) != 0) {
      listeners.close(listener);
      return;
    }
    ListenState state = listeners.stateOf(listener);
    if ((wishes & StackEndpoint.OPTIONS) != 0) {
      state.forgetOptions();
    }
  }

  private void serve(Connection connection, int wishes) {
    lane.serve(connection);
    long nowNanos = lane.nowNanos();
    StackSocket socket = connection.socket();
    if ((wishes & StackEndpoint.OPTIONS) != 0) {
      connection.core().options(ConnectionOptions.of(socket.options()), nowNanos);
      connection.core().keepalive(keepalives(connection), nowNanos);
      connection.headerOptions();
    }
    if ((wishes & StackEndpoint.URGENT_WRITTEN) != 0) {
      connection.core().urgent(socket.urgentWrittenEnd());
    }
    if ((wishes & StackEndpoint.WRITTEN) != 0) {
      connection.core().written(nowNanos);
    }
    if ((wishes & StackEndpoint.READ) != 0) {
      connection.core().read(nowNanos);
    }
    if ((wishes & StackEndpoint.MEMORY) != 0) {
      memoryWaiters.add(socket);
    }
    if ((wishes & StackEndpoint.SHUTDOWN_INPUT) != 0) {
      connection.core().shutdownInput(nowNanos);
    }
    if ((wishes & StackEndpoint.SHUTDOWN_OUTPUT) != 0) {
      connection.core().shutdownOutput(nowNanos);
    }
    if ((wishes & StackEndpoint.ABORT) != 0) {
      TcpCause cause = socket.isUnaccepted() ? TcpCause.LISTENER_CLOSED : TcpCause.ABORT;
      connection.core().abort(null, cause, nowNanos);
    } else if ((wishes & StackEndpoint.CLOSE) != 0) {
      close(connection);
    }
    flusher.apply(connection);
    lane.current = null;
    flusher.owe(connection);
  }

  private void close(Connection connection) {
    long nowNanos = lane.nowNanos();
    connection.core().close(connection.closing, nowNanos);
    if (!connection.core().isOrphan()) {
      return;
    }
    flows.orphaned(connection);
    if (flows.orphans() > lane.settings().maxOrphans()) {
      lane.mib.abortOnMemory.increment();
      connection.core().abort(null, TcpCause.ORPHAN_LIMIT, nowNanos);
    }
  }

  /** How a connection is to be kept alive now. */
  io.karavel.tcp.internal.connection.KeepaliveTimes keepalives(Connection connection) {
    return keepalives.times(
        connection.socket(),
        connection.localPort(),
        connection.remoteIpv4(),
        connection.remotePort());
  }
}
