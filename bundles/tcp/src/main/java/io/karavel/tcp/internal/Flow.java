package io.karavel.tcp.internal;

/** What the flow table holds: an open connection, an embryo or a TIME-WAIT record. */
interface Flow {
  /** Our address. */
  int localIpv4();

  /** Our port. */
  int localPort();

  /** The peer's address. */
  int remoteIpv4();

  /** The peer's port. */
  int remotePort();

  /** Number of the socket; 0 if there is none. */
  long id();
}
