package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.FlowSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * All flows of a lane with the counts that limits are held against. Every connection and TIME-WAIT
 * record that is added holds its local port.
 */
final class Flows {
  /** Bytes of secret. */
  static final int SECRET_BYTES = 16;

  private final TcpLane lane;
  private final FlowTable<Flow> table;
  private final PeerCounts peers = new PeerCounts();
  private final int[] byState = new int[TcpState.values().length];
  private int connections;
  private int orphans;

  /** Connections that the lane's other module has and that count here too; null without any. */
  private FlowTable<Elsewhere> elsewhere;

  /** Guest: connections that are over, until the host knows; else null. */
  private FlowSet ended;

  /**
   * What is known of a connection that the other module has.
   *
   * @param origin the listener that it counts for, or null
   * @param isRecord whether it is a TIME-WAIT record, which counts for nothing
   */
  private record Elsewhere(ListenState origin, int remoteIpv4, boolean isRecord) {}

  /** How many of those are TIME-WAIT records. */
  private int recordsElsewhere;

  Flows(TcpLane lane) {
    this.lane = lane;
    table = newTable();
    peerLimitChanged();
  }

  private <V> FlowTable<V> newTable() {
    ByteBuffer secret =
        ByteBuffer.wrap(lane.context.secret("tcp.flows", SECRET_BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    return new FlowTable<>(secret.getLong(), secret.getLong());
  }

  FlowTable<Flow> table() {
    return table;
  }

  Flow find(Arrival arrival) {
    return table.find(arrival.localIpv4, arrival.localPort, arrival.remoteIpv4, arrival.remotePort);
  }

  /** What is between two endpoints, or null. */
  Flow find(IpEndpoint local, IpEndpoint remote) {
    return table.find(
        local.address().ipv4Bits(), local.port(), remote.address().ipv4Bits(), remote.port());
  }

  /** Connections, not counting TIME-WAIT and embryos. */
  int connections() {
    return connections;
  }

  /** Connections without an application. */
  int orphans() {
    return orphans;
  }

  /** Connections in a state. */
  int inState(TcpState state) {
    return byState[state.ordinal()];
  }

  /** Whether one more connection with a peer would exceed a limit. */
  boolean isAtLimit(int remoteIpv4) {
    TcpSettings settings = lane.settings();
    return connections + elsewhere() >= settings.maxConnections()
        || settings.maxConnectionsPerPeer() > 0
            && peers.of(remoteIpv4) >= settings.maxConnectionsPerPeer();
  }

  /** Which limit one more connection with a peer would exceed, for people. */
  String limit(IpAddress remote) {
    TcpSettings settings = lane.settings();
    return connections + elsewhere() >= settings.maxConnections()
        ? "maxConnections = " + settings.maxConnections() + " is reached; raise it or close some"
        : "maxConnectionsPerPeer = "
            + settings.maxConnectionsPerPeer()
            + " is reached with "
            + remote
            + "; raise it or close some";
  }

  /** The limit per peer was changed: counting begins or ends. */
  void peerLimitChanged() {
    boolean wanted = lane.settings().maxConnectionsPerPeer() > 0;
    if (wanted && !peers.isCounting()) {
      peers.begin();
      table.forEach(
          flow -> {
            if (flow instanceof Connection) {
              peers.add(flow.remoteIpv4());
            }
          });
      if (elsewhere != null) {
        elsewhere.forEach(
            other -> {
              if (!other.isRecord()) {
                peers.add(other.remoteIpv4());
              }
            });
      }
    } else if (!wanted) {
      peers.end();
    }
  }

  /** A new connection: holds its port. */
  void open(Connection connection) {
    lane.endpoints.hold(connection.localIpv4(), connection.localPort());
    adopt(connection);
  }

  /** A connection that held its port before. */
  void adopt(Connection connection) {
    put(connection);
    connections++;
    peers.add(connection.remoteIpv4());
    if (connection.origin != null) {
      connection.origin.connections++;
    }
    byState[connection.state.ordinal()]++;
    lane.mib.connections.set(connections);
    if (connection.orphan) {
      orphans++;
      lane.mib.orphans.set(orphans);
    }
  }

  /** Says how many there are: a predecessor's levels may be others. */
  void tellLevels() {
    lane.mib.connections.set(connections);
    lane.mib.orphans.set(orphans);
  }

  /** A connection goes; its port stays held if a TIME-WAIT record takes its place. */
  void close(Connection connection, boolean letGo) {
    if (table.find(
            connection.localIpv4(),
            connection.localPort(),
            connection.remoteIpv4(),
            connection.remotePort())
        == connection) {
      remove(connection);
    }
    if (ended != null) {
      ended.add(
          connection.localIpv4(),
          connection.localPort(),
          connection.remoteIpv4(),
          connection.remotePort());
    }
    connections--;
    peers.remove(connection.remoteIpv4());
    if (connection.origin != null) {
      connection.origin.connections--;
      connection.origin = null;
    }
    byState[connection.state.ordinal()]--;
    lane.mib.connections.set(connections);
    if (connection.orphan) {
      connection.orphan = false;
      orphans--;
      lane.mib.orphans.set(orphans);
    }
    if (letGo) {
      lane.endpoints.letGo(connection.localIpv4(), connection.localPort());
    }
  }

  // ---- two modules on one lane ----

  /** The lane's other module has it from now on; its port stays held. */
  void handOn(Connection connection) {
    remove(connection);
    connections--;
    peers.remove(connection.remoteIpv4());
    ListenState origin = connection.origin;
    if (origin != null) {
      origin.connections--;
    }
    byState[connection.state.ordinal()]--;
    if (connection.orphan) {
      orphans--;
    }
    if (!lane.guest) {
      addElsewhere(
          connection.localIpv4(),
          connection.localPort(),
          connection.remoteIpv4(),
          connection.remotePort(),
          origin);
    }
  }

  /** There is no other module any more. */
  void forgetOther() {
    ended = null;
    if (elsewhere != null) {
      elsewhere.forEach(
          other -> {
            if (!other.isRecord()) {
              peers.remove(other.remoteIpv4());
            }
            if (other.origin() != null) {
              other.origin().connections--;
            }
          });
      elsewhere = null;
      recordsElsewhere = 0;
    }
  }

  /** From now on connections that end are remembered. */
  void rememberEnded() {
    ended = new FlowSet();
  }

  /** What has ended since it was emptied; null if that is not remembered. */
  FlowSet ended() {
    return ended;
  }

  /** How many connections the other module has that count here. */
  int elsewhere() {
    return elsewhere == null ? 0 : elsewhere.size() - recordsElsewhere;
  }

  /** The other module has this one. */
  void addElsewhere(
      int localIpv4, int localPort, int remoteIpv4, int remotePort, ListenState origin) {
    if (elsewhere == null) {
      elsewhere = newTable();
    }
    elsewhere.put(
        localIpv4, localPort, remoteIpv4, remotePort, new Elsewhere(origin, remoteIpv4, false));
    peers.add(remoteIpv4);
    if (origin != null) {
      origin.connections++;
    }
  }

  /** The lane's other module has a TIME-WAIT record from now on; its port stays held. */
  void handOn(TimeWaitFlow record) {
    remove(record);
    if (lane.guest) {
      return;
    }
    if (elsewhere == null) {
      elsewhere = newTable();
    }
    elsewhere.put(
        record.localIpv4(),
        record.localPort(),
        record.remoteIpv4(),
        record.remotePort(),
        new Elsewhere(null, record.remoteIpv4(), true));
    recordsElsewhere++;
  }

  /** A TIME-WAIT record is over. */
  void over(TimeWaitFlow record) {
    remove(record);
    if (ended != null) {
      ended.add(record.localIpv4(), record.localPort(), record.remoteIpv4(), record.remotePort());
    }
  }

  /** The other module has it no more; nothing happens if it never had. */
  void removeElsewhere(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    Elsewhere gone =
        elsewhere == null ? null : elsewhere.remove(localIpv4, localPort, remoteIpv4, remotePort);
    if (gone != null && gone.isRecord()) {
      recordsElsewhere--;
    } else if (gone != null) {
      peers.remove(remoteIpv4);
      if (gone.origin() != null) {
        gone.origin().connections--;
      }
    }
  }

  /** Whether the other module has a connection with these four parts. */
  boolean isElsewhere(int localIpv4, int localPort, int remoteIpv4, int remotePort) {
    return elsewhere != null
        && elsewhere.find(localIpv4, localPort, remoteIpv4, remotePort) != null;
  }

  /** A connection has lost its application. */
  void orphaned(Connection connection) {
    if (!connection.orphan) {
      connection.orphan = true;
      orphans++;
      lane.mib.orphans.set(orphans);
    }
  }

  /** A connection has changed its state. */
  void moved(Connection connection, TcpState state) {
    byState[connection.state.ordinal()]--;
    connection.state = state;
    byState[state.ordinal()]++;
  }

  /** Puts a flow into the table. */
  void put(Flow flow) {
    table.put(flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort(), flow);
  }

  /** Takes a flow out of the table. */
  void remove(Flow flow) {
    table.remove(flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort());
  }
}
