package io.karavel.tcp;

import java.util.List;
import java.util.Map;

/**
 * The connections of a stack in numbers, for {@code tcp:summary}.
 *
 * @param byState how many in each state; listeners under LISTEN, embryos under SYN-RECEIVED
 * @param orphans connections without a socket
 * @param listeners the listeners with the use of their queues
 * @param bufferBytes bytes of ring memory in use
 * @param bufferLimitBytes the limit on them
 */
public record TcpSummary(
    Map<TcpState, Integer> byState,
    int orphans,
    List<Listener> listeners,
    long bufferBytes,
    long bufferLimitBytes) {
  /**
   * A listener's queues.
   *
   * @param id its number
   * @param local where it listens
   * @param synQueue embryos
   * @param synBacklog limit of embryos
   * @param acceptQueue connections that wait to be accepted
   * @param backlog limit of them
   * @param accepted connections accepted so far
   * @param overflows final ACKs or SYNs dropped because the accept queue was full
   * @param synDrops SYNs dropped because the SYN queue was full
   * @param cookiesSent SYN cookies sent
   */
  public record Listener(
      long id,
      io.karavel.address.IpEndpoint local,
      int synQueue,
      int synBacklog,
      int acceptQueue,
      int backlog,
      long accepted,
      long overflows,
      long synDrops,
      long cookiesSent) {}
}
