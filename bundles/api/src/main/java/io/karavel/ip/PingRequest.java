package io.karavel.ip;

import io.karavel.address.IpAddress;

/**
 * One echo request.
 *
 * @param destination whom to ask
 * @param identifier ICMP identifier, 0 to 65535
 * @param sequence ICMP sequence number, 0 to 65535
 * @param payloadBytes bytes behind the ICMP header, 0 to 65507
 * @param timeToLive 1 to 255; 0 for the default
 * @param dontFragment whether DF is set
 * @param timeoutNanos how long to wait
 */
public record PingRequest(
    IpAddress destination,
    int identifier,
    int sequence,
    int payloadBytes,
    int timeToLive,
    boolean dontFragment,
    long timeoutNanos) {}
