package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;

/**
 * The character generator, RFC 864: lines of 72 of the 95 printable characters, each beginning one
 * further, until the peer closes. The attachment is a {@code long[1]}: the position in the stream.
 */
final class ChargenConnection extends ServiceConnection {
  private static final int CHARACTERS = 95;
  private static final int LINE = 72;

  /** Bytes after which the stream repeats itself. */
  static final int PERIOD = CHARACTERS * (LINE + 2);

  private final ByteBuffer pattern;

  ChargenConnection(BuiltIn service, TcpSocket socket, ByteBuffer pattern) {
    super(service, socket);
    this.pattern = pattern.duplicate();
  }

  /** The stream from its beginning, several periods long. */
  static ByteBuffer pattern() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD * 4);
    for (int line = 0; bytes.hasRemaining(); line++) {
      for (int i = 0; i < LINE; i++) {
        bytes.put((byte) (' ' + (line + i) % CHARACTERS));
      }
      bytes.put((byte) '\r').put((byte) '\n');
    }
    return bytes.flip().asReadOnlyBuffer();
  }

  @Override
  long serve(TcpSocket socket, int turnBytes) throws Exception {
    long[] position = (long[]) socket.attachment();
    if (position == null) {
      position = new long[1];
      socket.attach(position);
    }
    if (discardInput(socket) < 0) {
      finish();
      return 0;
    }
    long moved = 0;
    while (moved < turnBytes) {
      pattern.position((int) (position[0] % PERIOD));
      int count = socket.write(pattern);
      if (count == 0) {
        return moved;
      }
      position[0] += count;
      moved += count;
    }
    socket.callAgain();
    return moved;
  }
}
