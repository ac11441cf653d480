package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.engine.Slot;
import io.karavel.ip.IpSettings.ReversePath;
import io.karavel.ip.spi.TransportProtocol;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/**
 * Takes IPv4 packets in (RFC 791, RFC 1122 §3.2): validates every field, judges both addresses,
 * collects fragments, and gives datagrams to their transport. Not a router: what is not for us is
 * dropped. Lane's thread.
 */
final class Ipv4Input {
  private static final int ALL_HOSTS = 0xE000_0001;
  private static final int OPTION_LOOSE_SOURCE_ROUTE = 131;
  private static final int OPTION_STRICT_SOURCE_ROUTE = 137;

  private final IpLane lane;
  private final Interfaces interfaces;
  private final Routes routes;
  private final Reassembly reassembly;
  private final IcmpErrors errors;
  private final Transports transports;
  private final IcmpInput icmp;

  Ipv4Input(
      IpLane lane,
      Interfaces interfaces,
      Routes routes,
      Reassembly reassembly,
      IcmpErrors errors,
      Transports transports,
      IcmpInput icmp) {
    this.lane = lane;
    this.interfaces = interfaces;
    this.routes = routes;
    this.reassembly = reassembly;
    this.errors = errors;
    this.transports = transports;
    this.icmp = icmp;
  }

  /**
   * A packet that begins with its IPv4 header.
   *
   * @param linkGroup whether it came in a frame to a broadcast or multicast MAC address
   */
  void onPacket(LinkInterface link, PacketBuffer packet, boolean linkGroup) {
    lane.counters.inReceives.increment();
    DropReason wrong = validate(packet);
    if (wrong == null) {
      wrong = judgeSource(link, packet.sourceIpv4());
    }
    if (wrong == null) {
      wrong = judgeDestination(packet.destinationIpv4(), linkGroup);
    }
    if (wrong != null) {
      lane.drop(packet, wrong);
      return;
    }
    accept(packet, linkGroup);
  }

  /** A packet that we sent to ourselves: its header is our own, its addresses were judged. */
  void onLooped(PacketBuffer packet) {
    lane.counters.inReceives.increment();
    deliver(packet, false);
  }

  private DropReason validate(PacketBuffer packet) {
    ByteBuffer memory = packet.memory();
    int at = packet.offset();
    HeaderVerdict verdict = Ipv4Header.validate(memory, at, packet.linearLength());
    if (verdict != HeaderVerdict.OK) {
      lane.counters.inHdrErrors.increment();
      return verdict == HeaderVerdict.TRUNCATED ? DropReason.IP_TRUNCATED : DropReason.IP_HEADER;
    }
    if (!Ipv4Header.checksumIsValid(memory, at)) {
      lane.counters.inHdrErrors.increment();
      return DropReason.IP_CHECKSUM;
    }
    int headerLength = Ipv4Header.headerLength(memory, at);
    int totalLength = Ipv4Header.totalLength(memory, at);
    if (totalLength < packet.length()) {
      packet.truncate(totalLength); // Ethernet pads short frames
    }
    packet.networkOffset(at);
    packet.transportOffset(at + headerLength);
    packet.sourceIpv4(Ipv4Header.source(memory, at));
    packet.destinationIpv4(Ipv4Header.destination(memory, at));
    packet.protocol(Ipv4Header.protocol(memory, at));
    packet.trafficClass(Ipv4Header.trafficClass(memory, at));
    lane.counters.inByEcn[packet.trafficClass() & 3].increment();
    packet.timeToLive(Ipv4Header.ttl(memory, at));
    packet.dontFragment(Ipv4Header.dontFragment(memory, at));
    if (headerLength > Ipv4Header.MINIMUM_LENGTH
        && !lane.settings().acceptSourceRoute()
        && hasSourceRoute(memory, at + Ipv4Header.MINIMUM_LENGTH, at + headerLength)) {
      lane.counters.inHdrErrors.increment();
      return DropReason.IP_SOURCE_ROUTE;
    }
    return null;
  }

  /** Options are skipped, well formed or not; only a source route is looked for (RFC 7126 §4.3). */
  private static boolean hasSourceRoute(ByteBuffer memory, int from, int end) {
    int at = from;
    while (at < end) {
      int kind = memory.get(at) & 0xFF;
      if (kind == OPTION_LOOSE_SOURCE_ROUTE || kind == OPTION_STRICT_SOURCE_ROUTE) {
        return true;
      }
      if (kind == 0) {
        return false;
      }
      int length = kind == 1 ? 1 : at + 1 < end ? memory.get(at + 1) & 0xFF : 0;
      if (length < (kind == 1 ? 1 : 2)) {
        return false;
      }
      at += length;
    }
    return false;
  }

  private DropReason judgeSource(LinkInterface link, int source) {
    if (source >>> 24 == 0
        || source >>> 28 >= 0xE
        || interfaces.isLocal(source)
        || link.isDirectedBroadcast(source)) {
      lane.counters.inAddrErrors.increment();
      return DropReason.IP_MARTIAN_SOURCE;
    }
    ReversePath filter = lane.settings().reversePathFilter();
    if (filter != ReversePath.OFF) {
      Route back = routes.lookup(source);
      if (back == null || (filter == ReversePath.STRICT && back.link() != link)) {
        lane.counters.inAddrErrors.increment();
        return DropReason.IP_REVERSE_PATH;
      }
    }
    return null;
  }

  private DropReason judgeDestination(int destination, boolean linkGroup) {
    if (interfaces.local(destination) != null) {
      // RFC 1122 §3.3.6: a unicast datagram in a broadcast frame is silently discarded.
      return linkGroup ? DropReason.IP_LINK_BROADCAST : null;
    }
    if (destination == ALL_HOSTS || interfaces.isBroadcast(destination)) {
      return null;
    }
    lane.counters.inAddrErrors.increment();
    return destination >>> 24 == 127 || destination >>> 24 == 0
        ? DropReason.IP_MARTIAN_DESTINATION
        : DropReason.IP_NOT_OURS;
  }

  private void accept(PacketBuffer packet, boolean linkGroup) {
    PacketBuffer whole = packet;
    if (Ipv4Header.isFragment(packet.memory(), packet.networkOffset())) {
      whole = reassembly.onFragment(packet);
      if (whole == null) {
        return;
      }
    }
    boolean group = linkGroup || interfaces.local(whole.destinationIpv4()) == null;
    deliver(whole, group);
  }

  private void deliver(PacketBuffer datagram, boolean group) {
    int protocol = datagram.protocol();
    datagram.trimFront(datagram.transportOffset() - datagram.networkOffset());
    if (protocol == Ipv4Header.PROTOCOL_ICMP) {
      lane.counters.inDelivers.increment();
      icmp.onMessage(datagram, group);
      return;
    }
    Slot<TransportProtocol> slot = transports.slot(protocol);
    if (slot == null) {
      lane.counters.inUnknownProtos.increment();
      if (!group) {
        errors.send(IcmpMessage.UNREACHABLE, IcmpMessage.PROTOCOL_UNREACHABLE, 0, datagram);
      }
      lane.drop(datagram, DropReason.IP_UNKNOWN_PROTOCOL);
      return;
    }
    lane.counters.inDelivers.increment();
    TransportProtocol transport = slot.module();
    if (transport == null) {
      slot.park(datagram);
    } else {
      transport.onDatagram(datagram);
    }
  }
}
