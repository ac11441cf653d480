package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Serves connections that are only pretended, before the first real one: a version that stands by
 * has its code linked and warm when it takes over, and what is missing or throws shows while the
 * one before it is at work. Whatever thread asks.
 */
final class Drill {
  /** As often as the virtual machine wants to see a method before it compiles it, and then some. */
  private static final int ROUNDS = 300;

  private static final byte[] SAID =
      "HEAD /drill HTTP/1.1\r\nHost: drill\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private Drill() {}

  /**
   * Has a service serve them.
   *
   * @throws IllegalStateException if it cannot
   */
  static void run(BuiltIn service, BuiltIn.Protocol protocol) {
    for (int i = 0; i < ROUNDS; i++) {
      Pretended peer = new Pretended();
      TcpSocket socket =
          (TcpSocket)
              Proxy.newProxyInstance(
                  TcpSocket.class.getClassLoader(), new Class<?>[] {TcpSocket.class}, peer);
      ServiceConnection connection = protocol.serve(service, socket);
      try {
        connection.onReady(socket); // what the peer said
        peer.ended = true;
        connection.onReady(socket); // and its FIN
      } catch (Exception e) {
        throw new IllegalStateException("the service " + service.name() + " does not serve", e);
      }
      connection.onClosed(socket, null);
    }
  }

  /** A peer that says something and takes what fits into its window. */
  private static final class Pretended implements InvocationHandler {
    private final ByteBuffer unread = ByteBuffer.wrap(SAID);
    private final ByteBuffer sink = ByteBuffer.allocate(2048);
    private Object attachment;
    private boolean ended;

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
      return switch (method.getName()) {
        case "read" -> move(unread, (ByteBuffer) arguments[0]);
        case "skip" -> (long) move(unread, ByteBuffer.allocate(SAID.length));
        case "write" -> Math.max(0, move((ByteBuffer) arguments[0], sink));
        case "attachment" -> attachment;
        case "attach" -> {
          attachment = arguments[0];
          yield null;
        }
        case "id", "unacknowledged" -> 0L;
        default -> method.getReturnType() == boolean.class ? false : null;
      };
    }

    /** What a read or write returns. */
    private int move(ByteBuffer from, ByteBuffer to) {
      if (!from.hasRemaining()) {
        return ended ? -1 : 0;
      }
      int count = Math.min(from.remaining(), to.remaining());
      to.put(from.slice(from.position(), count));
      from.position(from.position() + count);
      return count;
    }
  }
}
