package io.karavel.tcp.internal;

import io.karavel.tcp.internal.connection.Segment;

/** The segment at hand with its addresses, seen from our end. One per lane, filled again. */
final class Arrival {
  /** The segment. */
  final Segment segment = new Segment();

  /** Our address. */
  int localIpv4;

  /** Our port. */
  int localPort;

  /** The peer's address. */
  int remoteIpv4;

  /** The peer's port. */
  int remotePort;
}
