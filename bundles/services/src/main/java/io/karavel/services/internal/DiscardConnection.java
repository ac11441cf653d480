package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;

/** Discard, RFC 863. No state. */
final class DiscardConnection extends ServiceConnection {
  DiscardConnection(BuiltIn service, TcpSocket socket) {
    super(service, socket);
  }

  @Override
  long serve(TcpSocket socket, int turnBytes) throws Exception {
    long discarded = discardInput(socket);
    if (discarded < 0) {
      finish();
    }
    return discarded;
  }
}
