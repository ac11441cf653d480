package io.karavel.ip;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import java.util.Optional;

/**
 * A neighbour as {@code ip:neighbour-list} shows it.
 *
 * @param interfaceName the interface
 * @param address its IP address
 * @param mac its MAC address, if known
 * @param state INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED or PERMANENT
 * @param ageSeconds seconds since it was last confirmed
 * @param queued packets that wait for it
 */
public record NeighbourInfo(
    String interfaceName,
    IpAddress address,
    Optional<MacAddress> mac,
    String state,
    double ageSeconds,
    int queued) {}
