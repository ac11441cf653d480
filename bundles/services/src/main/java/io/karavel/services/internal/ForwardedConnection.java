package io.karavel.services.internal;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection through the forwarder: a kernel channel and a socket of the stack, a buffer for
 * each direction. A side is read only while its buffer is empty, so both peers feel the other's
 * window. FIN and failure pass through. The forwarder's thread, but for the socket's notice.
 */
final class ForwardedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardedConnection.class);

  private static final int ROUNDS_PER_TURN = 16;

  private final Forwarder forwarder;
  private final TcpService stack;
  private final SocketChannel kernel;
  private final TcpSocket socket;
  private final AtomicBoolean noticed = new AtomicBoolean();
  private SelectionKey key;

  /** From kernel to stack; what is between position and limit waits to be written. */
  private ByteBuffer up;

  /** From stack to kernel; likewise. */
  private ByteBuffer down;

  private boolean kernelEnded;
  private boolean socketEnded;
  private boolean upEnded;
  private boolean downEnded;
  private boolean connected;
  private boolean over;
  private long connectByNanos;

  private ForwardedConnection(
      Forwarder forwarder, TcpService stack, SocketChannel kernel, TcpSocket socket) {
    this.forwarder = forwarder;
    this.stack = stack;
    this.kernel = kernel;
    this.socket = socket;
    this.connectByNanos =
        forwarder.nowNanos()
            + TimeUnit.MILLISECONDS.toNanos(forwarder.settings().forwarder().connectMillis());
  }

  /** A connection just accepted from the kernel. */
  static ForwardedConnection fresh(Forwarder forwarder, TcpService stack, SocketChannel kernel)
      throws TcpException {
    TcpSocket socket = stack.socket();
    try {
      socket.owner(Forwarder.OWNER);
      ForwardedConnection connection = new ForwardedConnection(forwarder, stack, kernel, socket);
      connection.up = connection.newBuffer();
      connection.down = connection.newBuffer();
      socket.connect(forwarder.settings().forwarder().target());
      return connection;
    } catch (TcpException | RuntimeException e) {
      socket.abort();
      throw e;
    }
  }

  /** A connection that an earlier version left; null if its attachment does not say how. */
  static ForwardedConnection adopted(Forwarder forwarder, TcpService stack, TcpSocket socket) {
    if (!(socket.attachment() instanceof Object[] note)
        || note.length != 4
        || !(note[0] instanceof SocketChannel channel)
        || !(note[1] instanceof ByteBuffer up)
        || !(note[2] instanceof ByteBuffer down)
        || !(note[3] instanceof boolean[] flags)
        || flags.length != 5
        || !channel.isOpen()) {
      return null;
    }
    socket.attach(null);
    ForwardedConnection connection = new ForwardedConnection(forwarder, stack, channel, socket);
    connection.up = up;
    connection.down = down;
    connection.kernelEnded = flags[0];
    connection.socketEnded = flags[1];
    connection.upEnded = flags[2];
    connection.downEnded = flags[3];
    connection.connected = flags[4];
    return connection;
  }

  /** Lets go of everything but keeps it open; the socket's attachment says how to go on. */
  void leave() {
    socket.readyListener(null);
    if (key != null) {
      key.cancel();
    }
    if (over) {
      return;
    }
    boolean[] flags = {kernelEnded, socketEnded, upEnded, downEnded, connected};
    socket.attach(new Object[] {kernel, up, down, flags});
  }

  private ByteBuffer newBuffer() {
    return ByteBuffer.allocateDirect(forwarder.settings().forwarder().bufferBytes()).limit(0);
  }

  /** Begins, or goes on, to carry bytes. */
  void begin() {
    try {
      key = kernel.register(forwarder.selector(), 0, this);
    } catch (ClosedChannelException e) {
      fail("closed by the client");
      return;
    }
    socket.readyListener(
        () -> {
          if (noticed.compareAndSet(false, true)) {
            forwarder.wake(this);
          }
        });
  }

  /** The notice was taken: what happens from now on is noticed anew. */
  void taken() {
    noticed.set(false);
  }

  boolean isOf(TcpService tcp) {
    return stack == tcp;
  }

  long dueInNanos(long nowNanos) {
    return connected ? Long.MAX_VALUE : connectByNanos - nowNanos;
  }

  boolean isOverdue(long nowNanos) {
    return !over && !connected && connectByNanos - nowNanos <= 0;
  }

  /** Does what can be done now without waiting. */
  void pump() {
    if (over) {
      return;
    }
    try {
      if (!connected) {
        int ready = socket.ready();
        if ((ready & (TcpSocket.FAILED | TcpSocket.ENDED)) != 0) {
          TcpException cause = socket.failure();
          fail(cause == null ? "the connection ended" : cause.getMessage());
          return;
        }
        if ((ready & TcpSocket.CONNECTED) == 0) {
          return;
        }
        connected = true;
        forwarder.connectSucceeded();
      }
      int rounds = 0;
      while (carry()) {
        if (++rounds == ROUNDS_PER_TURN) {
          if (noticed.compareAndSet(false, true)) {
            forwarder.wake(this);
          }
          break;
        }
      }
      if (upEnded && downEnded) {
        socket.close();
        end();
        return;
      }
      key.interestOps(
          (kernelEnded || up.hasRemaining() ? 0 : SelectionKey.OP_READ)
              | (down.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    } catch (IOException | RuntimeException e) {
      LOG.debug("A forwarded connection failed", e);
      breakOff();
    }
  }

  private boolean carry() throws IOException {
    boolean rose = up();
    boolean sank = down();
    return rose || sank;
  }

  private boolean up() throws IOException {
    boolean moved = false;
    if (!kernelEnded && !up.hasRemaining()) {
      up = resized(up).clear();
      int count = kernel.read(up);
      up.flip();
      kernelEnded = count < 0;
      moved = count != 0;
    }
    while (up.hasRemaining() && socket.write(up) > 0) {
      moved = true;
    }
    if (kernelEnded && !upEnded && !up.hasRemaining()) {
      upEnded = true;
      socket.shutdownOutput();
    }
    return moved;
  }

  private boolean down() throws IOException {
    boolean moved = false;
    if (!socketEnded && !down.hasRemaining()) {
      down = resized(down).clear();
      int count = socket.read(down);
      down.flip();
      socketEnded = count < 0;
      moved = count != 0;
    }
    while (down.hasRemaining() && kernel.write(down) > 0) {
      moved = true;
    }
    if (socketEnded && !downEnded && !down.hasRemaining()) {
      downEnded = true;
      kernel.shutdownOutput();
    }
    return moved;
  }

  private ByteBuffer resized(ByteBuffer empty) {
    return empty.capacity() == forwarder.settings().forwarder().bufferBytes() ? empty : newBuffer();
  }

  /** The target could not be reached, or its stack went: the client gets RST. */
  void fail(String why) {
    if (!over) {
      if (!connected) {
        forwarder.connectFailed(why);
      }
      breakOff();
    }
  }

  /** RST to both sides. */
  private void breakOff() {
    socket.abort();
    try {
      kernel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.trace("The client was gone already", e);
    }
    end();
  }

  private void end() {
    over = true;
    socket.readyListener(null);
    try {
      kernel.close();
    } catch (IOException e) {
      LOG.debug("Closing the client's channel", e);
    }
    forwarder.ended(this);
  }
}
