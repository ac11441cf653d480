package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Applications in threads of their own, blocked in streams most of the time, while this thread is
 * the lane: no wake-up is lost, no byte is wrong.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadedApplicationTest {
  private static final int TOTAL = 20_000_000;

  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private static byte at(long position) {
    return (byte) (position * 31 + (position >> 8) * 7);
  }

  private static CompletableFuture<Long> start(Callable<Long> work) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                done.complete(work.call());
              } catch (Throwable t) {
                done.completeExceptionally(t);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private static long send(TcpSocket socket, int seed) throws Exception {
    Random random = new Random(seed);
    try (OutputStream out = socket.outputStream()) {
      byte[] piece = new byte[50_000];
      long position = 0;
      while (position < TOTAL) {
        int length = (int) Math.min(1 + random.nextInt(piece.length), TOTAL - position);
        for (int i = 0; i < length; i++) {
          piece[i] = at(position + i);
        }
        out.write(piece, 0, length);
        position += length;
      }
      socket.shutdownOutput();
      return position;
    }
  }

  private static long receive(TcpSocket socket, int seed) throws Exception {
    Random random = new Random(seed);
    InputStream in = socket.inputStream();
    byte[] piece = new byte[60_000];
    long position = 0;
    while (true) {
      int count = in.read(piece, 0, 1 + random.nextInt(piece.length));
      if (count < 0) {
        return position;
      }
      for (int i = 0; i < count; i += 37) {
        if (piece[i] != at(position + i)) {
          throw new AssertionError("byte " + (position + i) + " is wrong");
        }
      }
      position += count;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamsCarryEveryByteWhileTheLaneRunsAndModulesAreSwapped(boolean swapping)
      throws Exception {
    net.noting = false;
    StackListener listener = server.listen(80, 16);
    StackSocket connector = client.connect(server, 80);
    net.run();
    TcpSocket accepted = listener.accept();
    client.openToThreads();
    server.openToThreads();
    client.ip.segmentationBytes = 65535;
    CompletableFuture<Long> sender = start(() -> send(connector, 1));
    CompletableFuture<Long> receiver = start(() -> receive(accepted, 2));
    for (int i = 0; !receiver.isDone() && !sender.isCompletedExceptionally(); i++) {
      net.advance(20_000);
      if (swapping && i % 200 == 199) {
        server.swap();
        client.swap();
      }
    }
    assertThat(receiver.get(30, TimeUnit.SECONDS)).isEqualTo(TOTAL);
    CompletableFuture<Long> closing =
        start(
            () -> {
              accepted.close();
              return 0L;
            });
    while (!closing.isDone() || !sender.isDone()) {
      net.advance(20_000);
    }
    assertThat(sender.get()).isEqualTo(TOTAL);
    net.advance(100 * TestNet.SECOND);
    assertThat(net.outstanding()).isZero();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
    assertThat(client.endpoints.memory().usedBytes()).isZero();
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(client.endpoints.sockets()).isEmpty();
  }

  @Test
  void closingAndAbortingFromOtherThreadsAtAnyMomentLeaksNothing() throws Exception {
    net.noting = false;
    StackListener listener = server.listen(80, 100);
    client.openToThreads();
    server.openToThreads();
    for (int round = 0; round < 60; round++) {
      StackSocket connector = client.connect(server, 80);
      net.run();
      TcpSocket accepted = listener.accept();
      int seed = round;
      CompletableFuture<Long> sender = start(() -> send(connector, seed));
      CompletableFuture<Long> receiver = start(() -> receive(accepted, seed));
      int turns = new Random(round).nextInt(200);
      for (int i = 0; i < turns; i++) {
        net.advance(20_000);
      }
      CompletableFuture<Long> end =
          start(
              () -> {
                if (seed % 2 == 0) {
                  accepted.abort();
                } else {
                  connector.abort();
                }
                return 0L;
              });
      while (!end.isDone() || !sender.isDone() || !receiver.isDone()) {
        net.advance(20_000);
      }
      assertThat(outcome(sender) + outcome(receiver)).isNotEmpty();
      connector.close();
      accepted.close();
    }
    net.advance(100 * TestNet.SECOND);
    assertThat(net.outstanding()).isZero();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
    assertThat(client.endpoints.memory().usedBytes()).isZero();
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(client.endpoints.sockets()).isEmpty();
    assertThat(server.count("Tcp.Connections")).isZero();
  }

  /** How it ended: each end is told, with an error or with the end of the data. */
  private static String outcome(CompletableFuture<Long> work) {
    try {
      return "after " + work.join();
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(java.io.IOException.class);
      return e.getCause().getMessage();
    }
  }
}
