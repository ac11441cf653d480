package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.HeaderVerdict;
import java.nio.ByteBuffer;

/**
 * Takes ARP packets in (RFC 826 "Packet Reception", RFC 5227): learns, answers for our addresses,
 * and finds conflicts. Answers only for addresses of the interface that was asked.
 */
final class ArpInput {
  private final IpLane lane;
  private final NeighbourCache neighbours;
  private final AddressConflicts conflicts;
  private final ArpOutput output;
  private final ArpQuestions questions;

  ArpInput(
      IpLane lane,
      NeighbourCache neighbours,
      AddressConflicts conflicts,
      ArpOutput output,
      ArpQuestions questions) {
    this.lane = lane;
    this.neighbours = neighbours;
    this.conflicts = conflicts;
    this.output = output;
    this.questions = questions;
  }

  /** A packet without its Ethernet header. */
  void onPacket(LinkInterface link, PacketBuffer packet, long ethernetDestination) {
    ByteBuffer memory = packet.memory();
    int at = packet.offset();
    if (ArpPacket.validate(memory, at, packet.linearLength()) != HeaderVerdict.OK) {
      lane.drop(packet, DropReason.ARP_MALFORMED);
      return;
    }
    int operation = ArpPacket.operation(memory, at);
    long senderMac = ArpPacket.senderMac(memory, at);
    int sender = ArpPacket.senderAddress(memory, at);
    int target = ArpPacket.targetAddress(memory, at);
    if ((operation != ArpPacket.REQUEST && operation != ArpPacket.REPLY)
        || senderMac == 0
        || EthernetHeader.isGroup(senderMac)
        || sender >>> 28 >= 0xE
        || sender >>> 24 == 127
        || target >>> 24 == 127) {
      lane.drop(packet, DropReason.ARP_MALFORMED);
      return;
    }
    if (senderMac == link.mac) {
      lane.drop(packet, DropReason.ARP_OWN);
      return;
    }
    if (operation == ArpPacket.REQUEST) {
      lane.counters.arpInRequests.increment();
    } else {
      lane.counters.arpInReplies.increment();
    }
    LocalAddress claimed = sender == 0 ? null : link.address(sender);
    LocalAddress asked = link.address(target);
    if (claimed != null) {
      boolean given = claimed.state == LocalAddress.State.CONFLICT;
      conflicts.onConflict(claimed, senderMac);
      if (!given) {
        lane.drop(packet, DropReason.ARP_CONFLICT);
        return;
      }
    } else if (sender == 0
        && operation == ArpPacket.REQUEST
        && asked != null
        && asked.state == LocalAddress.State.PROBING) {
      conflicts.onConflict(asked, senderMac); // RFC 5227 §2.1.1: two probe for the same address
      lane.drop(packet, DropReason.ARP_CONFLICT);
      return;
    }
    boolean forUs = asked != null && asked.usable();
    if (sender != 0) {
      boolean reply = operation == ArpPacket.REPLY;
      boolean solicited = reply && ethernetDestination == link.mac;
      boolean create =
          forUs && !reply && link.isOnLink(sender) && !link.isDirectedBroadcast(sender);
      neighbours.learn(link, sender, senderMac, create, solicited);
      if (reply) {
        questions.onReply(link, sender, senderMac);
      }
    }
    if (operation == ArpPacket.REQUEST && !forUs && target != sender) {
      lane.drop(packet, DropReason.ARP_OTHER_TARGET);
      return;
    }
    packet.release();
    if (operation == ArpPacket.REQUEST && forUs) {
      output.reply(link, target, senderMac, sender);
    }
  }
}
