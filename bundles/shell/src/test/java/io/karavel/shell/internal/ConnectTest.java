package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code tcp:connect} to an echo server that answers when it has seen the end of the input. */
class ConnectTest {
  private final Shell shell = new Shell();
  private final List<String> calls = new ArrayList<>();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final CountDownLatch inputEnded = new CountDownLatch(1);
  private TcpError refusal;
  private boolean silent;
  private ByteBuffer answer;

  private Object socket(String method, Object[] arguments) throws Exception {
    switch (method) {
      case "connect" -> calls.add("connect " + arguments[0]);
      case "awaitConnected" -> {
        if (refusal != null) {
          throw new TcpException(refusal);
        }
      }
      case "awaitReady" -> {
        Thread.currentThread().interrupt();
        throw new TcpException(TcpError.CONNECTION_ABORTED, "the waiting thread was interrupted");
      }
      case "shutdownOutput" -> inputEnded.countDown();
      case "close", "abort" -> calls.add(method);
      case "local" -> {
        return IpEndpoint.of("10.77.0.2", 40000);
      }
      case "outputStream" -> {
        return (OutputStream) sent;
      }
      case "read" -> {
        if (silent) {
          return 0;
        }
        if (answer == null) {
          if (!inputEnded.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the input did not end");
          }
          answer = ByteBuffer.wrap(sent.toByteArray());
        }
        ByteBuffer target = (ByteBuffer) arguments[0];
        int count = Math.min(3, answer.remaining());
        for (int i = 0; i < count; i++) {
          target.put(answer.get());
        }
        return count == 0 ? -1 : count;
      }
      default -> {
        // owner and the like say nothing here
      }
    }
    return null;
  }

  private void publish() {
    TcpSocket socket =
        (TcpSocket)
            Proxy.newProxyInstance(
                TcpSocket.class.getClassLoader(),
                new Class<?>[] {TcpSocket.class},
                (proxy, method, arguments) -> socket(method.getName(), arguments));
    shell.publish(
        TcpService.class,
        Shell.proxy(
            TcpService.class,
            (method, arguments) ->
                switch (method) {
                  case "stack" -> "main";
                  case "socket" -> socket;
                  default -> throw new UnsupportedOperationException(method);
                }));
  }

  @Test
  void pipedInputGoesToThePeerAndItsAnswerIsPrinted() throws Exception {
    publish();
    shell.keyboard =
        new ByteArrayInputStream("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(shell.run(new TcpConnectCommand(), "10.77.0.1", "80"))
        .isEqualTo("GET / HTTP/1.0\r\n\r\n");
    assertThat(calls).containsExactly("connect 10.77.0.1:80", "close");
  }

  @Test
  void ctrlCEndsTheConversationInOrder() throws Exception {
    publish();
    silent = true;
    assertThat(shell.run(new TcpConnectCommand(), "10.77.0.1", "7")).isEmpty();
    assertThat(calls).containsExactly("connect 10.77.0.1:7", "close");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void aRefusedConnectionIsAFailureThatSaysWhy() {
    publish();
    refusal = TcpError.CONNECTION_REFUSED;
    assertThat(shell.failure(new TcpConnectCommand(), "10.77.0.1", "81"))
        .isEqualTo("cannot connect to 10.77.0.1:81: connection refused; nothing listens there");
    assertThat(calls).contains("abort");
    assertThat(shell.failure(new TcpConnectCommand(), "10.77.0.1", "0"))
        .isEqualTo("port = 0 is refused: the range is 1 to 65535");
  }
}
