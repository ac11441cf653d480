package io.karavel.ip.spi;

import io.karavel.packet.PacketBuffer;

/** A transport above IP: what the module of slot {@code tcp} is to IP. Lane's thread. */
public interface TransportProtocol {
  /** IP protocol number of TCP. */
  int TCP = 6;

  /** The slot where the transport of a protocol number sits; null if none is foreseen. */
  static String slotOf(int protocol) {
    return protocol == TCP ? "tcp" : null;
  }

  /**
   * A datagram for us. Addresses, traffic class, network and transport offset are set, the linear
   * part starts at the transport header and its length is the transport's; the checksum was not
   * looked at unless {@link PacketBuffer#checksumState()} says so. The transport owns the buffer.
   */
  void onDatagram(PacketBuffer datagram);

  /**
   * An ICMP error about a datagram that we sent (RFC 1122 §3.2.2). The transport must check that it
   * concerns something it sent (RFC 5927).
   *
   * @param type ICMP type: 3 unreachable, 11 time exceeded, 12 parameter problem; 3/1 also when the
   *     neighbour could not be resolved
   * @param code ICMP code
   * @param mtu the next hop's MTU for 3/4, else 0
   * @param sourceIpv4 source of the datagram in question: ours
   * @param destinationIpv4 its destination
   * @param sourcePort first 16 bits of its transport header
   * @param destinationPort the next 16
   * @param sequence the next 32: the TCP sequence number
   */
  void onIcmpError(
      int type,
      int code,
      int mtu,
      int sourceIpv4,
      int destinationIpv4,
      int sourcePort,
      int destinationPort,
      int sequence);
}
