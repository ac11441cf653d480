package io.karavel.tcp.spi;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/** The blocking stream over a socket's send side. One thread at a time. */
final class SocketOutputStream extends OutputStream {
  private final TcpSocket socket;

  SocketOutputStream(TcpSocket socket) {
    this.socket = socket;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
    while (buffer.hasRemaining()) {
      if (socket.write(buffer) == 0) {
        SocketInputStream.await(socket, TcpSocket.WRITABLE);
      }
    }
  }

  /** Closes in order and, with linger above 0, waits as long as it says (SO_LINGER). */
  @Override
  public void close() throws IOException {
    Integer linger = socket.option(TcpOption.LINGER_SECONDS);
    socket.close();
    if (linger != null && linger > 0) {
      socket.awaitClosed(Duration.ofSeconds(linger));
    }
  }
}
