package io.karavel.tcp.internal;

import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.LaneContext;
import io.karavel.engine.LaneFence;
import io.karavel.engine.Slot;
import io.karavel.ip.spi.IpModule;
import io.karavel.ip.spi.IpRoute;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.ConnectionContext;
import io.karavel.tcp.internal.connection.TransmitSegment;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TransitionTap;
import java.util.Map;

/**
 * What the parts of the TCP module share: the lane, its neighbours, settings, counters, secrets.
 */
final class TcpLane {
  /** MTU that is assumed while there is no route: Ethernet's. */
  private static final int DEFAULT_MTU = 1500;

  /** IP and TCP header without options. */
  private static final int HEADER_BYTES = 20 + 20;

  /** The lane. */
  final LaneContext context;

  /** Sockets, listeners and bound ports. */
  final TcpEndpoints endpoints;

  /** The way down. */
  final Slot<IpModule> ip;

  /** The keepalive policy. */
  final Slot<KeepalivePolicy> keepalive;

  /** What all connections share. */
  final ConnectionContext connections;

  /** Counters. */
  final TcpMib mib;

  /** Initial sequence numbers and timestamp offsets. */
  final InitialSequenceNumbers sequenceNumbers;

  /** SYN cookies. */
  final SynCookies cookies;

  /** What routers said about the MTU to hosts. */
  final PathMtus pathMtus = new PathMtus();

  /** What we know as a client of Fast Open. */
  final FastOpenCache fastOpen;

  /** The segment being described; filled again for each. */
  final TransmitSegment out = new TransmitSegment();

  /** How the last connections ended. */
  final Endings endings = new Endings();

  /** Those who watch states. */
  private final TransitionTap transitions;

  /** Whether the lane's other TCP module has the listeners, and this one connections only. */
  boolean guest;

  /** What is being served: the culprit if the module crashes now. */
  Flow current;

  TcpLane(LaneContext context, TcpSettings settings) {
    this.context = context;
    endpoints = context.shared(TcpEndpoints.class);
    ip = context.slot(IpModule.SLOT, IpModule.class);
    keepalive = context.slot(KeepalivePolicy.SLOT, KeepalivePolicy.class);
    connections = new ConnectionContext(settings, context.counters());
    mib = new TcpMib(context.counters());
    sequenceNumbers =
        new InitialSequenceNumbers(
            context.secret("tcp.sequence", InitialSequenceNumbers.SECRET_BYTES));
    fastOpen = new FastOpenCache(this);
    cookies = new SynCookies(context.secret("tcp.cookies", SynCookies.SECRET_BYTES));
    transitions = context.shared(TransitionTap.class);
  }

  /**
   * Turns to a connection, embryo or record: it is the culprit if the module crashes or hangs
   * before {@link #current} is null again. A thread that has hung comes to no other one.
   */
  void serve(Flow flow) {
    LaneFence.pass();
    current = flow;
  }

  /** Tells those who watch that a flow has come to a state. */
  void moved(Flow flow, TcpState state) {
    transitions.moved(
        flow.id(),
        flow.localIpv4(),
        flow.localPort(),
        flow.remoteIpv4(),
        flow.remotePort(),
        state,
        context.nowNanos());
  }

  /** The congestion controls there are beside the built-in ones, from now on. */
  void congestionControls(Map<String, CongestionControlFactory> byName) {
    connections.congestionControls(byName);
    endpoints.congestionControls(CongestionControls.names(byName));
  }

  TcpSettings settings() {
    return connections.settings();
  }

  /** Payload of a full segment on the way to a peer, without options. */
  int segmentBytes(Arrival arrival) {
    return segmentBytes(arrival.localIpv4, arrival.remoteIpv4);
  }

  /** The same between two addresses, the local one 0 if it is not known. */
  int segmentBytes(int localIpv4, int remoteIpv4) {
    IpModule way = ip.module();
    IpRoute route = way == null ? null : way.route(localIpv4, remoteIpv4);
    int mtu = route == null ? DEFAULT_MTU : route.mtu();
    return pathMtus.mtu(remoteIpv4, mtu) - HEADER_BYTES;
  }

  long nowNanos() {
    return context.nowNanos();
  }
}
