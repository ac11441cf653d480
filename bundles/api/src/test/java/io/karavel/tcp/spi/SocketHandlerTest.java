package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a handler on the lane is told of its connection, and in which order. */
class SocketHandlerTest {
  private final Deque<StackEndpoint> ready = new ArrayDeque<>();
  private final TcpEndpoints endpoints =
      new TcpEndpoints(
          new LaneMailbox() {
            @Override
            public void attention(StackEndpoint endpoint) {}

            @Override
            public void ready(StackEndpoint endpoint) {
              ready.add(endpoint);
            }

            @Override
            public boolean onLane() {
              return true;
            }
          },
          new RingMemory(1 << 20),
          address -> true,
          bound -> 0);
  private final List<String> told = new ArrayList<>();
  private final TcpHandler handler =
      new TcpHandler() {
        @Override
        public void onReady(TcpSocket socket) throws TcpException {
          told.add("ready");
          socket.skip(Long.MAX_VALUE);
        }

        @Override
        public void onClosed(TcpSocket socket, TcpException cause) {
          told.add("closed " + (cause == null ? "in order" : cause.error()));
        }
      };

  private StackSocket opened() throws Exception {
    StackSocket socket = endpoints.newSocket();
    socket.connect(IpEndpoint.of("10.0.0.1", 80));
    socket.rings(new ByteRing(endpoints.memory(), 65536), new ByteRing(endpoints.memory(), 65536));
    socket.handler(handler);
    socket.markOpened();
    socket.signal();
    run();
    return socket;
  }

  private void run() throws Exception {
    for (StackEndpoint next = ready.poll(); next != null; next = ready.poll()) {
      next.handlerTaken();
      next.runHandler();
    }
  }

  @Test
  void isToldOfAFailureOnceByOnClosedAndNotByAnExceptionOutOfItsRead() throws Exception {
    StackSocket socket = opened();
    told.clear();
    socket.markFailed(new TcpException(TcpError.CONNECTION_RESET));
    socket.signal();
    run();
    socket.markOver();
    socket.signal();
    run();
    assertThat(told).containsExactly("closed CONNECTION_RESET");
    assertThat(socket.handler()).isNull();
  }

  @Test
  void isReadyBeforeItIsClosedWhenBytesCameWithTheEnd() throws Exception {
    StackSocket socket = opened();
    told.clear();
    socket.receiveRing().write(java.nio.ByteBuffer.wrap(new byte[3]));
    socket.markOver();
    socket.signal();
    run();
    assertThat(told).containsExactly("ready", "closed in order");
  }
}
