package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.Timer;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the shell sees of TCP, and the operator's kill. */
final class TcpInspection implements TcpControl {
  /** Cursors from here on walk flows; below, listeners by number. */
  private static final long FLOWS = 1L << 62;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;

  TcpInspection(
      TcpLane lane, Flows flows, TcpFlusher flusher, Listeners listeners, TimeWaits timeWaits) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.listeners = listeners;
    this.timeWaits = timeWaits;
  }

  @Override
  public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
    return list(cursor, 0, examine, filter);
  }

  /** Up to where another module's page ended; 0 for no such place. */
  Page list(long cursor, long end, int examine, Predicate<? super TcpConnectionInfo> filter) {
    List<TcpConnectionInfo> entries = new ArrayList<>();
    if (cursor < FLOWS && lane.guest) {
      return new Page(entries, end == 0 ? FLOWS : Math.min(end, FLOWS));
    }
    if (cursor < FLOWS) {
      List<StackListener> rest = new ArrayList<>();
      for (StackListener listener : lane.endpoints.listeners()) {
        if (listener.id() > cursor && listener.backlog() > 0) {
          rest.add(listener);
        }
      }
      rest.sort(Comparator.comparingLong(StackListener::id));
      for (StackListener listener : rest.subList(0, Math.min(examine, rest.size()))) {
        take(entries, info(listener, false), filter);
      }
      long next = rest.size() > examine ? rest.get(examine - 1).id() : FLOWS;
      return new Page(entries, next);
    }
    int next =
        flows
            .table()
            .walk(
                (int) (Math.max(cursor, FLOWS) - FLOWS),
                end == 0 ? 0 : (int) (end - FLOWS),
                examine,
                flow -> take(entries, info(flow, false), filter));
    return new Page(entries, next == 0 ? 0 : FLOWS + next);
  }

  private static void take(
      List<TcpConnectionInfo> entries,
      TcpConnectionInfo info,
      Predicate<? super TcpConnectionInfo> filter) {
    if (filter.test(info)) {
      entries.add(info);
    }
  }

  @Override
  public int fastOpenBytes(IpAddress peer) {
    int remoteIpv4 = peer.ipv4Bits();
    return lane.fastOpen.synSpace(remoteIpv4, lane.segmentBytes(0, remoteIpv4));
  }

  @Override
  public TcpConnectionInfo info(long id) {
    StackListener listener = lane.endpoints.listener(id);
    if (listener != null && listener.backlog() > 0) {
      return info(listener, true);
    }
    StackSocket socket = lane.endpoints.socket(id);
    if (socket != null && socket.moduleState() instanceof Connection connection) {
      return info(connection, true);
    }
    Flow record = timeWait(id);
    return record == null ? null : info(record, true);
  }

  /** As {@link io.karavel.tcp.spi.TcpModule#receiveNext} says. */
  long receiveNext(long id) {
    StackSocket socket = lane.endpoints.socket(id);
    return socket != null && socket.moduleState() instanceof Connection connection
        ? connection.core().receiveNext()
        : -1;
  }

  /** As {@link io.karavel.tcp.spi.TcpModule#sendUnacknowledged} says. */
  long sendUnacknowledged(long id) {
    StackSocket socket = lane.endpoints.socket(id);
    return socket != null && socket.moduleState() instanceof Connection connection
        ? connection.core().sendUnacknowledged()
        : -1;
  }

  /** The TIME-WAIT record of a number; null if there is none. */
  TimeWaitFlow timeWait(long id) {
    TimeWaitFlow[] found = {null};
    flows
        .table()
        .forEach(
            flow -> {
              if (flow instanceof TimeWaitFlow record && record.id() == id) {
                found[0] = record;
              }
            });
    return found[0];
  }

  private TcpConnectionInfo info(StackListener listener, boolean detailed) {
    ListenState state = listeners.stateOf(listener);
    Map<String, Object> details = new LinkedHashMap<>();
    if (detailed) {
      details.put("synQueue", state.synQueue);
      details.put("synBacklog", lane.settings().maxSynBacklog());
      details.put("acceptQueue", listener.acceptQueue());
      details.put("backlog", listeners.backlog(state));
      details.put("connections", state.connections);
      details.put("accepted", state.accepted);
      details.put("overflows", state.overflows);
      details.put("synDrops", state.synDrops);
      details.put("cookiesSent", state.cookiesSent);
      listener.options().forEach((option, value) -> details.put("option." + option, value));
    }
    return new TcpConnectionInfo(
        listener.id(),
        TcpState.LISTEN,
        listener.local(),
        null,
        listener.owner(),
        listener.acceptQueue(),
        listeners.backlog(state),
        "",
        0,
        0,
        0,
        details);
  }

  /** What is told of a flow. */
  TcpConnectionInfo info(Flow flow, boolean detailed) {
    IpEndpoint local = new IpEndpoint(IpAddress.ipv4(flow.localIpv4()), flow.localPort());
    IpEndpoint remote = new IpEndpoint(IpAddress.ipv4(flow.remoteIpv4()), flow.remotePort());
    if (flow instanceof Connection connection) {
      return info(connection, local, remote, detailed);
    }
    if (flow instanceof QueuedEmbryo embryo) {
      return new TcpConnectionInfo(
          0,
          TcpState.SYN_RECEIVED,
          local,
          remote,
          embryo.listener().listener().owner(),
          0,
          0,
          "syn-ack",
          remaining(embryo.nextDeadlineNanos()),
          embryo.retries(),
          0,
          Map.of());
    }
    TimeWaitFlow record = (TimeWaitFlow) flow;
    return new TcpConnectionInfo(
        record.id(),
        TcpState.TIME_WAIT,
        local,
        remote,
        "",
        0,
        0,
        "time-wait",
        remaining(record.nextDeadlineNanos()),
        0,
        0,
        Map.of());
  }

  private TcpConnectionInfo info(
      Connection connection, IpEndpoint local, IpEndpoint remote, boolean detailed) {
    TcpConnection core = connection.core();
    StackSocket socket = connection.socket();
    Map<String, Object> details = Map.of();
    if (detailed) {
      details = new LinkedHashMap<>(core.details(lane.nowNanos()));
      details.put("orphan", connection.orphan);
      details.put("mtu", connection.mtu);
      details.put("segmentationBytes", connection.segmentationBytes);
      details.put("receiveRingBytes", socket.receiveRing().memoryBytes());
      details.put("sendRingBytes", socket.sendRing().memoryBytes());
      for (Map.Entry<?, Object> option : socket.options().entrySet()) {
        details.put("option." + option.getKey(), option.getValue());
      }
    }
    return new TcpConnectionInfo(
        connection.id(),
        core.state(),
        local,
        remote,
        socket.owner(),
        socket.available(),
        socket.unacknowledged(),
        core.timerName(),
        remaining(core.nextDeadlineNanos()),
        core.timerCount(),
        lane.nowNanos() - core.openedNanos(),
        details);
  }

  private long remaining(long deadlineNanos) {
    return deadlineNanos == Timer.NOT_ARMED ? 0 : Math.max(0, deadlineNanos - lane.nowNanos());
  }

  @Override
  public TcpSummary summary() {
    Map<TcpState, Integer> byState = new EnumMap<>(TcpState.class);
    for (TcpState state : TcpState.values()) {
      byState.put(state, flows.inState(state));
    }
    byState.merge(TcpState.SYN_RECEIVED, listeners.embryos(), Integer::sum);
    byState.merge(TcpState.TIME_WAIT, timeWaits.size(), Integer::sum);
    List<TcpSummary.Listener> all = new ArrayList<>();
    for (StackListener listener : lane.endpoints.listeners()) {
      if (listener.backlog() > 0 && !lane.guest) {
        ListenState state = listeners.stateOf(listener);
        all.add(
            new TcpSummary.Listener(
                listener.id(),
                listener.local(),
                state.synQueue,
                lane.settings().maxSynBacklog(),
                listener.acceptQueue(),
                listeners.backlog(state),
                state.accepted,
                state.overflows,
                state.synDrops,
                state.cookiesSent));
      }
    }
    all.sort(Comparator.comparingLong(TcpSummary.Listener::id));
    byState.put(TcpState.LISTEN, all.size());
    return new TcpSummary(
        byState,
        flows.orphans(),
        all,
        lane.endpoints.memory().usedBytes(),
        lane.endpoints.memory().limitBytes());
  }

  @Override
  public boolean kill(long id, boolean reset) {
    StackSocket socket = lane.endpoints.socket(id);
    if (socket != null && socket.moduleState() instanceof Connection connection) {
      if (reset) {
        connection.core().abort(TcpError.CONNECTION_ABORTED, TcpCause.KILL, lane.nowNanos());
        flusher.apply(connection);
        flusher.owe(connection);
      } else {
        connection.closing = TcpCause.KILL;
        socket.close();
      }
      return true;
    }
    StackListener listener = lane.endpoints.listener(id);
    if (listener != null) {
      listener.close();
      return true;
    }
    TimeWaitFlow record = timeWait(id);
    if (record != null) {
      timeWaits.remove(record, TcpCause.KILL);
      return true;
    }
    return false;
  }
}
