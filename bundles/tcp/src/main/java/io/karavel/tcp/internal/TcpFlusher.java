package io.karavel.tcp.internal;

import io.karavel.engine.Timer;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ConnectionEvents;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackSocket;

/**
 * The only place where connections transmit. Whoever calls into a core says so with {@link #owe};
 * at the end of the burst each of those connections sends what it owes, a bounded amount per turn,
 * then its timer is armed, its socket told, and a connection that has ended is let go.
 */
final class TcpFlusher {
  /** Payload that one connection may send in one turn while others wait. */
  static final int BYTES_PER_TURN = 256 * 1024;

  /** Segments likewise. */
  static final int SEGMENTS_PER_TURN = 64;

  /** IP and TCP header with all options: what a super-segment carries beside payload. */
  private static final int MOST_HEADER_BYTES = 20 + 60;

  private static final int HEADER_BYTES = 20 + 20;
  private static final int APPLICATION_EVENTS =
      ConnectionEvents.OPENED
          | ConnectionEvents.READABLE
          | ConnectionEvents.WRITABLE
          | ConnectionEvents.INPUT_ENDED
          | ConnectionEvents.FAILED
          | ConnectionEvents.FINISHED
          | ConnectionEvents.URGENT;
  private static final int ENDINGS = ConnectionEvents.OVER | ConnectionEvents.ENTER_TIME_WAIT;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpOutput output;
  private final FastOpenServer fastOpenServer;
  private TimeWaits timeWaits;

  private Connection head;
  private Connection tail;
  private int owing;

  TcpFlusher(TcpLane lane, Flows flows, TcpOutput output, FastOpenServer fastOpenServer) {
    this.fastOpenServer = fastOpenServer;
    this.lane = lane;
    this.flows = flows;
    this.output = output;
  }

  void timeWaits(TimeWaits where) {
    timeWaits = where;
  }

  /** The connection was called into and may owe segments, news or its end. */
  void owe(Connection connection) {
    if (connection.owing) {
      return;
    }
    connection.owing = true;
    connection.nextOwing = null;
    if (tail == null) {
      head = connection;
    } else {
      tail.nextOwing = connection;
    }
    tail = connection;
    owing++;
  }

  private Connection poll() {
    Connection connection = head;
    head = connection.nextOwing;
    if (head == null) {
      tail = null;
    }
    connection.nextOwing = null;
    connection.owing = false;
    owing--;
    return connection;
  }

  /** Drops from the list whose connections another module has; they are marked. */
  void forgetGone() {
    Connection last = null;
    for (Connection each = head; each != null; each = each.nextOwing) {
      if (!each.gone) {
        last = each;
      } else {
        owing--;
        if (last == null) {
          head = each.nextOwing;
        } else {
          last.nextOwing = each.nextOwing;
        }
      }
    }
    tail = last;
  }

  /** Serves everybody who owes something, once. */
  void flush() {
    lane.pathMtus.expire(lane.nowNanos());
    for (int left = owing; left > 0 && head != null; left--) {
      serve(poll());
    }
    if (head != null) {
      lane.context.again();
    }
  }

  private void serve(Connection connection) {
    lane.serve(connection);
    boolean more = transmit(connection);
    apply(connection);
    if (more) {
      owe(connection);
    } else if (connection.lifecycle != 0) {
      end(connection);
    } else {
      arm(connection);
      noticeReads(connection);
    }
    lane.current = null;
    if (connection.signalDue) {
      connection.signalDue = false;
      connection.socket().signal();
    }
  }

  /** Sends what is owed; true if the share of this turn did not suffice. */
  private boolean transmit(Connection connection) {
    TcpConnection core = connection.core();
    long nowNanos = lane.nowNanos();
    route(connection);
    int bytes = 0;
    int segments = 0;
    while (core.pollTransmit(lane.out, connection.segmentationBytes, nowNanos)) {
      output.send(
          connection.localIpv4(),
          connection.localPort(),
          connection.remoteIpv4(),
          connection.remotePort(),
          connection.socket().sendRing(),
          connection.timeToLive,
          connection.trafficClass,
          !core.isFragmentable());
      bytes += lane.out.payloadLength;
      if (bytes >= BYTES_PER_TURN || ++segments >= SEGMENTS_PER_TURN) {
        return true;
      }
    }
    return false;
  }

  /** Looks the route up again where it may have changed. */
  private void route(Connection connection) {
    IpModule ip = lane.ip.module();
    if (ip == null
        || connection.routeRevision == ip.routeRevision()
            && connection.pathRevision == lane.pathMtus.revision()
            && connection.ipGeneration == lane.ip.generation()) {
      return;
    }
    connection.routeRevision = ip.routeRevision();
    connection.pathRevision = lane.pathMtus.revision();
    connection.ipGeneration = lane.ip.generation();
    IpRoute route = ip.route(connection.localIpv4(), connection.remoteIpv4());
    if (route == null) {
      return;
    }
    int most = Math.min(route.segmentationBytes(), 65535) - MOST_HEADER_BYTES;
    connection.segmentationBytes = Math.max(0, most);
    int mtu = lane.pathMtus.mtu(connection.remoteIpv4(), route.mtu());
    if (connection.mtu != 0 && mtu != connection.mtu) {
      connection.core().onRouteMtu(mtu - HEADER_BYTES, lane.nowNanos());
    }
    connection.mtu = mtu;
  }

  /** Takes the events of the core over to the socket. */
  void apply(Connection connection) {
    TcpConnection core = connection.core();
    StackSocket socket = connection.socket();
    // Writes and new settings change it without an event.
    boolean held = core.isOutputHeld();
    if (held != connection.outputHeld) {
      connection.outputHeld = held;
      connection.signalDue |= !held;
    }
    socket.outputHeld(held);
    int events = core.takeEvents();
    if (events == 0) {
      return;
    }
    if ((events & ConnectionEvents.STATE) != 0) {
      TcpState state = core.state();
      flows.moved(connection, state);
      socket.state(state);
      lane.moved(connection, state);
      lane.context.events().add(lane.nowNanos(), "state", "tcp#" + socket.id(), state.label());
      if (connection.fastOpenListener != null && state != TcpState.SYN_RECEIVED) {
        fastOpenServer.onSettled(connection, core.failure() == TcpError.CONNECTION_RESET);
      }
    }
    if ((events & ConnectionEvents.PATH_MTU) != 0) {
      int mtu = core.mtuSegmentBytes() + HEADER_BYTES;
      lane.pathMtus.set(connection.remoteIpv4(), mtu, lane.nowNanos());
      connection.mtu = mtu;
    }
    if ((events & ConnectionEvents.FAST_OPEN) != 0) {
      lane.fastOpen.onNews(connection);
    }
    if ((events & ConnectionEvents.SUSPECT_ROUTE) != 0 && lane.ip.module() != null) {
      lane.ip.module().suspect(connection.remoteIpv4());
    }
    if ((events & ConnectionEvents.OPENED) != 0) {
      socket.markOpened();
    }
    if ((events & ConnectionEvents.URGENT) != 0) {
      socket.urgentReceivedEnd(core.urgentReceivedEnd());
    }
    if ((events & ConnectionEvents.INPUT_ENDED) != 0) {
      socket.markInputEnded();
    }
    if ((events & ConnectionEvents.FINISHED) != 0) {
      socket.markFinished();
    }
    if ((events & ConnectionEvents.FAILED) != 0) {
      TcpError error = core.failure();
      socket.markFailed(new TcpException(error, String.valueOf(socket.remote())));
      lane.context
          .events()
          .add(lane.nowNanos(), "state", "tcp#" + socket.id(), "failed: " + error.meaning());
    }
    connection.lifecycle |= events & ENDINGS;
    if ((events & ConnectionEvents.OPENED) != 0 && connection.pendingListener != null) {
      ListenState listener = connection.pendingListener;
      connection.pendingListener = null;
      listener.accepted++;
      listener.listener().offer(socket);
    }
    if ((events & APPLICATION_EVENTS) != 0) {
      if (socket.handler() != null) {
        // Its answer shall go out in this very turn, with the acknowledgement.
        socket.signal();
      } else {
        connection.signalDue = true;
      }
    }
  }

  /** Has the timer expire no later than the core's deadline. */
  void arm(Connection connection) {
    long deadline = connection.core().nextDeadlineNanos();
    if (deadline != Timer.NOT_ARMED && deadline < connection.deadlineNanos()) {
      lane.context.timers().arm(connection, deadline);
    }
  }

  /** Says from which position on a read is worth a wish, and looks whether it is passed already. */
  private void noticeReads(Connection connection) {
    long notice = connection.core().readNoticePosition();
    connection.socket().readNoticeAt(notice);
    if (notice != Long.MAX_VALUE) {
      ByteRing ring = connection.socket().receiveRing();
      if (ring.readPosition() >= notice) {
        connection.socket().readNoticeAt(Long.MAX_VALUE);
        connection.core().read(lane.nowNanos());
        owe(connection);
      }
    }
  }

  /** The one timer of a connection has expired. */
  void onExpiry(Connection connection, long nowNanos) {
    lane.serve(connection);
    connection.core().onDeadline(nowNanos);
    apply(connection);
    lane.current = null;
    owe(connection);
  }

  private void end(Connection connection) {
    if ((connection.lifecycle & ConnectionEvents.OVER) == 0) {
      timeWaits.enter(connection);
    } else {
      over(connection, null);
    }
  }

  /**
   * The connection is CLOSED and owes nothing: nothing remains of it.
   *
   * @param limit the limit that ends it in TIME-WAIT; else null
   */
  void over(Connection connection, TcpCause limit) {
    flows.close(connection, true);
    TcpConnection core = connection.core();
    StackSocket.Ending ending =
        limit == null
            ? new StackSocket.Ending(core.stateBefore(), core.cause(), core.stateNanos())
            : new StackSocket.Ending(TcpState.TIME_WAIT, limit, lane.nowNanos());
    connection.socket().ending(ending);
    lane.endings.add(connection, ending, core.failure());
    retire(connection, TcpState.CLOSED);
  }

  /** The socket is told that its connection is over. */
  void retire(Connection connection, TcpState state) {
    lane.context.timers().cancel(connection);
    StackSocket socket = connection.socket();
    socket.moduleState(null);
    socket.state(state);
    socket.markOver();
    if (connection.pendingListener != null) {
      connection.pendingListener = null;
      socket.close();
    }
    lane.endpoints.connectionOver(socket);
    socket.discardRings();
    connection.signalDue = true;
  }
}
