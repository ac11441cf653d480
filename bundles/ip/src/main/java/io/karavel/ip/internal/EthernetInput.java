package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.HeaderVerdict;
import java.nio.ByteBuffer;

/** Takes frames in: tells apart whom they are for and what they carry (RFC 894, RFC 1122 §2.3). */
final class EthernetInput {
  private final IpLane lane;
  private final ArpInput arp;
  private final Ipv4Input ipv4;

  EthernetInput(IpLane lane, ArpInput arp, Ipv4Input ipv4) {
    this.lane = lane;
    this.arp = arp;
    this.ipv4 = ipv4;
  }

  /** A frame, from its destination address on. */
  void onFrame(LinkInterface link, PacketBuffer frame) {
    ByteBuffer memory = frame.memory();
    int at = frame.offset();
    if (EthernetHeader.validate(memory, at, frame.linearLength()) != HeaderVerdict.OK) {
      lane.drop(frame, DropReason.ETHERNET_TRUNCATED);
      return;
    }
    long destination = EthernetHeader.destination(memory, at);
    boolean group = EthernetHeader.isGroup(destination);
    if (!group && destination != link.mac) {
      lane.drop(frame, DropReason.ETHERNET_OTHER_HOST);
      return;
    }
    if (EthernetHeader.isGroup(EthernetHeader.source(memory, at))) {
      lane.drop(frame, DropReason.ETHERNET_SOURCE);
      return;
    }
    int type = EthernetHeader.type(memory, at);
    frame.trimFront(EthernetHeader.LENGTH);
    if (type == EthernetHeader.TYPE_IPV4) {
      ipv4.onPacket(link, frame, group);
    } else if (type == EthernetHeader.TYPE_ARP) {
      arp.onPacket(link, frame, destination);
    } else {
      lane.drop(frame, DropReason.ETHERNET_UNKNOWN_TYPE);
    }
  }
}
