package io.karavel.tcp.spi;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/** The blocking stream over a socket's received bytes. One thread at a time. */
final class SocketInputStream extends InputStream {
  static final Duration FOREVER = Duration.ofDays(3650);

  private final TcpSocket socket;

  SocketInputStream(TcpSocket socket) {
    this.socket = socket;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
    while (true) {
      int count = socket.read(buffer);
      if (count != 0) {
        return count;
      }
      await(socket, TcpSocket.READABLE);
    }
  }

  static void await(TcpSocket socket, int bits) throws IOException {
    try {
      socket.awaitReady(bits, FOREVER);
    } catch (TcpInterruptedException e) {
      InterruptedIOException interrupted = new InterruptedIOException(e.getMessage());
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public int available() throws TcpException {
    return (int) Math.min(Integer.MAX_VALUE, socket.available());
  }

  @Override
  public void close() {
    socket.close();
  }
}
