package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.engine.LaneContext;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.TcpControl;
import java.util.List;
import java.util.function.Predicate;

/** A module that stays at work when its factory goes; nobody comes to share anything with it. */
class StayingRecorder extends Recorder implements SharesConnections {
  StayingRecorder(LaneContext context, Line line, String label) {
    super(context, line, label);
  }

  private static UnsupportedOperationException nobodyCame() {
    return new UnsupportedOperationException("nobody came");
  }

  @Override
  public List<TcpConnectionInfo> movable(Predicate<? super TcpConnectionInfo> filter) {
    return List.of();
  }

  @Override
  public Portion portion(int cursor, int most) {
    throw nobodyCame();
  }

  @Override
  public Portion portion(FlowSet chosen) {
    throw nobodyCame();
  }

  @Override
  public Handover rest(int most) {
    throw nobodyCame();
  }

  @Override
  public void take(Handover portion) {
    throw nobodyCame();
  }

  @Override
  public void release(FlowSet flows) {
    throw nobodyCame();
  }

  @Override
  public void takeRest(Handover rest) {
    throw nobodyCame();
  }

  @Override
  public TcpControl.Page list(
      long cursor, long end, int examine, Predicate<? super TcpConnectionInfo> filter) {
    throw nobodyCame();
  }

  @Override
  public void beGuest() {
    throw nobodyCame();
  }

  @Override
  public boolean hasLeavers() {
    return false;
  }

  @Override
  public Handover leavers() {
    throw nobodyCame();
  }

  @Override
  public void forgetLeavers() {
    throw nobodyCame();
  }

  @Override
  public void takeLeavers(Handover leavers, FlowSet elsewhere) {
    throw nobodyCame();
  }

  @Override
  public long meanRttNanos() {
    return -1;
  }
}
