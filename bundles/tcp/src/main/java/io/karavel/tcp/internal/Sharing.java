package io.karavel.tcp.internal;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** One of two TCP modules on a lane: as the host of the other, or as its guest. */
final class Sharing implements SharesConnections {
  private static final int SAMPLE = 1024;

  private final TcpLane lane;
  private final Flows flows;
  private final TimeWaits timeWaits;
  private final TcpInspection inspection;
  private final TcpHandover handover;
  private final Portions portions;

  Sharing(
      TcpLane lane,
      Flows flows,
      TimeWaits timeWaits,
      TcpInspection inspection,
      TcpHandover handover,
      Portions portions) {
    this.lane = lane;
    this.flows = flows;
    this.timeWaits = timeWaits;
    this.inspection = inspection;
    this.handover = handover;
    this.portions = portions;
  }

  @Override
  public List<TcpConnectionInfo> movable(Predicate<? super TcpConnectionInfo> filter) {
    List<TcpConnectionInfo> movable = new ArrayList<>();
    flows
        .table()
        .forEach(
            flow -> {
              if (flow instanceof Connection connection && Portions.isMovable(connection)) {
                TcpConnectionInfo info = inspection.info(flow, false);
                if (filter.test(info)) {
                  movable.add(info);
                }
              }
            });
    return movable;
  }

  @Override
  public Portion portion(int cursor, int most) {
    return portions.next(cursor, most);
  }

  @Override
  public Handover rest(int most) {
    return handover.rest(most);
  }

  @Override
  public Portion portion(FlowSet chosen) {
    return portions.of(chosen);
  }

  @Override
  public void take(Handover portion) throws HandoverException {
    portions.take(portion);
  }

  @Override
  public void release(FlowSet gone) {
    portions.release(gone);
  }

  @Override
  public void takeRest(Handover rest) throws HandoverException {
    portions.takeRest(rest);
  }

  @Override
  public TcpControl.Page list(
      long cursor, long end, int examine, Predicate<? super TcpConnectionInfo> filter) {
    return inspection.list(cursor, end, examine, filter);
  }

  @Override
  public void beGuest() {
    lane.guest = true;
    flows.rememberEnded();
  }

  @Override
  public boolean hasLeavers() {
    return flows.ended().size() > 0;
  }

  @Override
  public Handover leavers() {
    return handover.leavers();
  }

  @Override
  public void forgetLeavers() {
    flows
        .ended()
        .forEach(
            (localIpv4, localPort, remoteIpv4, remotePort) -> {
              Flow flow = flows.table().find(localIpv4, localPort, remoteIpv4, remotePort);
              if (flow instanceof TimeWaitFlow record) {
                timeWaits.handOn(record);
              }
            });
    timeWaits.handedOn();
    flows.ended().clear();
  }

  @Override
  public void takeLeavers(Handover leavers, FlowSet elsewhere) throws HandoverException {
    handover.takeLeavers(leavers, elsewhere);
  }

  @Override
  public long meanRttNanos() {
    long[] sum = {0, 0};
    flows
        .table()
        .walk(
            0,
            SAMPLE,
            flow -> {
              long rtt =
                  flow instanceof Connection connection ? connection.core().smoothedRttNanos() : 0;
              if (rtt > 0) {
                sum[0] += rtt;
                sum[1]++;
              }
            });
    return sum[1] == 0 ? -1 : sum[0] / sum[1];
  }
}
