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
  /** In a cursor of prospects: the walk is at the guest. Flows do not come up to it. */
  private static final long AT_GUEST = 1L << 61;

  private static final int PORT_BYTES = 4;

  private final TcpModule host;
  private final TcpModule guest;
  private final ModuleContext guestContext;
  private final ModuleSource source;
  private final TcpEndpoints endpoints;
  private final FlowSet moved = new FlowSet();
  private final CanaryFigures figures;

  /** Which of the two was called last and has not returned; the culprit of a crash. */
  private TcpModule serving;

  /** How many connections the guest got when it began. */
  private int begunWith;

  /**
   * Of two open modules that both are {@link SharesConnections}; the guest has no connection yet.
   *
   * @param hostContext what the host works with
   * @param source where the guest comes from
   */
  TcpCanary(
      TcpModule host,
      ModuleContext hostContext,
      TcpModule guest,
      ModuleContext guestContext,
      ModuleSource source) {
    this.host = host;
    this.guest = guest;
    this.guestContext = guestContext;
    this.source = source;
    endpoints = guestContext.shared(TcpEndpoints.class);
    figures = new CanaryFigures(hostContext.counters(), guestContext.counters());
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
        begunWith,
        host.summary(),
        (SharesConnections) host,
        guest.summary(),
        (SharesConnections) guest);
  }

  /** What the guest works with. */
  ModuleContext guestContext() {
    return guestContext;
  }

  /** The connections that the guest has. */
  FlowSet moved() {
    return moved;
  }

  /** Its lane was abandoned. */
  void forsake() {
    guestContext.forsake();
  }

  // ---- connections on their way ----

  /** The next connections that could go from one to the other. */
  SharesConnections.Portion portion(boolean toGuest, int cursor, int most) {
    return sharing(!toGuest).portion(cursor, most);
  }

  /** Connections of the host that were chosen. */
  SharesConnections.Portion portion(FlowSet chosen) {
    begunWith = chosen.size();
    return sharing(false).portion(chosen);
  }

  /**
   * Moves a portion. What throws may leave connections with both, and then who had them before
   * counts.
   */
  void move(boolean toGuest, SharesConnections.Portion portion) throws HandoverException {
    sharing(toGuest).take(portion.state());
    if (toGuest) {
      portion.flows().forEach(moved::add);
    } else {
      portion.flows().forEach(moved::remove);
    }
    sharing(!toGuest).release(portion.flows());
  }

  /** What is left of the one that ends. */
  Handover rest(boolean toGuest) {
    return serve(!toGuest).export();
  }

  /** Has the one that stays take what is left of the other. */
  TcpModule settle(boolean toGuest, Handover rest) throws HandoverException {
    sharing(toGuest).takeRest(rest);
    return toGuest ? guest : host;
  }

  private SharesConnections sharing(boolean isGuests) {
    return (SharesConnections) serve(isGuests);
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

  /** Told why the state of one of the two cannot be said. */
  interface Unsaid {
    /** {@code isGuests}: whose connections fail; else those of the host. */
    void told(boolean isGuests, Throwable why);
  }

  /**
   * After a crash: like {@link #export}, but if one of the two cannot, its connections fail and the
   * others go on. What is thrown if neither can.
   */
  Handover salvage(Unsaid unsaid, long nowNanos) {
    Handover rest;
    try {
      rest = host.export();
    } catch (Throwable t) {
      Handover guests = guests(t);
      unsaid.told(false, t);
      endpoints.disposeOthers(moved, nowNanos);
      return guests;
    }
    try {
      return rest.and(guest.export());
    } catch (Throwable t) {
      unsaid.told(true, t);
      disposeOfGuest(nowNanos);
      return rest;
    }
  }

  private Handover guests(Throwable hosts) {
    try {
      return guest.export();
    } catch (Throwable t) {
      t.addSuppressed(hosts);
      throw t;
    }
  }

  /** Nobody can say the state of the guest: its connections fail. */
  void disposeOfGuest(long nowNanos) {
    endpoints.disposeConnections(moved, nowNanos);
  }

  @Override
  public void close(CloseReason reason) {
    try {
      serve(true).close(reason);
    } finally {
      if (!guestContext.isOver()) {
        guestContext.retire();
      }
      try {
        serve(false).close(reason);
      } finally {
        figures.end();
      }
    }
  }

  /** One of the two has all there was, and the other one closes. */
  void end(boolean toGuest) {
    try {
      serve(!toGuest).close(CloseReason.HANDED_OVER);
    } finally {
      serving = null;
      if (!toGuest) {
        guestContext.retire();
        figures.end();
      }
    }
  }

  // ---- questions ----

  /** Both in one order, so that who changes sides between two pages is neither lost nor doubled. */
  @Override
  public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
    Page hosts = host.list(cursor, examine, filter);
    Page guests = ((SharesConnections) guest).list(cursor, hosts.next(), examine, filter);
    if (guests.next() != hosts.next()) {
      hosts = ((SharesConnections) host).list(cursor, guests.next(), examine, filter);
    }
    List<TcpConnectionInfo> entries = new ArrayList<>(hosts.entries());
    entries.addAll(guests.entries());
    return new Page(entries, guests.next());
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
    if (info == null) {
      // a TIME-WAIT record may be at either, its socket forgotten
      info = serve(true).info(id);
    }
    serving = before;
    return info;
  }

  @Override
  public long receiveNext(long id) {
    TcpModule before = serving;
    long next = owner(id).receiveNext(id);
    serving = before;
    return next;
  }

  @Override
  public long sendUnacknowledged(long id) {
    TcpModule before = serving;
    long oldest = owner(id).sendUnacknowledged(id);
    serving = before;
    return oldest;
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
    boolean killed = owner(id).kill(id, reset) || serve(true).kill(id, reset);
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
