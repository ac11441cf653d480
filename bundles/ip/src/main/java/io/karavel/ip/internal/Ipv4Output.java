package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.ip.spi.IpRoute;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;

/**
 * Sends datagrams (RFC 791, RFC 1122 §3.3): route, source, header, MTU, next hop. Errors are noted
 * in {@link LocalErrors} and told later. Lane's thread.
 */
final class Ipv4Output {
  private static final int HEADER = Ipv4Header.MINIMUM_LENGTH;

  private final IpLane lane;
  private final Interfaces interfaces;
  private final Routes routes;
  private final NeighbourCache neighbours;
  private final EthernetOutput ethernet;
  private final DeviceOutput device;
  private final LoopbackQueue loopback;
  private final LocalErrors errors;
  private final Identifications identifications;
  private final Fragmenter fragmenter;

  Ipv4Output(
      IpLane lane,
      Interfaces interfaces,
      Routes routes,
      NeighbourCache neighbours,
      EthernetOutput ethernet,
      DeviceOutput device,
      LoopbackQueue loopback,
      LocalErrors errors) {
    this.lane = lane;
    this.interfaces = interfaces;
    this.routes = routes;
    this.neighbours = neighbours;
    this.ethernet = ethernet;
    this.device = device;
    this.loopback = loopback;
    this.errors = errors;
    identifications = new Identifications(lane.context.secret("ip.identification", 16), lane.now());
    fragmenter = new Fragmenter(lane.packets);
  }

  /** The counters of identifications, part of the kept state. */
  Identifications identifications() {
    return identifications;
  }

  /** See {@link io.karavel.ip.spi.IpOutput#send}. */
  void send(PacketBuffer datagram) {
    lane.counters.outRequests.increment();
    datagram.direction(PacketBuffer.DOWN);
    datagram.transportOffset(datagram.offset());
    int destination = datagram.destinationIpv4();
    int source = datagram.sourceIpv4();
    boolean local = interfaces.isLocal(destination);
    Route route = null;
    if (local) {
      source = source == 0 ? destination : source;
    } else {
      route = routeOf(destination);
      if (route == null) {
        lane.counters.outNoRoutes.increment();
        refuse(
            datagram,
            IcmpMessage.UNREACHABLE,
            IcmpMessage.NET_UNREACHABLE,
            0,
            DropReason.IP_NO_ROUTE);
        return;
      }
      source = source == 0 ? sourceOf(route) : source;
    }
    if (source == 0 || !interfaces.isLocal(source) || (!local && source >>> 24 == 127)) {
      refuse(
          datagram,
          IcmpMessage.UNREACHABLE,
          IcmpMessage.HOST_UNREACHABLE,
          0,
          DropReason.IP_NO_SOURCE);
      return;
    }
    datagram.sourceIpv4(source);
    int mtu = local ? lane.settings().loopbackMtuBytes() : route.link().mtu;
    forwardDown(datagram, route, mtu);
  }

  private void forwardDown(PacketBuffer datagram, Route route, int mtu) {
    boolean superSegment = datagram.segmentationType() != PacketBuffer.SEGMENTATION_NONE;
    int largest = HEADER + datagram.length();
    if (superSegment) {
      int tcp = TcpHeader.headerLength(datagram.memory(), datagram.transportOffset());
      largest = Math.min(largest, HEADER + tcp + datagram.segmentSize());
    }
    boolean tooBig = largest > mtu || HEADER + datagram.length() > Ipv4Header.MAXIMUM_TOTAL_LENGTH;
    if (tooBig
        && (datagram.dontFragment()
            || superSegment
            || HEADER + datagram.length() > Ipv4Header.MAXIMUM_TOTAL_LENGTH)) {
      lane.counters.fragFails.increment();
      refuse(
          datagram,
          IcmpMessage.UNREACHABLE,
          IcmpMessage.FRAGMENTATION_NEEDED,
          mtu,
          DropReason.IP_FRAGMENTATION_NEEDED);
      return;
    }
    writeHeader(datagram, superSegment ? Segmenter.count(datagram) : 1);
    if (tooBig) {
      fragment(datagram, route, mtu);
    } else {
      emit(datagram, route);
    }
  }

  private void writeHeader(PacketBuffer datagram, int packets) {
    int source = datagram.sourceIpv4();
    int destination = datagram.destinationIpv4();
    int protocol = datagram.protocol();
    int ttl = datagram.timeToLive() == 0 ? lane.settings().defaultTtl() : datagram.timeToLive();
    int at = datagram.prepend(HEADER);
    datagram.networkOffset(at);
    Ipv4Header.write(
        datagram.memory(),
        at,
        datagram.trafficClass(),
        datagram.length(),
        identifications.next(source, destination, protocol, packets),
        datagram.dontFragment() ? Ipv4Header.DONT_FRAGMENT : 0,
        ttl,
        protocol,
        source,
        destination);
  }

  private void fragment(PacketBuffer datagram, Route route, int mtu) {
    ChecksumCompletion.complete(datagram);
    fragmenter.begin(datagram, mtu);
    for (PacketBuffer part = fragmenter.next(); part != null; part = fragmenter.next()) {
      lane.counters.fragCreates.increment();
      emit(part, route);
    }
    lane.counters.fragOKs.increment();
    datagram.release();
  }

  /** Sends a packet with its IPv4 header on its way; a null route leads to ourselves. */
  private void emit(PacketBuffer packet, Route route) {
    if (route == null) {
      loopback.add(packet);
      return;
    }
    LinkInterface link = route.link();
    if (!link.deviceKnown) {
      lane.counters.outDiscards.increment();
      lane.drop(packet, DropReason.IP_INTERFACE_DOWN);
      return;
    }
    if (link.bareIp) {
      device.transmit(link, packet);
      return;
    }
    int destination = packet.destinationIpv4();
    if (destination >>> 28 == 0xE) {
      long group = 0x0100_5E00_0000L | (destination & 0x007F_FFFF); // RFC 1112 §6.4
      ethernet.send(link, packet, group, EthernetHeader.TYPE_IPV4);
    } else if (destination == -1
        || (route.gateway() == 0 && link.isDirectedBroadcast(destination))) {
      ethernet.send(link, packet, EthernetHeader.BROADCAST, EthernetHeader.TYPE_IPV4);
    } else {
      neighbours.send(link, route.nextHop(destination), packet);
    }
  }

  /** The route to a destination that is not ours; broadcast and multicast need none to leave. */
  private Route routeOf(int destination) {
    Route route = routes.lookup(destination);
    if (route == null && (destination == -1 || destination >>> 28 == 0xE)) {
      for (LinkInterface link : interfaces.links()) {
        int source = link.enabled() ? link.sourceFor(destination) : 0;
        if (source != 0) {
          return new Route(destination, 32, 0, link, source, 0, Route.CONNECTED);
        }
      }
    }
    return route;
  }

  private int sourceOf(Route route) {
    return route.source() != 0 ? route.source() : interfaces.anySource();
  }

  private void refuse(PacketBuffer datagram, int type, int code, int mtu, DropReason reason) {
    errors.report(type, code, mtu, datagram);
    lane.counters.outDiscards.increment();
    lane.drop(datagram, reason);
  }

  /** See {@link io.karavel.ip.spi.IpOutput#route}. */
  IpRoute route(int source, int destination) {
    if (interfaces.isLocal(destination)) {
      int chosen = source == 0 ? destination : source;
      return interfaces.isLocal(chosen)
          ? new IpRoute(
              LinkInterface.LOOPBACK,
              chosen,
              lane.settings().loopbackMtuBytes(),
              true,
              Ipv4Header.MAXIMUM_TOTAL_LENGTH,
              true)
          : null;
    }
    Route route = routeOf(destination);
    if (route == null) {
      return null;
    }
    int chosen = source == 0 ? sourceOf(route) : source;
    if (chosen == 0 || interfaces.local(chosen) == null) {
      return null;
    }
    LinkInterface link = route.link();
    int segmentation = link.driver() == null ? 0 : link.driver().capabilities().segmentationBytes();
    return new IpRoute(link.name(), chosen, link.mtu, true, segmentation, route.gateway() == 0);
  }
}
