package io.karavel.tcp.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.internal.connection.Embryo;
import io.karavel.tcp.internal.connection.FastOpen;
import io.karavel.tcp.internal.connection.KeepaliveTimes;
import io.karavel.tcp.internal.connection.Resets;
import io.karavel.tcp.internal.connection.Segment;
import io.karavel.tcp.internal.connection.TcpConnection;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.Seq;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * Passive opens: SYN queue and accept queue of every listener, cookies, and what happens at their
 * limits.
 */
final class Listeners {
  private static final int EXPIRED_PER_TURN = 512;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpOutput output;
  private final TcpFlusher flusher;
  private final Keepalives keepalives;
  private final TimeWaits timeWaits;
  private final DeadlineHeap<QueuedEmbryo> embryos = new DeadlineHeap<>();
  private final HeapTimer timer;
  private final CookieOpens cookieOpens;
  private final FastOpenServer fastOpen;
  private final IdentityHashMap<StackListener, ListenState> guestStates = new IdentityHashMap<>();

  Listeners(
      TcpLane lane,
      Flows flows,
      TcpOutput output,
      TcpFlusher flusher,
      Keepalives keepalives,
      TimeWaits timeWaits,
      FastOpenServer fastOpen) {
    this.fastOpen = fastOpen;
    this.timeWaits = timeWaits;
    this.lane = lane;
    this.flows = flows;
    this.output = output;
    this.flusher = flusher;
    this.keepalives = keepalives;
    cookieOpens = new CookieOpens(lane, output);
    timer = new HeapTimer("syn-ack", lane.context, this::expire);
  }

  int embryos() {
    return embryos.size();
  }

  /** The openings by cookie. */
  CookieOpens cookieOpens() {
    return cookieOpens;
  }

  /** The listener that a segment is for, or null. */
  ListenState find(Arrival arrival) {
    StackListener listener =
        lane.endpoints.listenerFor(
            arrival.localIpv4,
            arrival.localPort,
            flows
                .table()
                .flowHash(
                    arrival.localIpv4, arrival.localPort, arrival.remoteIpv4, arrival.remotePort));
    return listener == null ? null : stateOf(listener);
  }

  /** What is kept of a listener, made when first asked for. */
  ListenState stateOf(StackListener listener) {
    if (lane.guest) {
      // what is at the listener is the host's
      return guestStates.computeIfAbsent(listener, ListenState::new);
    }
    if (listener.moduleState() instanceof ListenState state) {
      return state;
    }
    ListenState state = new ListenState(listener);
    listener.moduleState(state);
    return state;
  }

  /** A listener as a predecessor or the lane's other module knew it. */
  ListenState opened(StackListener listener) {
    // a guest that becomes the only one has counted its connections there
    ListenState state = lane.guest ? stateOf(listener) : new ListenState(listener);
    listener.moduleState(state);
    return state;
  }

  /** It is a guest no more. */
  void forgetGuest() {
    guestStates.clear();
  }

  /** How many connections may wait to be accepted. */
  int backlog(ListenState state) {
    return Math.max(1, Math.min(state.listener().backlog(), lane.settings().maxAcceptBacklog()));
  }

  private boolean isAcceptQueueFull(ListenState state) {
    return state.listener().acceptQueue() >= backlog(state);
  }

  private boolean isAtLimit(ListenState state, Arrival arrival) {
    return flows.isAtLimit(arrival.remoteIpv4) || state.isAtLimit();
  }

  // ---- SYN ----

  /**
   * A SYN without ACK for a listener.
   *
   * @param replaced the TIME-WAIT record whose tuple it takes unless it is refused, or null
   */
  void onSyn(ListenState state, Arrival arrival, TimeWaitFlow replaced) {
    if (arrival.localIpv4 == arrival.remoteIpv4 && arrival.localPort == arrival.remotePort) {
      refuse(DropReason.TCP_ADDRESS);
      return;
    }
    if (isAcceptQueueFull(state)) {
      state.overflows++;
      lane.mib.listenOverflows.increment();
      refuse(DropReason.TCP_ACCEPT_QUEUE_FULL);
      return;
    }
    if (isAtLimit(state, arrival)) {
      lane.mib.connectionLimit.increment();
      refuse(DropReason.TCP_CONNECTION_LIMIT);
      return;
    }
    TcpSettings settings = lane.settings();
    boolean full = state.synQueue >= settings.maxSynBacklog();
    if (settings.synCookies() == TcpSettings.SynCookies.ALWAYS
        || full && settings.synCookies() == TcpSettings.SynCookies.AUTO) {
      if (full) {
        lane.mib.reqQFullDoCookies.increment();
      }
      forget(replaced);
      cookieOpens.send(state, arrival);
      return;
    }
    if (full) {
      state.synDrops++;
      lane.mib.reqQFullDrop.increment();
      refuse(DropReason.TCP_SYN_QUEUE_FULL);
      return;
    }
    forget(replaced);
    long nowNanos = lane.nowNanos();
    QueuedEmbryo embryo =
        new QueuedEmbryo(
            lane.connections,
            state,
            state.options(),
            arrival,
            initialSequence(arrival, replaced),
            lane.sequenceNumbers.timestampOffset(arrival.localIpv4, arrival.remoteIpv4),
            lane.segmentBytes(arrival),
            nowNanos);
    if (fastOpen.isTaken(state, arrival)) {
      open(state, arrival, embryo, FastOpen.server(fastOpen.answer()));
      return;
    }
    adopt(embryo);
    lane.moved(embryo, TcpState.SYN_RECEIVED);
    embryo.synAck(lane.out, nowNanos);
    lane.out.fastOpenCookie = fastOpen.answer();
    output.send(embryo);
  }

  /** A record's tuple begins anew. */
  private void forget(TimeWaitFlow replaced) {
    if (replaced != null) {
      timeWaits.remove(replaced, TcpCause.SYN);
    }
  }

  private void refuse(DropReason reason) {
    lane.mib.listenDrops.increment();
    lane.context.drops().count(reason);
  }

  private int initialSequence(Arrival arrival, TimeWaitFlow replaced) {
    int iss =
        lane.sequenceNumbers.next(
            lane.nowNanos(),
            arrival.localIpv4,
            arrival.localPort,
            arrival.remoteIpv4,
            arrival.remotePort);
    return replaced == null ? iss : beyond(replaced, iss);
  }

  /** A number that no segment of the old connection can be mistaken for (RFC 6191 §2). */
  static int beyond(TimeWaitFlow replaced, int iss) {
    int least = replaced.sndNxt() + 65535 + 2;
    return Seq.lessThan(iss, least) ? least : iss;
  }

  private void sendSynAck(QueuedEmbryo embryo) {
    embryo.synAck(lane.out, lane.nowNanos());
    output.send(embryo);
  }

  /** Takes an embryo into the SYN queue of its listener. */
  void adopt(QueuedEmbryo embryo) {
    flows.put(embryo);
    embryo.listener().synQueue++;
    embryos.add(embryo);
    timer.cover(embryos);
    lane.mib.embryos.set(embryos.size());
  }

  private void remove(QueuedEmbryo embryo, boolean replaced) {
    embryos.remove(embryo);
    embryo.listener().synQueue--;
    if (!replaced) {
      flows.remove(embryo);
      lane.moved(embryo, TcpState.CLOSED);
    }
    lane.mib.embryos.set(embryos.size());
  }

  /**
   * An ACK without SYN for a listener: the last step of an opening whose embryo is in a cookie?
   *
   * @return whether it was; a connection was opened unless a limit forbids it
   */
  boolean onAck(ListenState state, Arrival arrival) {
    Embryo embryo = cookieOpens.embryoOf(state, arrival);
    if (embryo == null) {
      return false;
    }
    if (isAcceptQueueFull(state)) {
      overflow(state);
      if (lane.settings().abortOnOverflow()) {
        lane.mib.abortOnOverflow.increment();
        if (Resets.answer(arrival.segment, lane.out)) {
          output.answer(arrival);
        }
      }
      return true;
    }
    if (isAtLimit(state, arrival)) {
      lane.mib.connectionLimit.increment();
      refuse(DropReason.TCP_CONNECTION_LIMIT);
      return true;
    }
    open(state, arrival, embryo, null);
    return true;
  }

  // ---- embryos ----

  /** A segment for an embryo. */
  void onSegment(QueuedEmbryo embryo, Arrival arrival) {
    lane.serve(embryo);
    judge(embryo, arrival);
    lane.current = null;
  }

  private void judge(QueuedEmbryo embryo, Arrival arrival) {
    long nowNanos = lane.nowNanos();
    switch (embryo.onSegment(arrival.segment, nowNanos)) {
      case SYN_ACK:
        sendSynAck(embryo);
        break;
      case CHALLENGE_ACK:
        lane.context.drops().count(refusal(embryo, arrival.segment, DropReason.TCP_RST_CHALLENGED));
        embryo.challengeAck(lane.out, nowNanos);
        output.send(embryo);
        break;
      case RESET:
        lane.context.drops().count(DropReason.TCP_ACK);
        if (Resets.answer(arrival.segment, lane.out)) {
          output.answer(arrival);
        }
        break;
      case REMOVE:
      case GIVE_UP:
        remove(embryo, false);
        return;
      case OPEN:
        complete(embryo, arrival);
        return;
      case DEFER:
        lane.mib.deferAcceptDrop.increment();
        break;
      case IGNORE:
        lane.context.drops().count(refusal(embryo, arrival.segment, DropReason.TCP_SEQUENCE));
        break;
    }
    embryos.moved(embryo);
    timer.cover(embryos);
  }

  /** Why an embryo refused a segment. */
  private static DropReason refusal(QueuedEmbryo embryo, Segment segment, DropReason ofReset) {
    if (segment.rst()) {
      return ofReset;
    }
    if (segment.syn()) {
      return DropReason.TCP_SYN_CHALLENGED;
    }
    if (embryo.isTimestampOld(segment)) {
      return DropReason.TCP_PAWS;
    }
    return segment.ack() ? DropReason.TCP_SEQUENCE : DropReason.TCP_FLAGS;
  }

  private void complete(QueuedEmbryo embryo, Arrival arrival) {
    ListenState state = embryo.listener();
    if (isAcceptQueueFull(state)) {
      overflow(state);
      if (lane.settings().abortOnOverflow()) {
        lane.mib.abortOnOverflow.increment();
        reset(embryo);
      }
      return;
    }
    if (isAtLimit(state, arrival)) {
      lane.mib.connectionLimit.increment();
      refuse(DropReason.TCP_CONNECTION_LIMIT);
      return;
    }
    remove(embryo, true);
    open(state, arrival, embryo, null);
  }

  private void overflow(ListenState state) {
    state.overflows++;
    lane.mib.listenOverflows.increment();
    refuse(DropReason.TCP_ACCEPT_QUEUE_FULL);
  }

  private void reset(QueuedEmbryo embryo) {
    embryo.reset(lane.out);
    output.send(embryo);
    remove(embryo, false);
  }

  /**
   * Makes the connection: the handshake is complete, or the SYN may open it with its data.
   *
   * @param early null if the handshake is complete
   */
  private void open(ListenState state, Arrival arrival, Embryo embryo, FastOpen early) {
    long nowNanos = lane.nowNanos();
    StackSocket socket =
        state
            .listener()
            .newAccepted(
                new IpEndpoint(IpAddress.ipv4(arrival.localIpv4), arrival.localPort),
                new IpEndpoint(IpAddress.ipv4(arrival.remoteIpv4), arrival.remotePort));
    ConnectionOptions options = state.options();
    TcpSettings settings = lane.settings();
    ByteRing receive = new ByteRing(lane.endpoints.memory(), options.receiveBufferBytes(settings));
    ByteRing send = new ByteRing(lane.endpoints.memory(), options.sendBufferBytes(settings));
    KeepaliveTimes times =
        keepalives.times(socket, arrival.localPort, arrival.remoteIpv4, arrival.remotePort);
    TcpConnection core =
        early == null
            ? TcpConnection.accept(
                lane.connections, options, times, receive, send, embryo, nowNanos)
            : TcpConnection.acceptEarly(
                lane.connections,
                options,
                times,
                receive,
                send,
                embryo,
                early,
                arrival.segment,
                nowNanos);
    socket.rings(receive, send);
    socket.state(TcpState.SYN_RECEIVED);
    Connection connection =
        new Connection(
            flusher,
            core,
            socket,
            arrival.localIpv4,
            arrival.localPort,
            arrival.remoteIpv4,
            arrival.remotePort);
    connection.pendingListener = state;
    connection.origin = state;
    socket.moduleState(connection);
    flows.open(connection);
    lane.serve(connection);
    if (early != null) {
      connection.fastOpenListener = state;
      state.fastOpenPending++;
    } else {
      DropReason reason = core.onSegment(arrival.segment, nowNanos);
      if (reason != null) {
        lane.context.drops().count(reason);
      }
    }
    flusher.apply(connection);
    lane.current = null;
    flusher.owe(connection);
  }

  private void expire(long nowNanos) {
    for (int left = EXPIRED_PER_TURN; left > 0; left--) {
      QueuedEmbryo first = embryos.first();
      if (first == null || first.nextDeadlineNanos() > nowNanos) {
        break;
      }
      lane.serve(first);
      Embryo.Verdict verdict = first.onDeadline(nowNanos);
      if (verdict == Embryo.Verdict.GIVE_UP) {
        remove(first, false);
        continue;
      }
      if (verdict == Embryo.Verdict.SYN_ACK) {
        sendSynAck(first);
      }
      embryos.moved(first);
    }
    lane.current = null;
    timer.cover(embryos);
  }

  /** The settings have changed, on which the deadlines of all embryos depend. */
  void onSettingsChanged() {
    embryos.rebuild();
    timer.cover(embryos);
  }

  /** The settings have changed for an embryo. */
  void onSettingsChanged(QueuedEmbryo embryo) {
    if (embryo.onSettingsChanged(lane.nowNanos()) == Embryo.Verdict.GIVE_UP) {
      remove(embryo, false);
    } else {
      embryos.moved(embryo);
      timer.cover(embryos);
    }
  }

  // ---- the listener itself ----

  /** The application has closed the listener: embryos and unaccepted connections get RST. */
  void close(StackListener listener) {
    List<QueuedEmbryo> its = new ArrayList<>();
    for (int i = 1; i <= embryos.size(); i++) {
      if (embryos.at(i).listener().listener() == listener) {
        its.add(embryos.at(i));
      }
    }
    its.forEach(this::reset);
    for (StackSocket socket = listener.pollAcceptable();
        socket != null;
        socket = listener.pollAcceptable()) {
      socket.abortUnaccepted();
    }
    listener.moduleState(null);
  }

  /** Every embryo, in the order of the heap. */
  void forEachEmbryo(Consumer<? super QueuedEmbryo> consumer) {
    embryos.forEach(consumer);
  }

  /** All embryos get RST: the module is disposed of. */
  void resetAll() {
    while (embryos.first() != null) {
      reset(embryos.first());
    }
  }
}
