package io.karavel.tcp.spi;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;

/** A blocked call whose thread was interrupted; the socket is as it was, the flag stays set. */
public final class TcpInterruptedException extends TcpException {
  private static final long serialVersionUID = 1L;

  TcpInterruptedException() {
    super(TcpError.CONNECTION_ABORTED, "the waiting thread was interrupted");
  }
}
