package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LaneContext;
import io.karavel.engine.TakesSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The TCP module of one lane: puts the parts together and passes calls on to them. */
final class TcpProtocol implements TcpModule, TakesSettings, SharesConnections {
  private final TcpLane lane;
  private final Flows flows;
  private final TcpFlusher flusher;
  private final Listeners listeners;
  private final TimeWaits timeWaits;
  private final ActiveOpens opens;
  private final MemoryWaiters memoryWaiters;
  private final SocketWishes wishes;
  private final LiveSweep sweep;
  private final TcpInput input;
  private final TcpErrors errors;
  private final TcpInspection inspection;
  private final ConnectionProspects prospects;
  private final TcpExplanations explanations;
  private final TcpHandover handover;
  private final Sharing sharing;
  private final Consumer<TcpProtocol> onClosed;

  /**
   * A module that is not open yet.
   *
   * @param onClosed told when the module is closed
   */
  TcpProtocol(
      LaneContext context,
      TcpSettings settings,
      Map<String, CongestionControlFactory> congestionControls,
      Consumer<TcpProtocol> onClosed) {
    this.onClosed = onClosed;
    lane = new TcpLane(context, settings);
    lane.congestionControls(congestionControls);
    flows = new Flows(lane);
    TcpOutput output = new TcpOutput(lane);
    Keepalives keepalives = new Keepalives(lane);
    FastOpenServer fastOpenServer = new FastOpenServer(lane);
    flusher = new TcpFlusher(lane, flows, output, fastOpenServer);
    timeWaits = new TimeWaits(lane, flows, output, flusher);
    flusher.timeWaits(timeWaits);
    listeners = new Listeners(lane, flows, output, flusher, keepalives, timeWaits, fastOpenServer);
    opens = new ActiveOpens(lane, flows, flusher, timeWaits, keepalives);
    memoryWaiters = new MemoryWaiters(lane);
    wishes =
        new SocketWishes(
            lane, flows, flusher, opens, listeners, keepalives, memoryWaiters, timeWaits);
    sweep = new LiveSweep(lane, flows, flusher, listeners, timeWaits, keepalives, wishes);
    input = new TcpInput(lane, flows, output, flusher, listeners, timeWaits);
    errors = new TcpErrors(lane, flows, flusher);
    inspection = new TcpInspection(lane, flows, flusher, listeners, timeWaits);
    explanations = new TcpExplanations(lane, flows, inspection);
    prospects = new ConnectionProspects(lane, flows, keepalives, inspection);
    handover =
        new TcpHandover(
            lane, flows, flusher, listeners, timeWaits, opens, memoryWaiters, keepalives);
    Portions portions =
        new Portions(lane, flows, flusher, listeners, timeWaits, memoryWaiters, sweep, handover);
    sharing = new Sharing(lane, flows, timeWaits, inspection, handover, portions);
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    sweep.global();
    handover.open(kept);
    tellLevels();
    sweep.restart();
  }

  private void tellLevels() {
    flows.tellLevels();
    lane.mib.embryos.set(listeners.embryos());
    lane.mib.timeWaits.set(timeWaits.size());
  }

  @Override
  public Handover export() {
    return handover.export();
  }

  @Override
  public void close(CloseReason reason) {
    if (reason != CloseReason.HANDED_OVER) {
      TcpError error =
          reason == CloseReason.DISPOSED ? TcpError.MODULE_DISPOSED : TcpError.CONNECTION_ABORTED;
      listeners.resetAll();
      List<Flow> all = new ArrayList<>();
      flows.table().forEach(all::add);
      for (Flow flow : all) {
        if (flow instanceof Connection connection) {
          connection.core().abort(error, TcpCause.MODULE, lane.nowNanos());
          flusher.apply(connection);
          flusher.owe(connection);
        } else if (flow instanceof TimeWaitFlow record) {
          timeWaits.remove(record, TcpCause.MODULE);
        }
      }
      flusher.flush();
    }
    sweep.close();
    onClosed.accept(this);
  }

  /** New settings, brought to everything that exists. Lane's thread. */
  void settings(TcpSettings settings) {
    sweep.settings(settings);
  }

  /** Has new settings brought in on the lane's thread. Any thread. */
  void post(TcpSettings settings) {
    lane.context.post(() -> settings(settings));
  }

  /** Has other congestion controls brought in, then {@code swept} run. Any thread. */
  void post(Map<String, CongestionControlFactory> congestionControls, Runnable swept) {
    lane.context.post(() -> sweep.congestionControls(congestionControls, swept));
  }

  /** Whether what is posted is not done any more: the lane went on without it. Any thread. */
  boolean isOver() {
    return lane.context.isOver();
  }

  /** Whether settings of the configuration are for it. Any thread. */
  boolean isConfigured() {
    return lane.context.configured();
  }

  @Override
  public void onDatagram(PacketBuffer datagram) {
    input.onDatagram(datagram);
  }

  @Override
  public void onIcmpError(
      int type,
      int code,
      int mtu,
      int sourceIpv4,
      int destinationIpv4,
      int sourcePort,
      int destinationPort,
      int sequence) {
    errors.onIcmpError(
        type, code, mtu, sourceIpv4, destinationIpv4, sourcePort, destinationPort, sequence);
  }

  @Override
  public void onAttention(StackEndpoint endpoint) {
    wishes.onAttention(endpoint);
  }

  @Override
  public void flush() {
    opens.flush();
    memoryWaiters.flush();
    sweep.flush();
    flusher.flush();
  }

  @Override
  public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
    return inspection.list(cursor, examine, filter);
  }

  @Override
  public TcpConnectionInfo info(long id) {
    return inspection.info(id);
  }

  @Override
  public long receiveNext(long id) {
    return inspection.receiveNext(id);
  }

  @Override
  public long sendUnacknowledged(long id) {
    return inspection.sendUnacknowledged(id);
  }

  @Override
  public TcpExplanation why(long id) {
    return explanations.why(id);
  }

  @Override
  public TcpExplanation why(IpEndpoint local, IpEndpoint remote) {
    return explanations.why(local, remote);
  }

  @Override
  public int takenBy(Object settings) {
    if (!isConfigured()) {
      return 0;
    }
    return settings instanceof TcpSettings && !settings.equals(lane.settings())
        ? NOT_YET
        : sweep.takenBy();
  }

  @Override
  public Prospect prospect(
      TcpSettings settings, KeepaliveSettings keepalive, long cursor, int examine) {
    return isConfigured()
        ? prospects.page(settings, keepalive, cursor, examine)
        : new Prospect(Map.of(), List.of(), 0);
  }

  @Override
  public int fastOpenBytes(IpAddress peer) {
    return inspection.fastOpenBytes(peer);
  }

  // ---- two modules on one lane ----

  @Override
  public List<TcpConnectionInfo> movable(Predicate<? super TcpConnectionInfo> filter) {
    return sharing.movable(filter);
  }

  @Override
  public Portion portion(int cursor, int most) {
    return sharing.portion(cursor, most);
  }

  @Override
  public Handover rest(int most) {
    return sharing.rest(most);
  }

  @Override
  public Portion portion(FlowSet chosen) {
    return sharing.portion(chosen);
  }

  @Override
  public void take(Handover portion) throws HandoverException {
    sharing.take(portion);
  }

  @Override
  public void release(FlowSet gone) {
    sharing.release(gone);
  }

  @Override
  public void takeRest(Handover rest) throws HandoverException {
    sharing.takeRest(rest);
    tellLevels();
  }

  @Override
  public Page list(
      long cursor, long end, int examine, Predicate<? super TcpConnectionInfo> filter) {
    return sharing.list(cursor, end, examine, filter);
  }

  @Override
  public void beGuest() {
    sharing.beGuest();
  }

  @Override
  public boolean hasLeavers() {
    return sharing.hasLeavers();
  }

  @Override
  public Handover leavers() {
    return sharing.leavers();
  }

  @Override
  public void forgetLeavers() {
    sharing.forgetLeavers();
  }

  @Override
  public void takeLeavers(Handover leavers, FlowSet elsewhere) throws HandoverException {
    sharing.takeLeavers(leavers, elsewhere);
  }

  @Override
  public long meanRttNanos() {
    return sharing.meanRttNanos();
  }

  @Override
  public TcpSummary summary() {
    return inspection.summary();
  }

  @Override
  public boolean kill(long id, boolean reset) {
    return inspection.kill(id, reset);
  }
}
