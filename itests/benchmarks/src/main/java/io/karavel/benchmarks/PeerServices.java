package io.karavel.benchmarks;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpAcceptor;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The five services that the load client talks to, as handlers on the lane: 5001 sink, 5002 source,
 * 5003 echo, 5004 echo whose client closes first, 5005 echo for idle connections. One instance per
 * lane, whose scratch memory they share.
 */
final class PeerServices {
  static final int SINK = 5001;
  static final int SOURCE = 5002;
  static final int ECHO = 5003;
  static final int ECHO_ONCE = 5004;
  static final int IDLE = 5005;

  private static final int BACKLOG = 4096;
  private static final int SCRATCH_BYTES = 256 << 10;

  private final ByteBuffer pattern = ByteBuffer.allocateDirect(SCRATCH_BYTES);
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);

  PeerServices() {
    while (pattern.hasRemaining()) {
      pattern.put((byte) 'k');
    }
  }

  /** Listens on all five ports. */
  void start(TcpService tcp) throws TcpException {
    listen(tcp, SINK, socket -> this::sink);
    listen(tcp, SOURCE, socket -> this::source);
    for (int port : new int[] {ECHO, ECHO_ONCE, IDLE}) {
      listen(tcp, port, socket -> this::echo);
    }
  }

  private static void listen(TcpService tcp, int port, TcpAcceptor acceptor) throws TcpException {
    TcpListener listener = tcp.listener();
    listener.option(TcpOption.REUSE_ADDRESS, true);
    listener.option(TcpOption.NO_DELAY, true);
    listener.bind(new IpEndpoint(IpAddress.ANY, port));
    listener.listen(BACKLOG);
    listener.acceptor(acceptor);
  }

  private void sink(TcpSocket socket) throws TcpException {
    long count = socket.skip(Long.MAX_VALUE);
    while (count > 0) {
      count = socket.skip(Long.MAX_VALUE);
    }
    if (count < 0) {
      socket.close();
    }
  }

  private void source(TcpSocket socket) throws TcpException {
    int count;
    do {
      pattern.clear();
      count = socket.write(pattern);
    } while (count > 0);
    if ((socket.ready() & TcpSocket.INPUT_ENDED) != 0) {
      socket.close();
    }
  }

  /** Echoes as much as the send buffer takes; what memory refuses waits in the attachment. */
  private void echo(TcpSocket socket) throws TcpException {
    byte[] left = (byte[]) socket.attachment();
    if (left != null) {
      ByteBuffer rest = ByteBuffer.wrap(left);
      if (socket.write(rest) < left.length) {
        socket.attach(Arrays.copyOfRange(left, rest.position(), left.length));
        return;
      }
      socket.attach(null);
    }
    while (true) {
      scratch.clear().limit((int) Math.min(SCRATCH_BYTES, socket.writableBytes()));
      if (scratch.limit() == 0 && (socket.ready() & TcpSocket.INPUT_ENDED) == 0) {
        return;
      }
      int count = socket.read(scratch);
      if (count < 0) {
        socket.close();
        return;
      }
      if (count == 0) {
        return;
      }
      scratch.flip();
      socket.write(scratch);
      if (scratch.hasRemaining()) {
        byte[] rest = new byte[scratch.remaining()];
        scratch.get(rest);
        socket.attach(rest);
        return;
      }
    }
  }

  /** The type of a handler that serves one of the ports, for tests. */
  TcpHandler echoHandler() {
    return this::echo;
  }
}
