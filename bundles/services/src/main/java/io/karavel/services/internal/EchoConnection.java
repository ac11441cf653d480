package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;

/**
 * Echo, RFC 862: every byte back, in order; the peer's FIN is answered when all is echoed. The
 * attachment is the {@link ByteBuffer} of bytes read and not yet written; while there are any,
 * nothing more is read, so that the window tells the peer to wait.
 */
final class EchoConnection extends ServiceConnection {
  private final BufferPool pool;

  EchoConnection(BuiltIn service, TcpSocket socket, BufferPool pool) {
    super(service, socket);
    this.pool = pool;
  }

  @Override
  long serve(TcpSocket socket, int turnBytes) throws Exception {
    ByteBuffer buffer = (ByteBuffer) socket.attachment();
    if (buffer == null) {
      buffer = pool.take().flip();
    }
    long moved = 0;
    boolean ended = false;
    while (true) {
      moved += writeAll(socket, buffer);
      if (buffer.hasRemaining()) {
        socket.attach(buffer);
        return moved;
      }
      if (moved >= turnBytes) {
        socket.callAgain();
        break;
      }
      buffer.clear();
      int count = socket.read(buffer);
      buffer.flip();
      if (count <= 0) {
        ended = count < 0;
        break;
      }
    }
    socket.attach(null);
    pool.give(buffer);
    if (ended) {
      finish();
    }
    return moved;
  }

  /** Writes until nothing is left or a write takes nothing, which makes the socket tell of room. */
  static long writeAll(TcpSocket socket, ByteBuffer bytes) throws Exception {
    long written = 0;
    while (bytes.hasRemaining()) {
      int count = socket.write(bytes);
      if (count == 0) {
        break;
      }
      written += count;
    }
    return written;
  }
}
