package io.karavel.engine.internal.watch;

import io.karavel.engine.DropReason;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Looks at every TCP segment between a stack and its devices. Until {@link #begin} it learns: where
 * connections stand, and what the module at work is like. Then a segment that breaks a rule is
 * discarded, so that the predecessor can still send what is right. Lane's thread, the constructor
 * excepted.
 */
public final class WireWatch implements FrameTap {
  /**
   * What was found since {@link #begin}.
   *
   * @param faults rules broken, a sentence each
   * @param resets connections reset by either side that their applications had not closed
   * @param sent segments with data that were sent
   * @param sentAgain of these, sent before
   * @param arrived segments with data that arrived
   * @param arrivedAgain of these, arrived or acknowledged before
   */
  public record Findings(
      Map<String, Integer> faults,
      long resets,
      long sent,
      long sentAgain,
      long arrived,
      long arrivedAgain) {}

  private static final int MOST_FLOWS = 100_000;

  private record Key(int local, int remote, int ports) {}

  private final Map<Key, StackSocket> sockets = new HashMap<>();
  private final Map<Key, WatchedFlow> flows = new HashMap<>();

  /** The same in the order in which they came, to be looked at some at a time. */
  private final List<WatchedFlow> inOrder = new ArrayList<>();

  private final Map<WatchedFlow.Rule, Integer> broken = new EnumMap<>(WatchedFlow.Rule.class);
  private final Map<WatchedFlow.Rule, String> examples = new EnumMap<>(WatchedFlow.Rule.class);
  private final Set<WatchedFlow.Rule> usual = EnumSet.noneOf(WatchedFlow.Rule.class);
  private final ToLongFunction<DropReason> drops;
  private final SegmentView view = new SegmentView();

  /** The flows of the frames that are being served, the innermost last; null for one of no flow. */
  private final List<WatchedFlow> serving = new ArrayList<>();

  private long sinceNanos = Long.MIN_VALUE;

  /** Until then what the exchange has held up is made up for. */
  private long settledNanos = Long.MIN_VALUE;

  private long wayLostBefore;
  private long resets;
  private long sent;
  private long sentAgain;
  private long arrived;
  private long arrivedAgain;

  /**
   * Learns from now on.
   *
   * @param open the sockets there are; content is judged of these alone
   * @param drops how many packets the stack has discarded for a reason
   */
  public WireWatch(Collection<StackSocket> open, ToLongFunction<DropReason> drops) {
    this.drops = drops;
    for (StackSocket socket : open) {
      Key key = key(socket);
      if (key != null) {
        sockets.put(key, socket);
      }
    }
  }

  /** Null if it has no connection. */
  private static Key key(StackSocket socket) {
    if (socket.remote() == null || socket.local() == null || socket.isOver()) {
      return null;
    }
    return new Key(
        socket.local().address().ipv4Bits(),
        socket.remote().address().ipv4Bits(),
        socket.local().port() << 16 | socket.remote().port());
  }

  /**
   * Where connections stand of which nothing has been seen yet, as the module at work says. Before
   * {@link #begin}; a newcomer is not believed.
   *
   * @param tcp the module at work
   */
  public void ask(TcpModule tcp, Collection<StackSocket> some) {
    for (StackSocket socket : some) {
      Key key = isLearning() ? key(socket) : null;
      if (key != null) {
        ask(tcp, socket.id(), key);
      }
    }
  }

  private void ask(TcpModule tcp, long id, Key key) {
    long next = tcp.receiveNext(id);
    long oldest = tcp.sendUnacknowledged(id);
    WatchedFlow flow = next < 0 && oldest < 0 ? null : flow(key.local, key.remote, key.ports);
    if (flow != null && next >= 0) {
      flow.stands((int) next);
    }
    if (flow != null && oldest >= 0) {
      flow.lies((int) oldest);
    }
  }

  /** What comes now is the newcomer's doing. */
  public void begin(long nowNanos) {
    usual.addAll(broken.keySet());
    broken.clear();
    examples.clear();
    sinceNanos = nowNanos;
    settledNanos = nowNanos;
    wayLostBefore = wayLost();
    resets = 0;
    sent = 0;
    sentAgain = 0;
    arrived = 0;
    arrivedAgain = 0;
  }

  /** The exchange is over; it takes as long again until peers and timers have caught up. */
  public void exchanged(long nowNanos) {
    settledNanos = nowNanos + (nowNanos - sinceNanos);
  }

  /**
   * Looks at some of the connections for what is overdue; all at once would be a pause.
   *
   * @param from where to begin: 0, or what the call before returned
   * @param most how many connections at most
   * @param patienceNanos how long a connection may owe an answer; an acknowledgement twice that
   * @return where to go on, or 0 after the last
   */
  public int look(int from, int most, long nowNanos, long patienceNanos) {
    int end = Math.min(inOrder.size(), from + most);
    for (int i = from; i < end; i++) {
      inOrder.get(i).look(nowNanos, settledNanos, patienceNanos);
    }
    return end == inOrder.size() ? 0 : end;
  }

  /** What was found, after a look at all of them. */
  public Findings findings(long nowNanos, long patienceNanos) {
    look(0, inOrder.size(), nowNanos, patienceNanos);
    return findings();
  }

  /** What was found. */
  public Findings findings() {
    Map<String, Integer> faults = new HashMap<>();
    broken.forEach((rule, count) -> faults.put("it " + rule.text + examples.get(rule), count));
    return new Findings(faults, resets, sent, sentAgain, arrived, arrivedAgain);
  }

  @Override
  public int position() {
    return AT_IP;
  }

  @Override
  public boolean isFor(String interfaceName) {
    return true;
  }

  @Override
  public boolean onReceived(TapPoint point, PacketBuffer frame) {
    WatchedFlow flow = null;
    if (view.over(frame, point.bareIp()) && view.isSoundArriving()) {
      flow = flow(view.destination, view.source, view.destinationPort << 16 | view.sourcePort);
      if (flow != null) {
        flow.arrived(view, point.nowNanos());
      }
    }
    serving.add(flow);
    return true;
  }

  @Override
  public void onGiven(TapPoint point, DropReason dropped) {
    WatchedFlow flow = serving.isEmpty() ? null : serving.remove(serving.size() - 1);
    if (flow != null) {
      flow.served();
    }
  }

  @Override
  public boolean onTransmit(TapPoint point, PacketBuffer frame) {
    serving.add(null);
    if (!view.over(frame, point.bareIp()) || isRight(point)) {
      return true;
    }
    point.drops().drop(frame, DropReason.WATCHED_FAULT);
    return false;
  }

  /** Whether the segment in view may get onto the wire. */
  private boolean isRight(TapPoint point) {
    if (!view.isSound()) {
      return !broken(WatchedFlow.Rule.CHECKSUM, null);
    }
    WatchedFlow flow =
        flow(view.source, view.destination, view.sourcePort << 16 | view.destinationPort);
    return flow == null || flow.sent(view, point.nowNanos());
  }

  @Override
  public void onTurnEnd(TapPoint point) {
    serving.clear();
  }

  /** Null if there are too many. */
  private WatchedFlow flow(int local, int remote, int ports) {
    Key key = new Key(local, remote, ports);
    WatchedFlow flow = flows.get(key);
    if (flow == null && flows.size() < MOST_FLOWS) {
      flow = new WatchedFlow(this, sockets.get(key));
      flows.put(key, flow);
      inOrder.add(flow);
    }
    return flow;
  }

  /** A rule is broken; says whether that is held against the newcomer. */
  boolean broken(WatchedFlow.Rule rule, StackSocket socket) {
    if (usual.contains(rule)) {
      return false;
    }
    broken.merge(rule, 1, Integer::sum);
    examples.putIfAbsent(rule, socket == null ? "" : ", connection " + socket.id() + " for one");
    return !isLearning();
  }

  boolean isLearning() {
    return sinceNanos == Long.MIN_VALUE;
  }

  /** Whether packets are discarded below TCP because their way is lost: silence proves nothing. */
  boolean isWayLost() {
    return wayLost() > wayLostBefore;
  }

  private long wayLost() {
    return drops.applyAsLong(DropReason.NEIGHBOUR_UNREACHABLE)
        + drops.applyAsLong(DropReason.NEIGHBOUR_QUEUE_FULL)
        + drops.applyAsLong(DropReason.NEIGHBOUR_REMOVED)
        + drops.applyAsLong(DropReason.IP_NO_ROUTE)
        + drops.applyAsLong(DropReason.IP_INTERFACE_DOWN)
        + drops.applyAsLong(DropReason.DEVICE_DOWN);
  }

  void reset() {
    resets++;
  }

  void sent(boolean again, long nowNanos) {
    if (nowNanos - settledNanos >= 0) {
      sent++;
      sentAgain += again ? 1 : 0;
    }
  }

  void arrived(boolean again, long nowNanos) {
    if (nowNanos - settledNanos >= 0) {
      arrived++;
      arrivedAgain += again ? 1 : 0;
    }
  }
}
