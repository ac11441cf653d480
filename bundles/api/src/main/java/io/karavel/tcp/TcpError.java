package io.karavel.tcp;

/** Why a connection or a call failed; each kind is told apart. */
public enum TcpError {
  /** RST in answer to our SYN. */
  CONNECTION_REFUSED("connection refused"),
  /** RST on a connection that was open. */
  CONNECTION_RESET("connection reset by peer"),
  /** Aborted from this side: by the application, the operator or a limit. */
  CONNECTION_ABORTED("connection aborted"),
  /** The peer stopped answering: retries, user timeout or keepalive are used up. */
  TIMED_OUT("connection timed out"),
  /** No route to the host's network. */
  NETWORK_UNREACHABLE("network is unreachable"),
  /** The host does not answer ARP, or a router says it is unreachable. */
  HOST_UNREACHABLE("host is unreachable"),
  /** ICMP protocol unreachable. */
  PROTOCOL_UNREACHABLE("protocol is unreachable"),
  /** All ephemeral ports are used towards this peer. */
  NO_FREE_PORT("no free local port"),
  /** A configured limit on connections is reached. */
  LIMIT_REACHED("limit of connections reached"),
  /** The local address and port are in use. */
  ADDRESS_IN_USE("address already in use"),
  /** The local address is not one of ours. */
  ADDRESS_NOT_AVAILABLE("address is not one of this stack"),
  /** The call does not fit the state of the socket: not connected, already connected. */
  NOT_CONNECTED("socket is not connected"),
  /** Connecting twice. */
  ALREADY_CONNECTED("socket is connected or connecting already"),
  /** Writing after shutdownOutput. */
  OUTPUT_SHUT_DOWN("output was shut down"),
  /** The socket was closed by this application. */
  CLOSED("socket is closed"),
  /** The state of the TCP module was disposed of: nobody took it over in time. */
  MODULE_DISPOSED("the TCP module went away and its connections were disposed of");

  private final String meaning;

  TcpError(String meaning) {
    this.meaning = meaning;
  }

  /** In words. */
  public String meaning() {
    return meaning;
  }
}
