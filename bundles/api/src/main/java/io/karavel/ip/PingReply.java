package io.karavel.ip;

import io.karavel.address.IpAddress;

/**
 * What came of an echo request.
 *
 * @param outcome REPLY, TIMEOUT, or an error in words such as "destination host unreachable"
 * @param from who answered; the own address on a time-out
 * @param sequence of the request
 * @param bytes ICMP bytes of the answer
 * @param timeToLive TTL of the answer
 * @param roundTripNanos time until the answer
 */
public record PingReply(
    String outcome, IpAddress from, int sequence, int bytes, int timeToLive, long roundTripNanos) {
  /** {@link #outcome()} of an answered request. */
  public static final String REPLY = "reply";

  /** {@link #outcome()} when nothing came. */
  public static final String TIMEOUT = "timeout";
}
