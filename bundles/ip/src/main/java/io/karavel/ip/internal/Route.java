package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.ip.RouteInfo;
import java.util.Optional;

/**
 * One route.
 *
 * @param destination network address, host bits clear
 * @param length prefix length, 0 to 32
 * @param gateway next hop, 0 if on the link
 * @param link the interface it leaves by
 * @param source preferred source address
 * @param metric lower wins
 * @param origin "connected", "configured", "static" or "local"
 */
record Route(
    int destination,
    int length,
    int gateway,
    LinkInterface link,
    int source,
    int metric,
    String origin) {
  static final String CONNECTED = "connected";
  static final String CONFIGURED = "configured";
  static final String STATIC = "static";
  static final String LOCAL = "local";

  int mask() {
    return length == 0 ? 0 : -1 << (32 - length);
  }

  /** Whom to resolve on the link for a packet to {@code address}. */
  int nextHop(int address) {
    return gateway == 0 ? address : gateway;
  }

  RouteInfo info() {
    return new RouteInfo(
        new IpPrefix(IpAddress.ipv4(destination), length),
        gateway == 0 ? Optional.empty() : Optional.of(IpAddress.ipv4(gateway)),
        link.name(),
        IpAddress.ipv4(source),
        metric,
        origin);
  }
}
