package io.karavel.tcp.internal;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.spi.StackSocket;

/**
 * How the last connections of a lane ended, for those who ask why when no socket is left of them;
 * the oldest gives way. A successor of the module begins anew. Lane's thread.
 */
final class Endings {
  /** So many are remembered. */
  static final int MOST = 256;

  /** A connection that is over. */
  record Ended(
      long id,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      StackSocket.Ending ending,
      TcpError failure) {}

  private final Ended[] ring = new Ended[MOST];
  private int next;

  void add(Flow flow, StackSocket.Ending ending, TcpError failure) {
    ring[next] =
        new Ended(
            flow.id(),
            flow.localIpv4(),
            flow.localPort(),
            flow.remoteIpv4(),
            flow.remotePort(),
            ending,
            failure);
    next = (next + 1) % MOST;
  }

  /** The connection of this number, or null. */
  Ended find(long id) {
    for (Ended ended : ring) {
      if (ended != null && ended.id() == id) {
        return ended;
      }
    }
    return null;
  }
}
