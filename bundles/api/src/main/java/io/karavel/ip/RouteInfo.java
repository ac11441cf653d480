package io.karavel.ip;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import java.util.Optional;

/**
 * A route as {@code ip:route-list} shows it.
 *
 * @param destination what it leads to
 * @param gateway the next hop; empty if on the link
 * @param interfaceName the interface
 * @param source the preferred source address
 * @param metric lower wins
 * @param origin "connected", "configured", "static" or "local"
 */
public record RouteInfo(
    IpPrefix destination,
    Optional<IpAddress> gateway,
    String interfaceName,
    IpAddress source,
    int metric,
    String origin) {}
