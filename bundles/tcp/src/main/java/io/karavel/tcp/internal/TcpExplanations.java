package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import java.util.List;
import java.util.Map;

/** Says why what exists is as it is. Lane's thread. */
final class TcpExplanations {
  private final TcpLane lane;
  private final Flows flows;
  private final TcpInspection inspection;

  TcpExplanations(TcpLane lane, Flows flows, TcpInspection inspection) {
    this.lane = lane;
    this.flows = flows;
    this.inspection = inspection;
  }

  TcpExplanation why(long id) {
    StackListener listener = lane.endpoints.listener(id);
    if (listener != null && listener.backlog() > 0) {
      return of(inspection.info(id), TcpState.CLOSED, TcpCause.LISTEN, -1, null, null, List.of());
    }
    StackSocket socket = lane.endpoints.socket(id);
    if (socket != null && socket.moduleState() instanceof Connection connection) {
      return why(connection);
    }
    TimeWaitFlow record = inspection.timeWait(id);
    if (record != null) {
      return why(record);
    }
    if (socket != null) {
      return why(socket);
    }
    Endings.Ended ended = lane.endings.find(id);
    return ended == null ? null : why(ended);
  }

  TcpExplanation why(IpEndpoint local, IpEndpoint remote) {
    Flow flow = flows.find(local, remote);
    return flow == null ? null : why(flow);
  }

  private TcpExplanation why(Flow flow) {
    if (flow instanceof Connection connection) {
      TcpConnection core = connection.core();
      TcpCause cause = core.cause();
      boolean passive = cause == TcpCause.SYN && core.stateBefore() == TcpState.CLOSED;
      return of(
          inspection.info(flow, false),
          passive ? TcpState.LISTEN : core.stateBefore(),
          cause,
          cause == null ? -1 : core.stateNanos(),
          core.failure(),
          core.softError(),
          core.timetable(lane.nowNanos()));
    }
    if (flow instanceof QueuedEmbryo embryo) {
      return of(
          inspection.info(flow, false),
          TcpState.LISTEN,
          TcpCause.SYN,
          embryo.firstSentNanos(),
          null,
          null,
          List.of(embryo.timer(lane.nowNanos())));
    }
    TimeWaitFlow record = (TimeWaitFlow) flow;
    TcpState from =
        record.cause() == null
            ? null
            : switch (record.cause()) {
              case ACK_OF_FIN -> TcpState.CLOSING;
              case FIN_AGAIN -> TcpState.TIME_WAIT;
              default -> TcpState.FIN_WAIT_2;
            };
    return of(
        inspection.info(flow, false),
        from,
        record.cause(),
        record.startedNanos(),
        null,
        null,
        List.of(record.timer(lane.settings(), lane.nowNanos())));
  }

  /** A connection of which no socket is left. */
  private TcpExplanation why(Endings.Ended ended) {
    TcpConnectionInfo info =
        new TcpConnectionInfo(
            ended.id(),
            TcpState.CLOSED,
            new IpEndpoint(IpAddress.ipv4(ended.localIpv4()), ended.localPort()),
            new IpEndpoint(IpAddress.ipv4(ended.remoteIpv4()), ended.remotePort()),
            "",
            0,
            0,
            "",
            0,
            0,
            0,
            Map.of());
    StackSocket.Ending ending = ended.ending();
    return of(
        info, ending.from(), ending.cause(), ending.nanos(), ended.failure(), null, List.of());
  }

  /** A socket that has no connection any more, or none yet. */
  private TcpExplanation why(StackSocket socket) {
    StackSocket.Ending ending = socket.ending();
    if (!socket.isOver() || ending == null && socket.failure() == null) {
      return null;
    }
    TcpConnectionInfo info =
        new TcpConnectionInfo(
            socket.id(),
            socket.state(),
            socket.local() == null ? unknown() : socket.local(),
            socket.remote(),
            socket.owner(),
            socket.available(),
            socket.unacknowledged(),
            "",
            0,
            0,
            0,
            Map.of());
    TcpError failure = socket.failure() == null ? null : socket.failure().error();
    return ending == null
        ? of(info, TcpState.CLOSED, TcpCause.CONNECT, -1, failure, null, List.of())
        : of(info, ending.from(), ending.cause(), ending.nanos(), failure, null, List.of());
  }

  private static IpEndpoint unknown() {
    return new IpEndpoint(IpAddress.ipv4(0), 0);
  }

  private TcpExplanation of(
      TcpConnectionInfo info,
      TcpState from,
      TcpCause cause,
      long nanos,
      TcpError failure,
      TcpError softError,
      List<ArmedTimer> timers) {
    return new TcpExplanation(
        info,
        from,
        cause,
        cause == null || nanos == -1 ? -1 : lane.nowNanos() - nanos,
        failure,
        softError,
        timers);
  }
}
