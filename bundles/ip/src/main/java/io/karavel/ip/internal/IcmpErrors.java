package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/**
 * Sends ICMP errors about datagrams received (RFC 792) under the rules of RFC 1122 §3.2.2: never
 * about an ICMP error, a fragment but the first, a broadcast or multicast, or to a source that is
 * not a single host; and never more than the rate allows (RFC 1812 §4.3.2.8).
 */
final class IcmpErrors {
  private final IpLane lane;
  private final TokenBucket bucket = new TokenBucket();
  private Interfaces interfaces;
  private Ipv4Output output;

  IcmpErrors(IpLane lane) {
    this.lane = lane;
  }

  /** Ties the knot: output comes to be after those who report errors. */
  void attach(Interfaces ours, Ipv4Output way) {
    interfaces = ours;
    output = way;
  }

  /**
   * Sends an error about a datagram whose IPv4 header lies at its network offset; the datagram
   * remains the caller's and is not changed.
   *
   * @param rest the four bytes after the checksum: the MTU, the pointer, or 0
   */
  void send(int type, int code, int rest, PacketBuffer about) {
    ByteBuffer memory = about.memory();
    int ip = about.networkOffset();
    int source = Ipv4Header.source(memory, ip);
    int destination = Ipv4Header.destination(memory, ip);
    int available = about.offset() + about.linearLength() - ip;
    if (!mayReport(about, source, destination)) {
      return;
    }
    int perSecond = lane.settings().icmpErrorsPerSecond();
    if (!bucket.take(lane.now(), perSecond, lane.settings().icmpErrorBurst())) {
      lane.counters.icmpRateLimited.increment();
      lane.drops.count(DropReason.ICMP_RATE_LIMIT);
      return;
    }
    int quoted = Math.min(available, lane.settings().icmpErrorQuoteBytes());
    PacketBuffer message = lane.packets.allocate(IcmpMessage.LENGTH + quoted);
    int at = message.append(IcmpMessage.LENGTH + quoted);
    IcmpMessage.write(message.memory(), at, type, code, rest);
    message.memory().put(at + IcmpMessage.LENGTH, memory, ip, quoted);
    IcmpMessage.updateChecksum(message.memory(), at, IcmpMessage.LENGTH + quoted);
    message.sourceIpv4(destination);
    message.destinationIpv4(source);
    message.protocol(Ipv4Header.PROTOCOL_ICMP);
    message.trafficClass(0xC0); // RFC 1812 §4.3.2.5: internetwork control
    message.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    lane.counters.icmpOutMsgs.increment();
    switch (type) {
      case IcmpMessage.UNREACHABLE -> lane.counters.icmpOutDestUnreachs.increment();
      case IcmpMessage.TIME_EXCEEDED -> lane.counters.icmpOutTimeExcds.increment();
      default -> {}
    }
    output.send(message);
  }

  private boolean mayReport(PacketBuffer about, int source, int destination) {
    ByteBuffer memory = about.memory();
    int ip = about.networkOffset();
    if (Ipv4Header.fragmentOffset(memory, ip) != 0
        || source >>> 24 == 0
        || source >>> 28 >= 0xE
        || interfaces.isBroadcast(source)
        || !interfaces.isLocal(destination)) {
      return false;
    }
    if (Ipv4Header.protocol(memory, ip) != Ipv4Header.PROTOCOL_ICMP) {
      return true;
    }
    int icmp = ip + Ipv4Header.headerLength(memory, ip);
    int end = about.offset() + about.linearLength();
    return icmp < end && !IcmpMessage.isError(IcmpMessage.type(memory, icmp));
  }
}
