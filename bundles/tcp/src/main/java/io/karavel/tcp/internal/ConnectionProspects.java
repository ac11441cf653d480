package io.karavel.tcp.internal;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.StatedKeepalive;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says what would become of what exists under other settings. Lane's thread. */
final class ConnectionProspects {
  private final TcpLane lane;
  private final Flows flows;
  private final Keepalives keepalives;
  private final TcpInspection inspection;

  ConnectionProspects(TcpLane lane, Flows flows, Keepalives keepalives, TcpInspection inspection) {
    this.lane = lane;
    this.flows = flows;
    this.keepalives = keepalives;
    this.inspection = inspection;
  }

  /** A policy that is only proposed. */
  private record Proposed(KeepaliveSettings settings) implements StatedKeepalive {
    @Override
    public int revision() {
      return 0;
    }
  }

  TcpControl.Prospect page(
      TcpSettings proposed, KeepaliveSettings keepalive, long cursor, int examine) {
    KeepalivePolicy policy = keepalive == null ? keepalives.policy() : new Proposed(keepalive);
    TcpSettings inForce = lane.settings();
    Map<TcpConnectionInfo, String> ended = new LinkedHashMap<>();
    List<TcpConnectionInfo> touched = new ArrayList<>();
    int next;
    // tried on for the time of this page, in which nothing else happens on the lane
    lane.connections.settings(proposed == null ? inForce : proposed);
    try {
      next =
          flows
              .table()
              .walk(
                  (int) cursor,
                  examine,
                  flow -> {
                    String end = end(flow, policy);
                    TcpConnectionInfo info = inspection.info(flow, false);
                    if (end != null) {
                      ended.put(info, end);
                    } else {
                      touched.add(info);
                    }
                  });
    } finally {
      lane.connections.settings(inForce);
    }
    return new TcpControl.Prospect(ended, touched, next);
  }

  private String end(Flow flow, KeepalivePolicy policy) {
    if (flow instanceof Connection connection) {
      return connection
          .core()
          .prospect(
              keepalives.times(
                  policy,
                  connection.socket(),
                  connection.localPort(),
                  connection.remoteIpv4(),
                  connection.remotePort()),
              lane.nowNanos());
    }
    if (flow instanceof QueuedEmbryo embryo) {
      return embryo.isOver() ? "its SYN-ACK was repeated more often already" : null;
    }
    return ((TimeWaitFlow) flow).isOver(lane.settings(), lane.nowNanos())
        ? "it is in TIME-WAIT for longer than timeWaitSeconds then"
        : null;
  }
}
