package io.karavel.ip.spi;

import io.karavel.packet.PacketBuffer;

/** The way down into IP: what the module of slot {@code ip} is to a transport. Lane's thread. */
public interface IpOutput {
  /**
   * Sends a datagram: the buffer holds the transport header and payload; source (0: choose),
   * destination, protocol, traffic class, TTL (0: default) and DF are set in its metadata. The
   * checksum may be partial and it may be a super-segment whatever the device can do. IP owns the
   * buffer. Errors come back as {@link TransportProtocol#onIcmpError}, later, never from inside.
   */
  void send(PacketBuffer datagram);

  /**
   * The way to a destination.
   *
   * @param sourceIpv4 the source address to be used, or 0 to have one chosen
   * @return null if there is none, or the source is not ours
   */
  IpRoute route(int sourceIpv4, int destinationIpv4);

  /** Whether it is the limited broadcast address or a directed one of an interface. */
  default boolean isBroadcast(int ipv4) {
    return ipv4 == -1;
  }

  /**
   * Grows with every change of routes, addresses, interfaces: what {@link #route} said is stale.
   */
  int routeRevision();

  /** Whether an address is one of our own. */
  boolean isLocal(int ipv4);

  /**
   * The upper layer made progress with a neighbour (RFC 4861 §7.3.1 in spirit): it is reachable.
   */
  void confirmReachable(int destinationIpv4);

  /**
   * The upper layer suspects the way, after {@code retries1}: look at route and neighbour again.
   */
  void suspect(int destinationIpv4);
}
