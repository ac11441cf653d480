package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Daytime, RFC 867: the time in one line, then the connection is closed. The attachment is the
 * {@link ByteBuffer} of the line.
 */
final class DaytimeConnection extends ServiceConnection {
  private static final DateTimeFormatter LINE =
      DateTimeFormatter.ofPattern("EEEE, MMMM d, yyyy HH:mm:ss'-UTC\r\n'", Locale.US);

  private final Clock clock;

  DaytimeConnection(BuiltIn service, TcpSocket socket, Clock clock) {
    super(service, socket);
    this.clock = clock;
  }

  @Override
  long serve(TcpSocket socket, int turnBytes) throws Exception {
    ByteBuffer line = (ByteBuffer) socket.attachment();
    if (line == null) {
      ZonedDateTime now = ZonedDateTime.now(clock).withZoneSameInstant(ZoneOffset.UTC);
      line = ByteBuffer.wrap(LINE.format(now).getBytes(StandardCharsets.US_ASCII));
      socket.attach(line);
    }
    long moved = 0;
    if (line.hasRemaining()) {
      moved = EchoConnection.writeAll(socket, line);
      if (!line.hasRemaining()) {
        socket.shutdownOutput();
      }
    }
    if (discardInput(socket) < 0 && !line.hasRemaining()) {
      finish();
    }
    return moved;
  }
}
