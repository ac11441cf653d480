package io.karavel.diagnostics.internal.capture;

import io.karavel.tcp.TcpState;

/**
 * A connection has come to a state.
 *
 * @param id the socket's number; 0 if there is none
 * @param nanos when, on the lane's clock
 */
public record StateChange(
    long id,
    int localIpv4,
    int localPort,
    int remoteIpv4,
    int remotePort,
    TcpState state,
    long nanos) {
  @Override
  public String toString() {
    return (id == 0 ? "" : "tcp#" + id + " ") + "now " + state.label();
  }
}
