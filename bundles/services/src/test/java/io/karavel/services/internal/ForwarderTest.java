package io.karavel.services.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernel sockets on loopback at one end, the real stack sockets with an echoing lane behind. */
class ForwarderTest {
  private static final int RING_BYTES = 10_000;

  private final FakeStack stack = new FakeStack("host");
  private final Lane lane = new Lane(stack);
  private Forwarder forwarder = new Forwarder(settings(), System::nanoTime);

  private static ServicesSettings settings(String... keysAndValues) {
    Map<String, String> raw = new HashMap<>();
    raw.put("forwarderPort", "0");
    raw.put("forwarderBufferBytes", "3000");
    raw.put("retryMillis", "10");
    raw.put("retryMaxMillis", "20");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    try {
      return ServicesSettings.parse(raw);
    } catch (io.karavel.engine.SettingsException e) {
      throw new AssertionError(e);
    }
  }

  /** The stack's lane with an echo server behind every connection. */
  private static final class Lane extends Thread {
    private final FakeStack stack;
    private volatile boolean ending;
    private volatile TcpError refuse;
    private volatile boolean silent;
    private final CountDownLatch aborted = new CountDownLatch(1);

    Lane(FakeStack stack) {
      super("test-lane");
      this.stack = stack;
      setDaemon(true);
      start();
    }

    @Override
    public void run() {
      while (!ending) {
        try {
          StackEndpoint endpoint = stack.attention.poll(100, TimeUnit.MILLISECONDS);
          if (endpoint instanceof StackSocket socket) {
            onWishes(socket, socket.takeWishes());
          }
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private void onWishes(StackSocket socket, int wishes) {
      if (socket.isAborted()) {
        aborted.countDown();
        over(socket, null);
        return;
      }
      if ((wishes & StackEndpoint.CONNECT) != 0) {
        if (silent) {
          return;
        }
        if (refuse != null) {
          over(socket, new TcpException(refuse));
          return;
        }
        socket.rings(stack.ring(RING_BYTES), stack.ring(RING_BYTES));
        socket.state(TcpState.ESTABLISHED);
        socket.markOpened();
      }
      if (!socket.isOpened() || socket.isOver()) {
        return;
      }
      ByteBuffer some = ByteBuffer.allocate(1000);
      do {
        some.clear().limit(Math.min(1000, socket.receiveRing().space()));
        socket.sendRing().read(some);
        socket.receiveRing().write(some.flip());
      } while (some.limit() > 0);
      socket.readNoticeAt(socket.receiveRing().readPosition() + 1);
      if (socket.isOutputShutdown() && socket.sendRing().available() == 0) {
        socket.markInputEnded();
      }
      if (socket.isClosed()) {
        over(socket, null);
        return;
      }
      socket.signal();
    }

    private void over(StackSocket socket, TcpException cause) {
      if (cause != null) {
        socket.markFailed(cause);
      }
      socket.markOver();
      socket.signal();
      stack.endpoints.connectionOver(socket);
    }
  }

  @AfterEach
  void end() throws Exception {
    forwarder.close();
    lane.ending = true;
    lane.interrupt();
    lane.join();
  }

  private Socket client() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), awaitPort());
    client.setSoTimeout(20_000);
    return client;
  }

  private int awaitPort() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (forwarder.port() == 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the forwarder does not listen");
      }
      Thread.onSpinWait();
    }
    return forwarder.port();
  }

  private static void write(Socket client, byte[] bytes) {
    Thread writer =
        new Thread(
            () -> {
              try {
                OutputStream out = client.getOutputStream();
                out.write(bytes);
                client.shutdownOutput();
              } catch (IOException e) {
                // the reading side of the test sees what came of it
              }
            });
    writer.setDaemon(true);
    writer.start();
  }

  @Test
  void carriesEveryByteBothWaysAndPassesTheFinOn() throws Exception {
    forwarder.apply(settings(), stack);
    byte[] sent = new byte[2_000_000];
    new Random(3).nextBytes(sent);
    try (Socket client = client()) {
      write(client, sent);
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
    }
  }

  @Test
  void severalConnectionsDoNotMixTheirBytes() throws Exception {
    forwarder.apply(settings(), stack);
    Socket[] clients = new Socket[8];
    byte[][] sent = new byte[clients.length][100_000];
    for (int i = 0; i < clients.length; i++) {
      new Random(i).nextBytes(sent[i]);
      clients[i] = client();
      write(clients[i], sent[i]);
    }
    for (int i = 0; i < clients.length; i++) {
      try (Socket client = clients[i]) {
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent[i]);
      }
    }
  }

  @Test
  void connectionsGoOnWhenTheBundleIsReplaced() throws Exception {
    forwarder.apply(settings(), stack);
    byte[] sent = new byte[200_000];
    new Random(4).nextBytes(sent);
    try (Socket client = client()) {
      ByteArrayOutputStream back = new ByteArrayOutputStream();
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] part = new byte[1000];
      for (int at = 0; at < sent.length; at += part.length) {
        out.write(sent, at, part.length);
        out.flush();
        if (at % 20_000 == 0) {
          forwarder.close();
          stack.detach(Forwarder.OWNER);
          forwarder = new Forwarder(settings(), System::nanoTime);
          forwarder.apply(settings(), stack);
        }
        back.writeBytes(in.readNBytes(part.length));
      }
      client.shutdownOutput();
      back.writeBytes(in.readAllBytes());
      assertThat(back.toByteArray()).isEqualTo(sent);
    }
  }

  @Test
  void aRefusedTargetResetsTheClient() throws Exception {
    lane.refuse = TcpError.CONNECTION_REFUSED;
    forwarder.apply(settings(), stack);
    try (Socket client = client()) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
    }
    assertThat(forwarder.line().refused()).isEqualTo(1);
  }

  @Test
  void aTargetThatDoesNotAnswerInTimeResetsTheClient() throws Exception {
    lane.silent = true;
    forwarder.apply(settings("forwarderConnectMillis", "100"), stack);
    try (Socket client = client()) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
    }
    assertThat(forwarder.line().timedOut()).isEqualTo(1);
    assertThat(lane.aborted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aClientThatResetsAbortsTheStacksConnection() throws Exception {
    forwarder.apply(settings(), stack);
    try (Socket client = client()) {
      client.getOutputStream().write("x".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.getInputStream().read()).isEqualTo('x');
      client.setSoLinger(true, 0);
    }
    assertThat(lane.aborted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aBusyPortIsTriedAgainUntilItIsFree() throws Exception {
    ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = holder.getLocalPort();
    forwarder.apply(settings("forwarderPort", String.valueOf(port)), stack);
    holder.close();
    assertThat(awaitPort()).isEqualTo(port);
  }

  @Test
  void listensOnlyWhileEnabledAndWhileItsStackIsThere() throws Exception {
    forwarder.apply(settings(), null);
    forwarder.apply(settings(), stack);
    int port = awaitPort();
    forwarder.apply(settings("forwarderEnabled", "false"), stack);
    assertRefused(port);
    forwarder.apply(settings(), stack);
    port = awaitPort();
    forwarder.apply(settings(), null);
    assertRefused(port);
  }

  private static void assertRefused(int port) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        Thread.onSpinWait();
      } catch (IOException e) {
        return;
      }
    }
    throw new AssertionError("port " + port + " still listens");
  }

  @Test
  void addressAndPortOfTheMachineChangeLive() throws Exception {
    forwarder.apply(settings("forwarderAddress", "127.0.0.1"), stack);
    int before = awaitPort();
    int free;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      free = probe.getLocalPort();
    }
    forwarder.apply(
        settings("forwarderAddress", "127.0.0.2", "forwarderPort", String.valueOf(free)), stack);
    assertRefused(before);
    try (Socket client = new Socket(InetAddress.getByName("127.0.0.2"), free)) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write('x');
      assertThat(client.getInputStream().read()).isEqualTo('x');
    }
  }

  @Test
  void theStackThatCarriesItChangesLive() throws Exception {
    FakeStack other = new FakeStack("other");
    Lane otherLane = new Lane(other);
    forwarder.apply(settings(), stack);
    try (Socket first = client()) {
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      forwarder.apply(settings("forwarderStack", "other"), other);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (other.endpoints.sockets().isEmpty() && System.nanoTime() < deadline) {
        try (Socket second = client()) {
          second.getOutputStream().write('b');
          assertThat(second.getInputStream().read()).isEqualTo('b');
        }
      }
      assertThat(forwarder.settings().forwarder().stack()).isEqualTo("other");
    } finally {
      otherLane.ending = true;
      otherLane.interrupt();
      otherLane.join();
    }
  }

  @Test
  void limitBufferAndTargetChangeLive() throws Exception {
    forwarder.apply(settings("forwarderMaxConnections", "1"), stack);
    try (Socket first = client();
        Socket second = client()) {
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      forwarder.apply(
          settings(
              "forwarderMaxConnections",
              "2",
              "forwarderBufferBytes",
              "1024",
              "forwarderTarget",
              "10.77.0.2:99"),
          stack);
      second.getOutputStream().write('b');
      assertThat(second.getInputStream().read()).isEqualTo('b');
      byte[] more = new byte[20_000];
      new Random(5).nextBytes(more);
      write(first, more);
      assertThat(first.getInputStream().readAllBytes()).isEqualTo(more);
      assertThat(stack.endpoints.sockets())
          .extracting(socket -> socket.remote().port())
          .contains(99);
    }
  }

  @Test
  void oneConnectionMoreThanAllowedWaitsUntilOneEnds() throws Exception {
    ServicesSettings one = settings("forwarderMaxConnections", "1");
    forwarder.apply(one, stack);
    try (Socket first = client();
        Socket second = client()) {
      first.getOutputStream().write('a');
      assertThat(first.getInputStream().read()).isEqualTo('a');
      second.getOutputStream().write('b');
      assertThat(forwarder.line().connections()).isEqualTo(1);
      first.shutdownOutput();
      assertThat(first.getInputStream().read()).isEqualTo(-1);
      assertThat(second.getInputStream().read()).isEqualTo('b');
    }
  }
}
