package io.karavel.services.internal;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpSocket;

/**
 * One connection of a built-in service. What must outlast this object is in the socket's
 * attachment, as JDK classes. Lane's thread, but for {@link #lastProgressNanos()}.
 */
abstract class ServiceConnection implements TcpHandler {
  private final BuiltIn service;
  private final TcpSocket socket;
  private volatile long lastProgressNanos;

  ServiceConnection(BuiltIn service, TcpSocket socket) {
    this.service = service;
    this.socket = socket;
    this.lastProgressNanos = service.nowNanos();
  }

  /**
   * Does what can be done now.
   *
   * @param turnBytes bytes to move at most, roughly; with more to do call {@link
   *     TcpSocket#callAgain}
   * @return bytes moved
   */
  abstract long serve(TcpSocket socket, int turnBytes) throws Exception;

  @Override
  public final void onReady(TcpSocket ready) throws Exception {
    try {
      if (serve(ready, service.settings().turnBytes()) > 0) {
        lastProgressNanos = service.nowNanos();
      }
    } catch (Exception e) {
      service.ended(this);
      throw e;
    }
  }

  @Override
  public final void onClosed(TcpSocket over, TcpException cause) {
    finish();
  }

  /** Ends the connection: FIN follows what is queued, RST if something is unread. */
  final void finish() {
    service.ended(this);
    socket.close();
  }

  final TcpSocket socket() {
    return socket;
  }

  final BuiltIn service() {
    return service;
  }

  /** When bytes last moved. Any thread. */
  final long lastProgressNanos() {
    return lastProgressNanos;
  }

  /** Throws away what the peer sent; -1 when it has closed and nothing is left. */
  static long discardInput(TcpSocket socket) throws TcpException {
    long discarded = 0;
    while (true) {
      long count = socket.skip(Long.MAX_VALUE);
      if (count < 0) {
        return -1;
      }
      if (count == 0) {
        return discarded;
      }
      discarded += count;
    }
  }
}
