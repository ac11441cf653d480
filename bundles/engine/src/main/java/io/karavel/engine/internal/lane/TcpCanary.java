package io.karavel.engine.internal.lane;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.TakesSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Two TCP modules that share the connections of a lane, seen as one: the host has the listeners and
 * all that is new, the guest some connections until they are over. Each packet, wish and question
 * goes to the one that has the connection; what both export is one state, so that whatever can
 * happen to a module can happen to the two. Lane's thread.
 */
final class TcpCanary implements TcpModule, TakesSettings {
  /** In a cursor: the walk is at the guest. Neither listeners' numbers nor flows come up to it. */
  private static final long AT_GUEST = 1L << 61;

  private static final int PORT_BYTES = 4;

  private final TcpModule host;
  private final TcpModule guest;
  private final ModuleContext guestContext;
  private final ModuleSource source;
  private final TcpEndpoints endpoints;
  private final FlowSet moved;
  private final CanaryFigures figures;

  /** Which of the two was called last and has not returned; the culprit of a crash. */
  private TcpModule serving;

  /**
   * Of two open modules that both are {@link SharesConnections}.
   *
   * @param source where the guest comes from
   * @param moved the connections that the guest has
   */
  TcpCanary(
      Lane lane,
      TcpModule host,
      TcpModule guest,
      ModuleContext guestContext,
      ModuleSource source,
      FlowSet moved) {
    this.host = host;
    this.guest = guest;
    this.guestContext = guestContext;
    this.source = source;
    this.moved = moved;
    endpoints = guestContext.shared(TcpEndpoints.class);
    figures = new CanaryFigures(lane.counters(), guestContext.counters(), moved.size());
  }

  /** Where the guest comes from. */
  ModuleSource source() {
    return source;
  }

  /** The module that has the listeners. */
  TcpModule host() {
    return host;
  }

  /** The module that has some connections. */
  TcpModule guest() {
    return guest;
  }

  /** How the two do. */
  CanaryFigures.Comparison comparison() {
    return figures.compare(
        host.summary(), (SharesConnections) host, guest.summary(), (SharesConnections) guest);
  }

  /** Its lane was abandoned. */
  void forsake() {
    guestContext.forsake();
  }

  // ---- whose it is ----

  private TcpModule serve(boolean isGuests) {
    serving = isGuests ? guest : host;
    return serving;
  }

  private TcpModule owner(StackEndpoint endpoint) {
    return serve(endpoint instanceof StackSocket socket && TcpEndpoints.isIn(moved, socket));
  }

  private TcpModule owner(long id) {
    StackSocket socket = endpoints.socket(id);
    return serve(socket != null && TcpEndpoints.isIn(moved, socket));
  }

  /** What the timers' owner armed or posted is about to be done. */
  void serving(ModuleTimers owner) {
    serve(owner == guestContext.timers());
  }

  /** Whether the guest was called last: it is the culprit. */
  boolean isGuestServing() {
    return serving == guest;
  }

  // ---- what comes ----

  @Override
  public void onDatagram(PacketBuffer datagram) {
    ByteBuffer memory = datagram.memory();
    int offset = datagram.offset();
    boolean isGuests =
        datagram.linearLength() >= PORT_BYTES
            && moved.contains(
                datagram.destinationIpv4(),
                TcpHeader.destinationPort(memory, offset),
                datagram.sourceIpv4(),
                TcpHeader.sourcePort(memory, offset));
    TcpModule before = serving;
    serve(isGuests).onDatagram(datagram);
    serving = before;
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
    TcpModule before = serving;
    serve(moved.contains(sourceIpv4, sourcePort, destinationIpv4, destinationPort))
        .onIcmpError(
            type, code, mtu, sourceIpv4, destinationIpv4, sourcePort, destinationPort, sequence);
    serving = before;
  }

  @Override
  public void onAttention(StackEndpoint endpoint) {
    TcpModule before = serving;
    owner(endpoint).onAttention(endpoint);
    serving = before;
  }

  @Override
  public void flush() {
    serve(true).flush();
    SharesConnections leaving = (SharesConnections) guest;
    if (leaving.hasLeavers()) {
      Handover leavers = leaving.leavers();
      serve(false);
      try {
        ((SharesConnections) host).takeLeavers(leavers, moved);
      } catch (HandoverException e) {
        throw new IllegalStateException("what has left the canary cannot be read", e);
      }
      serve(true);
      leaving.forgetLeavers();
    }
    serve(false).flush();
  }

  // ---- the life of a module ----

  @Override
  public void open(Handover kept) {
    throw new IllegalStateException("it is made of open modules");
  }

  @Override
  public Handover export() {
    return host.export().and(guest.export());
  }

  /**
   * After a crash: like {@link #export}, but if the guest cannot, its connections fail and the rest
   * goes on.
   *
   * @param problem told why the guest cannot
   */
  Handover salvage(java.util.function.Consumer<Throwable> problem, long nowNanos) {
    Handover rest = host.export();
    try {
      return rest.and(guest.export());
    } catch (Throwable t) {
      problem.accept(t);
      endpoints.disposeConnections(moved, nowNanos);
      return rest;
    }
  }

  @Override
  public void close(CloseReason reason) {
    try {
      serve(true).close(reason);
    } finally {
      if (!guestContext.isRetired()) {
        guestContext.retire();
      }
      try {
        serve(false).close(reason);
      } finally {
        figures.end();
      }
    }
  }

  // ---- questions ----

  @Override
  public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
    if ((cursor & AT_GUEST) == 0) {
      Page page = host.list(cursor, examine, filter);
      return new Page(page.entries(), page.next() == 0 ? AT_GUEST : page.next());
    }
    Page page = guest.list(cursor & ~AT_GUEST, examine, filter);
    return new Page(page.entries(), page.next() == 0 ? 0 : page.next() | AT_GUEST);
  }

  @Override
  public Prospect prospect(
      TcpSettings settings, KeepaliveSettings keepalive, long cursor, int examine) {
    if ((cursor & AT_GUEST) == 0) {
      Prospect page = host.prospect(settings, keepalive, cursor, examine);
      return new Prospect(page.ended(), page.touched(), page.next() == 0 ? AT_GUEST : page.next());
    }
    Prospect page = guest.prospect(settings, keepalive, cursor & ~AT_GUEST, examine);
    return new Prospect(
        page.ended(), page.touched(), page.next() == 0 ? 0 : page.next() | AT_GUEST);
  }

  @Override
  public TcpConnectionInfo info(long id) {
    TcpModule before = serving;
    TcpConnectionInfo info = owner(id).info(id);
    serving = before;
    return info;
  }

  @Override
  public TcpExplanation why(long id) {
    TcpModule before = serving;
    TcpExplanation why = owner(id).why(id);
    if (why == null) {
      // one that is over may have ended in either
      why = serve(true).why(id);
    }
    serving = before;
    return why;
  }

  @Override
  public TcpExplanation why(IpEndpoint local, IpEndpoint remote) {
    TcpModule before = serving;
    TcpExplanation why =
        serve(
                moved.contains(
                    local.address().ipv4Bits(),
                    local.port(),
                    remote.address().ipv4Bits(),
                    remote.port()))
            .why(local, remote);
    serving = before;
    return why;
  }

  @Override
  public TcpSummary summary() {
    TcpSummary one = host.summary();
    TcpSummary other = guest.summary();
    Map<TcpState, Integer> byState = new EnumMap<>(TcpState.class);
    byState.putAll(one.byState());
    other.byState().forEach((state, count) -> byState.merge(state, count, Integer::sum));
    return new TcpSummary(
        byState,
        one.orphans() + other.orphans(),
        one.listeners(),
        one.bufferBytes(),
        one.bufferLimitBytes());
  }

  @Override
  public boolean kill(long id, boolean reset) {
    TcpModule before = serving;
    boolean killed = owner(id).kill(id, reset);
    serving = before;
    return killed;
  }

  @Override
  public int fastOpenBytes(IpAddress peer) {
    return host.fastOpenBytes(peer);
  }

  @Override
  public int takenBy(Object settings) {
    int sum = 0;
    for (TcpModule module : List.of(host, guest)) {
      int taken = module instanceof TakesSettings takes ? takes.takenBy(settings) : 0;
      if (taken == NOT_YET) {
        return NOT_YET;
      }
      sum += taken;
    }
    return sum;
  }

  /**
   * So many percent of what could be moved, rounded up, as evenly over all as their numbers say.
   *
   * @param percent 1 to 100
   */
  static FlowSet choose(List<TcpConnectionInfo> movable, int percent) {
    List<TcpConnectionInfo> mixed = new ArrayList<>(movable);
    mixed.sort(
        java.util.Comparator.comparingLong((TcpConnectionInfo info) -> mix(info.id()))
            .thenComparingLong(TcpConnectionInfo::id));
    FlowSet chosen = new FlowSet();
    long count = ((long) mixed.size() * percent + 99) / 100;
    for (TcpConnectionInfo info : mixed.subList(0, (int) count)) {
      chosen.add(
          info.local().address().ipv4Bits(),
          info.local().port(),
          info.remote().address().ipv4Bits(),
          info.remote().port());
    }
    return chosen;
  }

  private static long mix(long id) {
    long h = id * 0x9e3779b97f4a7c15L;
    return (h ^ h >>> 32) * 0xbf58476d1ce4e5b9L;
  }
}
