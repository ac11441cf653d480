package io.karavel.ip;

import io.karavel.address.MacAddress;
import java.util.Optional;

/**
 * What came of an ARP request.
 *
 * @param outcome {@link PingReply#REPLY}, {@link PingReply#TIMEOUT}, or an error in words
 * @param mac who answered; empty if nobody did
 * @param roundTripNanos time until the answer
 */
public record ArpReply(String outcome, Optional<MacAddress> mac, long roundTripNanos) {}
