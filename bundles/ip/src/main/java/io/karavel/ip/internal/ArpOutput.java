package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;

/** Builds and sends ARP packets (RFC 826, RFC 5227). */
final class ArpOutput {
  private final IpLane lane;
  private final EthernetOutput ethernet;

  ArpOutput(IpLane lane, EthernetOutput ethernet) {
    this.lane = lane;
    this.ethernet = ethernet;
  }

  /** Asks for an address: the whole link, or one station whether it still has it. */
  void request(LinkInterface link, int target, long destinationMac) {
    lane.counters.arpOutRequests.increment();
    send(link, ArpPacket.REQUEST, link.sourceFor(target), 0, target, destinationMac);
  }

  /** Answers a request. */
  void reply(LinkInterface link, int ours, long targetMac, int target) {
    lane.counters.arpOutReplies.increment();
    send(link, ArpPacket.REPLY, ours, targetMac, target, targetMac);
  }

  /** Asks whether anybody has an address that we want: without a sender address. */
  void probe(LinkInterface link, int address) {
    lane.counters.arpOutProbes.increment();
    send(link, ArpPacket.REQUEST, 0, 0, address, EthernetHeader.BROADCAST);
  }

  /** Tells the link that we have an address: sender and target are the same. */
  void announce(LinkInterface link, int address) {
    lane.counters.arpOutAnnouncements.increment();
    send(link, ArpPacket.REQUEST, address, 0, address, EthernetHeader.BROADCAST);
  }

  private void send(
      LinkInterface link, int operation, int sender, long targetMac, int target, long destination) {
    PacketBuffer packet = lane.packets.allocate(ArpPacket.LENGTH);
    int at = packet.append(ArpPacket.LENGTH);
    ArpPacket.write(packet.memory(), at, operation, link.mac, sender, targetMac, target);
    packet.direction(PacketBuffer.DOWN);
    packet.networkOffset(at);
    ethernet.send(link, packet, destination, EthernetHeader.TYPE_ARP);
  }
}
