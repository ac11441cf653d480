package io.karavel.ip.internal;

import io.karavel.packet.PacketBuffer;
import io.karavel.wire.EthernetHeader;

/** Puts the Ethernet header in front of a packet. */
final class EthernetOutput {
  private final DeviceOutput device;

  EthernetOutput(DeviceOutput device) {
    this.device = device;
  }

  /** Sends a packet of a type to a station. */
  void send(LinkInterface link, PacketBuffer packet, long destination, int type) {
    int at = packet.prepend(EthernetHeader.LENGTH);
    EthernetHeader.write(packet.memory(), at, destination, link.mac, type);
    device.transmit(link, packet);
  }
}
