package io.karavel.shell.internal.doctor;

import java.util.List;

/** A limit on connections is reached. */
final class ConnectionLimit implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return Check.counted(
        s,
        "connection-limit",
        "connections were not opened because of a limit",
        "there are "
            + s.total("Tcp.Connections")
            + " connections; maxConnections or"
            + " maxConnectionsPerPeer is reached",
        Snapshot.doubled("maxConnections", s.settings().maxConnections()),
        "TcpExt.TCPConnectionLimit");
  }
}
