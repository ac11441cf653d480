package io.karavel.tcp.internal;

import io.karavel.engine.TakesSettings;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Brings new settings and a new keepalive policy to everything that exists, a bounded number of
 * flows per turn.
 */
final class LiveSweep {
  private static final int FLOWS_PER_TURN = 512;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;
  private final Keepalives keepalives;
  private final SocketWishes wishes;
  private final List<Flow> page = new ArrayList<>();

  /** Flows of the lane's other module, which may have left new settings to this one. */
  private final ArrayDeque<Flow> taken = new ArrayDeque<>();

  private boolean sweeping;
  private int cursor;
  private int seen;
  private int takenBy;

  /** To be told when every flow was seen. */
  private final List<Runnable> waiting = new ArrayList<>();

  LiveSweep(
      TcpLane lane,
      Flows flows,
      TcpFlusher flusher,
      Listeners listeners,
      TimeWaits timeWaits,
      Keepalives keepalives,
      SocketWishes wishes) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.listeners = listeners;
    this.timeWaits = timeWaits;
    this.keepalives = keepalives;
    this.wishes = wishes;
  }

  /** New settings are in force from now on. */
  void settings(TcpSettings settings) {
    lane.connections.settings(settings);
    global();
    flows.peerLimitChanged();
    listeners.onSettingsChanged();
    sweeping = true;
    cursor = 0;
    seen = 0;
  }

  /** Other congestion controls are there from now on; {@code swept} is run when all have theirs. */
  void congestionControls(Map<String, CongestionControlFactory> byName, Runnable swept) {
    lane.congestionControls(byName);
    waiting.add(swept);
    sweeping = true;
    cursor = 0;
    seen = 0;
  }

  /** The module leaves: what it has not brought in, its successor does. */
  void close() {
    waiting.forEach(Runnable::run);
    waiting.clear();
  }

  /** What the settings say about the stack as a whole. */
  void global() {
    TcpSettings settings = lane.settings();
    lane.endpoints.ephemeralPorts(settings.ephemeralFirst(), settings.ephemeralLast());
    lane.endpoints.memory().limitBytes(BufferMemory.bytes(settings));
  }

  /** Does a turn's share, if there is anything to bring. */
  void flush() {
    if (keepalives.changed()) {
      sweeping = true;
      cursor = 0;
      seen = 0;
    }
    if (!taken.isEmpty()) {
      bringToTaken();
    }
    if (!sweeping) {
      return;
    }
    cursor = flows.table().walk(cursor, FLOWS_PER_TURN, page::add);
    for (Flow flow : page) {
      bring(flow);
    }
    seen += page.size();
    page.clear();
    sweeping = cursor != 0;
    if (sweeping) {
      lane.context.again();
    } else {
      takenBy = seen;
      close();
    }
  }

  /** One is there that another module may not have brought them to. */
  void taken(Flow flow) {
    taken.add(flow);
  }

  private void bringToTaken() {
    for (int left = FLOWS_PER_TURN; left > 0 && !taken.isEmpty(); left--) {
      Flow flow = taken.poll();
      // it may be over or with the other module again
      if (flows
              .table()
              .find(flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort())
          == flow) {
        bring(flow);
      }
    }
    if (!taken.isEmpty()) {
      lane.context.again();
    }
  }

  private void bring(Flow flow) {
    if (flow instanceof Connection connection) {
      bring(connection);
    } else if (flow instanceof QueuedEmbryo embryo) {
      listeners.onSettingsChanged(embryo);
    } else {
      timeWaits.onSettingsChanged((TimeWaitFlow) flow);
    }
  }

  private void bring(Connection connection) {
    lane.serve(connection);
    connection.core().onSettingsChanged(lane.nowNanos());
    connection.core().keepalive(wishes.keepalives(connection), lane.nowNanos());
    flusher.apply(connection);
    lane.current = null;
    flusher.owe(connection);
  }

  /** Flows that the last sweep has seen; {@link TakesSettings#NOT_YET} while one goes on. */
  int takenBy() {
    return sweeping || keepalives.isBehind() ? TakesSettings.NOT_YET : takenBy;
  }

  /** Whether flows are left to which the settings in force were not brought. */
  boolean isSweeping() {
    return sweeping;
  }

  /** Begins at the first flow: a predecessor may have left in the middle. */
  void restart() {
    sweeping = flows.table().size() > 0;
    cursor = 0;
    seen = 0;
  }
}
