package io.karavel.tcp;

import io.karavel.address.IpEndpoint;
import java.util.Map;

/**
 * A connection, listener, embryo or TIME-WAIT record as {@code tcp:list} and {@code tcp:show} show
 * it: a value made on the lane.
 *
 * @param id the socket's number; 0 for an embryo or TIME-WAIT record without one
 * @param state its state
 * @param local local endpoint
 * @param remote remote endpoint; null for a listener
 * @param owner owner of the socket
 * @param receiveQueue bytes received and not read; for a listener, connections to be accepted
 * @param sendQueue bytes not acknowledged; for a listener, its backlog
 * @param timer the timer that is due first: "retransmit", "persist", "keepalive", "delayed-ack",
 *     "fin-wait-2", "time-wait"; empty if none
 * @param timerNanos nanoseconds until then
 * @param timerCount retransmissions or probes so far
 * @param ageNanos nanoseconds since it was made
 * @param details further variables by their RFC or Linux names, in a stable order; empty in lists
 */
public record TcpConnectionInfo(
    long id,
    TcpState state,
    IpEndpoint local,
    IpEndpoint remote,
    String owner,
    long receiveQueue,
    long sendQueue,
    String timer,
    long timerNanos,
    int timerCount,
    long ageNanos,
    Map<String, Object> details) {}
