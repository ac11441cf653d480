package io.karavel.tcp.internal;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.StateVersions;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpModule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The state of the TCP module as fields: listeners with their counts, embryos, connections,
 * TIME-WAIT records, sockets that wait, how the last connections ended. Sockets and listeners go by
 * reference and bring their rings and accept queues with them. Ports stay held meanwhile.
 *
 * <p>Tags are never used again for something else.
 */
final class TcpHandover {
  /** What is written, and the oldest that is read. */
  static final StateVersions VERSIONS = new StateVersions(1, 1);

  /** What the application of a connect that a module failed in is told. */
  static final String WHILE_OPENED =
      "a module threw or hung while this connection was opened; connect again,"
          + " 'net:events --kind module' says which";

  /** What an established connection at rest takes, and a little more. */
  private static final int FLOW_BYTES = 1280;

  private static final int SMALL_FORM_BYTES = 4096;

  private static final int LISTENER = 1;
  private static final int EMBRYO = 2;
  private static final int CONNECTION = 3;
  private static final int TIME_WAIT = 4;
  private static final int WAITS_FOR_IP = 5;
  private static final int WAITS_FOR_MEMORY = 6;
  private static final int LAST_COOKIE = 7;
  private static final int LOST = 8;
  private static final int FAST_OPEN_SERVER = 9;
  private static final int FAST_OPEN_BLACKHOLES = 10;
  private static final int FAST_OPEN_BLACKHOLE_NANOS = 11;
  private static final int PATH_MTU = 12;
  private static final int EPHEMERAL_PORTS = 13;
  private static final int ENDED = 14;

  /** A connection that has left a guest and is over; only in what is said of leavers. */
  private static final int OVER = 16;

  private static final int LOCAL_IPV4 = 20;
  private static final int REMOTE_IPV4 = 21;
  private static final int PORTS = 22;
  private static final int ENDPOINT = 23;
  private static final int ID = 24;
  private static final int CORE = 25;
  private static final int PENDING_LISTENER = 26;
  private static final int ORPHAN = 27;
  private static final int LIFECYCLE = 28;
  private static final int ACCEPTED = 29;
  private static final int OVERFLOWS = 30;
  private static final int SYN_DROPS = 31;
  private static final int COOKIES_SENT = 32;
  private static final int MTU = 33;
  private static final int FAST_OPEN_LISTENER = 34;
  private static final int FAST_OPEN_RESET = 35;
  private static final int ORIGIN = 36;
  private static final int QUIET = 37;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;
  private final ActiveOpens opens;
  private final MemoryWaiters memoryWaiters;
  private final Keepalives keepalives;

  /** While leavers of a guest are taken in: from where they are taken out. */
  private FlowSet leaving;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  /** While connections of the other module are taken in: brings them new settings. */
  private LiveSweep bringing;

  TcpHandover(
      TcpLane lane,
      Flows flows,
      TcpFlusher flusher,
      Listeners listeners,
      TimeWaits timeWaits,
      ActiveOpens opens,
      MemoryWaiters memoryWaiters,
      Keepalives keepalives) {
    this.lane = lane;
    this.flows = flows;
    this.flusher = flusher;
    this.listeners = listeners;
    this.timeWaits = timeWaits;
    this.opens = opens;
    this.memoryWaiters = memoryWaiters;
    this.keepalives = keepalives;
  }

  // ---- out ----

  Handover export() {
    HandoverWriter out = writer(flows.table().size() + lane.endings.formBytes() / FLOW_BYTES);
    if (lane.guest) {
      exportPart(out, flow -> true);
      lane.fastOpen.export(out, FAST_OPEN_SERVER);
      lane.pathMtus.export(out, PATH_MTU);
      lane.endings.export(out, ENDED);
    } else {
      exportWhole(out, flow -> true);
    }
    return out.finish();
  }

  private static HandoverWriter writer(int flows) {
    return new HandoverWriter(
        TcpModule.SLOT, VERSIONS.writes(), SMALL_FORM_BYTES + flows * FLOW_BYTES);
  }

  /** Connections of this module, each with what it waits for, and what is known of their ways. */
  Handover portion(List<Flow> movable) {
    HandoverWriter out = writer(movable.size());
    Set<Integer> hosts = new HashSet<>();
    for (Flow flow : movable) {
      export(out, flow);
      if (!(flow instanceof Connection connection)) {
        continue;
      }
      if (memoryWaiters.isWaiting(connection.socket())) {
        out.putAttachment(WAITS_FOR_MEMORY, connection.socket());
      }
      if (lane.pathMtus.size() > 0) {
        hosts.add(connection.remoteIpv4());
      }
    }
    lane.pathMtus.export(out, PATH_MTU, hosts);
    return out.finish();
  }

  /** Of a guest: TIME-WAIT records, and whose connections are over. */
  Handover leavers() {
    HandoverWriter out = writer(flows.ended().size());
    flows
        .ended()
        .forEach(
            (localIpv4, localPort, remoteIpv4, remotePort) -> {
              Flow flow = flows.table().find(localIpv4, localPort, remoteIpv4, remotePort);
              if (flow instanceof TimeWaitFlow) {
                export(out, flow);
              } else if (flow == null) {
                out.begin(OVER)
                    .putInt(LOCAL_IPV4, localIpv4)
                    .putInt(REMOTE_IPV4, remoteIpv4)
                    .putInt(PORTS, localPort << 16 | remotePort)
                    .end();
              }
            });
    return out.finish();
  }

  /** Without what could be moved. */
  Handover rest(int most) {
    HandoverWriter out = writer(most);
    int[] embryos = {most};
    exportWhole(
        out, flow -> flow instanceof QueuedEmbryo ? embryos[0]-- > 0 : !Portions.isMovable(flow));
    return out.finish();
  }

  private void exportPart(HandoverWriter out, Predicate<Flow> isMeant) {
    exportFlows(out, isMeant);
    memoryWaiters.waiting().forEach(socket -> out.putAttachment(WAITS_FOR_MEMORY, socket));
  }

  private void exportWhole(HandoverWriter out, Predicate<Flow> isMeant) {
    for (StackListener listener : lane.endpoints.listeners()) {
      if (listener.moduleState() instanceof ListenState state) {
        out.begin(LISTENER)
            .putAttachment(ENDPOINT, listener)
            .putLong(ACCEPTED, state.accepted)
            .putLong(OVERFLOWS, state.overflows)
            .putLong(SYN_DROPS, state.synDrops)
            .putLong(COOKIES_SENT, state.cookiesSent);
        state.fastOpenResets.forEach(nanos -> out.putLong(FAST_OPEN_RESET, nanos));
        UnknownFields.write(state.unknown, out);
        out.end();
      }
    }
    exportPart(out, isMeant);
    opens.waiting().forEach(socket -> out.putAttachment(WAITS_FOR_IP, socket));
    if (opens.interrupted() != null && !opens.interrupted().isOver()) {
      out.begin(LOST).putAttachment(ENDPOINT, opens.interrupted()).end();
    }
    lane.fastOpen.export(out, FAST_OPEN_SERVER);
    lane.pathMtus.export(out, PATH_MTU);
    lane.endings.export(out, ENDED);
    byte[] ports = opens.ports().export();
    if (ports != null) {
      out.putBytes(EPHEMERAL_PORTS, ports);
    }
    out.putInt(FAST_OPEN_BLACKHOLES, lane.fastOpen.blackholes)
        .putLong(FAST_OPEN_BLACKHOLE_NANOS, lane.fastOpen.blackholeNanos);
    out.putLong(LAST_COOKIE, listeners.cookieOpens().lastSentNanos());
    UnknownFields.write(unknown, out);
  }

  /** In the order of timers and heaps: what is due at one time stays in order. */
  private void exportFlows(HandoverWriter out, Predicate<Flow> isMeant) {
    lane.context
        .timers()
        .forEach(
            timer -> {
              if (timer instanceof Connection connection
                  && isMine(connection)
                  && isMeant.test(connection)) {
                export(out, (Flow) connection);
              }
            });
    listeners.forEachEmbryo(
        embryo -> {
          if (isMeant.test(embryo)) {
            export(out, (Flow) embryo);
          }
        });
    timeWaits.forEach(
        record -> {
          if (isMeant.test(record)) {
            export(out, (Flow) record);
          }
        });
    flows
        .table()
        .forEach(
            flow -> {
              if (!isInOrder(flow) && isMeant.test(flow)) {
                export(out, flow);
              }
            });
  }

  private static boolean isInOrder(Flow flow) {
    return flow instanceof Connection connection
        ? connection.isArmed()
        : ((DeadlineHeap.Entry) flow).heapIndex() != 0;
  }

  private boolean isMine(Connection connection) {
    return flows
            .table()
            .find(
                connection.localIpv4(),
                connection.localPort(),
                connection.remoteIpv4(),
                connection.remotePort())
        == connection;
  }

  private void export(HandoverWriter out, Flow flow) {
    if (flow == lane.current) {
      lost(out, flow);
    } else if (flow instanceof Connection connection) {
      export(out, connection);
    } else if (flow instanceof QueuedEmbryo embryo) {
      out.begin(EMBRYO).putAttachment(ENDPOINT, embryo.listener().listener());
      address(out, embryo);
      out.begin(CORE);
      embryo.export(out);
      out.end().end();
    } else {
      TimeWaitFlow record = (TimeWaitFlow) flow;
      out.begin(TIME_WAIT).putLong(ID, record.id());
      address(out, record);
      out.begin(CORE);
      record.export(out);
      out.end().end();
    }
  }

  /** The module crashed while it served this one: it is not handed on to crash the next. */
  private static void lost(HandoverWriter out, Flow flow) {
    if (flow instanceof QueuedEmbryo) {
      return;
    }
    out.begin(LOST);
    address(out, flow);
    if (flow instanceof Connection connection) {
      out.putAttachment(ENDPOINT, connection.socket());
    }
    out.end();
  }

  private void export(HandoverWriter out, Connection connection) {
    out.begin(CONNECTION).putAttachment(ENDPOINT, connection.socket());
    address(out, connection);
    out.putBoolean(ORPHAN, connection.orphan)
        .putInt(LIFECYCLE, connection.lifecycle)
        .putInt(MTU, connection.mtu);
    // after a crash nobody knows what was still to be told
    if (lane.current == null && !connection.signalDue) {
      out.putBoolean(QUIET, true);
    }
    if (connection.listener() != null) {
      out.putAttachment(PENDING_LISTENER, connection.listener());
    }
    origin(out, connection);
    if (connection.fastOpenListener != null) {
      out.putAttachment(FAST_OPEN_LISTENER, connection.fastOpenListener.listener());
    }
    UnknownFields.write(connection.unknown, out);
    out.begin(CORE);
    connection.core().export(out);
    out.end().end();
  }

  private static void origin(HandoverWriter out, Connection connection) {
    if (connection.origin != null && !connection.origin.listener().isClosed()) {
      out.putAttachment(ORIGIN, connection.origin.listener());
    }
  }

  private static void address(HandoverWriter out, Flow flow) {
    out.putInt(LOCAL_IPV4, flow.localIpv4())
        .putInt(REMOTE_IPV4, flow.remoteIpv4())
        .putInt(PORTS, flow.localPort() << 16 | flow.remotePort());
  }

  // ---- in ----

  /** What has left a guest; taken out of {@code elsewhere}. */
  void takeLeavers(Handover leavers, FlowSet elsewhere) throws HandoverException {
    leaving = elsewhere;
    try {
      open(leavers);
    } finally {
      leaving = null;
    }
  }

  /** Connections of the lane's other module, which may have left new settings to this one. */
  void take(Handover portion, LiveSweep sweep) throws HandoverException {
    bringing = sweep;
    try {
      open(portion);
    } finally {
      bringing = null;
    }
  }

  void open(Handover kept) throws HandoverException {
    HandoverReader in = kept.reader();
    while (in.next()) {
      switch (in.tag()) {
        case LISTENER -> openListener(kept, in.nested());
        case EMBRYO, CONNECTION, TIME_WAIT, LOST, OVER -> openFlow(in.tag(), kept, in.nested());
        case WAITS_FOR_IP -> opens.waiting().add(in.attachment(kept, StackSocket.class));
        case WAITS_FOR_MEMORY -> memoryWaiters.add(in.attachment(kept, StackSocket.class));
        case EPHEMERAL_PORTS -> opens.ports().restore(in.bytes());
        case PATH_MTU -> lane.pathMtus.open(in.nested());
        case ENDED -> lane.endings.open(in.nested());
        case FAST_OPEN_SERVER -> lane.fastOpen.open(in.nested());
        case FAST_OPEN_BLACKHOLES -> lane.fastOpen.blackholes = in.intValue();
        case FAST_OPEN_BLACKHOLE_NANOS -> lane.fastOpen.blackholeNanos = in.longValue();
        case LAST_COOKIE -> listeners.cookieOpens().lastSentNanos(in.longValue());
        default -> unknown = UnknownFields.with(unknown, in);
      }
    }
  }

  private void openListener(Handover kept, HandoverReader in) throws HandoverException {
    ListenState state = null;
    while (in.next()) {
      if (in.tag() == ENDPOINT) {
        state = listeners.opened(in.attachment(kept, StackListener.class));
        continue;
      }
      if (state == null) {
        throw new HandoverException("slot tcp: a listener's counts come before the listener");
      }
      switch (in.tag()) {
        case ACCEPTED -> state.accepted = in.longValue();
        case OVERFLOWS -> state.overflows = in.longValue();
        case SYN_DROPS -> state.synDrops = in.longValue();
        case COOKIES_SENT -> state.cookiesSent = in.longValue();
        case FAST_OPEN_RESET -> state.fastOpenResets.add(in.longValue());
        default -> state.unknown = UnknownFields.with(state.unknown, in);
      }
    }
  }

  private void openFlow(int kind, Handover kept, HandoverReader in) throws HandoverException {
    Object endpoint = null;
    StackListener pending = null;
    StackListener origin = null;
    StackListener fastOpen = null;
    HandoverReader core = null;
    int localIpv4 = 0;
    int remoteIpv4 = 0;
    int ports = 0;
    long id = 0;
    boolean orphan = false;
    boolean quiet = false;
    int lifecycle = 0;
    int mtu = 0;
    UnknownFields unknownOfFlow = null;
    while (in.next()) {
      switch (in.tag()) {
        case ENDPOINT -> endpoint = in.attachment(kept, Object.class);
        case LOCAL_IPV4 -> localIpv4 = in.intValue();
        case REMOTE_IPV4 -> remoteIpv4 = in.intValue();
        case PORTS -> ports = in.intValue();
        case ID -> id = in.longValue();
        case QUIET -> quiet = in.booleanValue();
        case ORPHAN -> orphan = in.booleanValue();
        case LIFECYCLE -> lifecycle = in.intValue();
        case MTU -> mtu = in.intValue();
        case FAST_OPEN_LISTENER -> fastOpen = in.attachment(kept, StackListener.class);
        case ORIGIN -> origin = in.attachment(kept, StackListener.class);
        case PENDING_LISTENER -> pending = in.attachment(kept, StackListener.class);
        case CORE -> core = in.nested();
        default -> unknownOfFlow = UnknownFields.with(unknownOfFlow, in);
      }
    }
    boolean hasVariables = kind == EMBRYO || kind == CONNECTION || kind == TIME_WAIT;
    if (core == null && hasVariables) {
      throw new HandoverException("slot tcp: a flow (field " + kind + ") without its variables");
    }
    if (hasVariables
        && flows.table().find(localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff) != null) {
      // it was on its way between two modules, and both said it
      return;
    }
    switch (kind) {
      case EMBRYO -> {
        QueuedEmbryo embryo =
            new QueuedEmbryo(
                lane.connections,
                listeners.stateOf(expect(endpoint, StackListener.class)),
                localIpv4,
                remoteIpv4,
                ports,
                core);
        listeners.adopt(embryo);
        taken(embryo);
      }
      case TIME_WAIT -> {
        TimeWaitFlow record = new TimeWaitFlow(localIpv4, remoteIpv4, ports, id, core);
        if (leaving == null) {
          flows.removeElsewhere(localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff);
          timeWaits.adopt(record);
          taken(record);
        } else {
          left(localIpv4, remoteIpv4, ports);
          timeWaits.adoptFromGuest(record);
        }
      }
      case OVER -> left(localIpv4, remoteIpv4, ports);
      case CONNECTION -> {
        StackSocket socket = expect(endpoint, StackSocket.class);
        Connection connection =
            new Connection(
                flusher,
                TcpConnection.open(
                    lane.connections,
                    ConnectionOptions.of(socket.options()),
                    keepalives.times(socket, ports >>> 16, remoteIpv4, ports & 0xffff),
                    socket.receiveRing(),
                    socket.sendRing(),
                    core),
                socket,
                localIpv4,
                ports >>> 16,
                remoteIpv4,
                ports & 0xffff);
        connection.orphan = orphan;
        connection.lifecycle = lifecycle;
        connection.mtu = mtu;
        connection.unknown = unknownOfFlow;
        // what the predecessor was about to tell when it left
        connection.signalDue = !quiet;
        connection.pendingListener = pending == null ? null : listeners.stateOf(pending);
        connection.origin = origin == null ? null : listeners.stateOf(origin);
        if (fastOpen != null) {
          connection.fastOpenListener = listeners.stateOf(fastOpen);
          connection.fastOpenListener.fastOpenPending++;
        }
        socket.moduleState(connection);
        flows.removeElsewhere(localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff);
        flows.adopt(connection);
        flusher.arm(connection);
        flusher.owe(connection);
        taken(connection);
      }
      default -> {
        if (ports != 0) {
          lane.endpoints.letGo(localIpv4, ports >>> 16);
        }
        if (endpoint != null) {
          lost(
              expect(endpoint, StackSocket.class),
              ports == 0 ? WHILE_OPENED : "the TCP module failed while serving it");
        }
      }
    }
  }

  private void taken(Flow flow) {
    if (bringing != null) {
      bringing.taken(flow);
    }
  }

  private void left(int localIpv4, int remoteIpv4, int ports) {
    flows.removeElsewhere(localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff);
    if (leaving != null) {
      leaving.remove(localIpv4, ports >>> 16, remoteIpv4, ports & 0xffff);
    }
  }

  private void lost(StackSocket socket, String details) {
    socket.moduleState(null);
    socket.ending(new StackSocket.Ending(socket.state(), TcpCause.MODULE, lane.nowNanos()));
    socket.markFailed(new TcpException(TcpError.CONNECTION_ABORTED, details));
    socket.state(TcpState.CLOSED);
    socket.markOver();
    socket.discardRings();
    lane.endpoints.connectionOver(socket);
    socket.signal();
  }

  private static <T> T expect(Object endpoint, Class<T> type) throws HandoverException {
    if (!type.isInstance(endpoint)) {
      throw new HandoverException(
          "slot tcp: a "
              + type.getSimpleName()
              + " is missing from a flow, there is "
              + (endpoint == null ? "none" : endpoint.getClass().getName()));
    }
    return type.cast(endpoint);
  }
}
