package io.karavel.tcp.internal;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that go from one open module of a lane to another, so many at a time. They are told,
 * taken in by the other one, and only then let go. Lane's thread.
 */
final class Portions {
  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;
  private final MemoryWaiters memoryWaiters;
  private final LiveSweep sweep;
  private final TcpHandover handover;
  private final List<Flow> page = new ArrayList<>();

  Portions(
      TcpLane lane,
      Flows flows,
      TcpFlusher flusher,
      Listeners listeners,
      TimeWaits timeWaits,
      MemoryWaiters memoryWaiters,
      LiveSweep sweep,
      TcpHandover handover) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.listeners = listeners;
    this.timeWaits = timeWaits;
    this.memoryWaiters = memoryWaiters;
    this.sweep = sweep;
    this.handover = handover;
  }

  /** Whether a connection can go: it waits for no listener and no answer to a SYN. */
  static boolean isMovable(Connection connection) {
    TcpState state = connection.core().state();
    return connection.lifecycle == 0
        && connection.pendingListener == null
        && connection.fastOpenListener == null
        && state != TcpState.SYN_SENT
        && state != TcpState.SYN_RECEIVED
        && state != TcpState.TIME_WAIT
        && state != TcpState.CLOSED;
  }

  /** Whether a flow can go: such a connection or a TIME-WAIT record. */
  static boolean isMovable(Flow flow) {
    return flow instanceof Connection connection
        ? isMovable(connection)
        : flow instanceof TimeWaitFlow;
  }

  // ---- who gives ----

  SharesConnections.Portion next(int cursor, int most) {
    // embryos and empty shards are passed over, not without end
    int left = 4 * most + FlowTable.SHARDS;
    int next = cursor;
    do {
      int step = Math.max(1, Math.min(left, most - page.size()));
      next =
          flows
              .table()
              .walk(
                  next,
                  step,
                  flow -> {
                    if (isMovable(flow)) {
                      page.add(flow);
                    }
                  });
      left -= step;
    } while (next != 0 && left > 0 && page.size() < most);
    return told(next);
  }

  SharesConnections.Portion of(FlowSet chosen) {
    chosen.forEach(
        (localIpv4, localPort, remoteIpv4, remotePort) -> {
          Flow flow = flows.table().find(localIpv4, localPort, remoteIpv4, remotePort);
          if (flow instanceof Connection connection && isMovable(connection)) {
            page.add(connection);
          }
        });
    return told(0);
  }

  private SharesConnections.Portion told(int next) {
    try {
      FlowSet set = new FlowSet();
      for (Flow flow : page) {
        set.add(flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort());
      }
      return new SharesConnections.Portion(set, handover.portion(page), next);
    } finally {
      page.clear();
    }
  }

  void release(FlowSet gone) {
    boolean[] owing = {false};
    gone.forEach(
        (localIpv4, localPort, remoteIpv4, remotePort) -> {
          Flow flow = flows.table().find(localIpv4, localPort, remoteIpv4, remotePort);
          if (flow instanceof Connection connection) {
            lane.context.timers().cancel(connection);
            memoryWaiters.remove(connection.socket());
            flows.handOn(connection);
            connection.gone = true;
            owing[0] |= connection.owing;
          } else if (flow instanceof TimeWaitFlow record) {
            timeWaits.handOn(record);
          }
        });
    timeWaits.handedOn();
    if (owing[0]) {
      flusher.forgetGone();
    }
    flows.tellLevels();
  }

  // ---- who takes ----

  void take(Handover portion) throws HandoverException {
    handover.take(portion, sweep);
  }

  void takeRest(Handover rest) throws HandoverException {
    // a guest until it has everything: if it cannot, it is one still
    handover.take(rest, sweep);
    lane.guest = false;
    flows.forgetOther();
    listeners.forgetGuest();
    sweep.global();
  }
}
