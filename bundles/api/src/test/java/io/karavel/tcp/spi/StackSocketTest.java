package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a socket tells its application, whoever plays the TCP module. */
@Timeout(180)
class StackSocketTest {
  private static final IpEndpoint PEER = IpEndpoint.of("10.0.0.2", 80);

  private final QuietMailbox mailbox = new QuietMailbox();
  private final RingMemory memory = new RingMemory(1 << 20);
  private final TcpEndpoints endpoints =
      new TcpEndpoints(mailbox, memory, address -> true, new Random(1)::nextInt);
  private final StackSocket socket = endpoints.newSocket();

  /** Plays the module: the connection opens. */
  private void open() throws TcpException {
    socket.connect(PEER);
    mailbox.takeWishes();
    socket.rings(new ByteRing(memory, 1000), new ByteRing(memory, 1000));
    socket.markOpened();
    socket.signal();
  }

  private void receive(int bytes) {
    socket.receiveRing().write(ByteBuffer.allocate(bytes));
    socket.signal();
  }

  private void end(TcpError error) {
    if (error != null) {
      socket.markFailed(new TcpException(error));
    }
    socket.markOver();
    socket.discardRings();
    endpoints.connectionOver(socket);
    socket.signal();
  }

  private static void refused(TcpError error, ThrowingCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(TcpException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private interface ThrowingCall {
    void run() throws Exception;
  }

  @Test
  void connectWishesOnceAndConnectingTwiceIsRefused() throws Exception {
    socket.connect(PEER);
    assertThat(socket.remote()).isEqualTo(PEER);
    assertThat(mailbox.attention).hasSize(1);
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.CONNECT);
    refused(TcpError.ALREADY_CONNECTED, () -> socket.connect(PEER));
  }

  @Test
  void connectingToNoHostsPortIsRefusedAndSaysWhy() {
    for (String wrong : List.of("10.0.0.2:0", "0.0.0.0:80", "224.0.0.1:80", "255.255.255.255:80")) {
      assertThatThrownBy(() -> socket.connect(IpEndpoint.parse(wrong)))
          .isInstanceOf(TcpException.class)
          .hasMessageContaining("not a host's port");
    }
  }

  @Test
  void manyWishesWaitInTheMailboxOnce() throws Exception {
    open();
    socket.write(ByteBuffer.allocate(10));
    socket.write(ByteBuffer.allocate(10));
    socket.shutdownOutput();
    assertThat(mailbox.attention).hasSize(1);
    assertThat(mailbox.takeWishes())
        .isEqualTo(StackEndpoint.WRITTEN | StackEndpoint.SHUTDOWN_OUTPUT);
    socket.shutdownInput();
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.SHUTDOWN_INPUT);
    assertThat(mailbox.takeWishes()).isEqualTo(-1);
  }

  @Test
  void ofAConnectionThatIsOverAndReadToItsEndNoMemoryIsKept() throws Exception {
    open();
    socket.write(ByteBuffer.allocate(10));
    receive(100);
    assertThat(socket.read(ByteBuffer.allocate(60))).isEqualTo(60);
    end(null);
    assertThat(memory.usedBytes()).as("40 bytes are to be read").isPositive();
    assertThat(socket.available()).isEqualTo(40);
    assertThat(socket.read(ByteBuffer.allocate(60))).isEqualTo(40);
    assertThat(memory.usedBytes()).isZero();
    assertThat(socket.available()).isZero();
    assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void ofAConnectionThatEndsWhenAllIsReadNoMemoryIsKept() throws Exception {
    open();
    receive(100);
    assertThat(socket.skip(100)).isEqualTo(100);
    end(TcpError.CONNECTION_RESET);
    assertThat(memory.usedBytes()).isZero();
    refused(TcpError.CONNECTION_RESET, () -> socket.read(ByteBuffer.allocate(1)));
  }

  @Test
  void readingAndWritingBeforeTheConnectionIsOpenIsRefused() throws Exception {
    refused(TcpError.NOT_CONNECTED, () -> socket.read(ByteBuffer.allocate(1)));
    refused(TcpError.NOT_CONNECTED, () -> socket.write(ByteBuffer.allocate(1)));
    refused(TcpError.NOT_CONNECTED, socket::shutdownOutput);
    refused(TcpError.NOT_CONNECTED, socket::shutdownInput);
    assertThat(socket.ready()).isZero();
    open();
    assertThat(socket.ready()).isEqualTo(TcpSocket.CONNECTED | TcpSocket.WRITABLE);
    assertThat(socket.read(ByteBuffer.allocate(1))).isZero();
  }

  @Test
  void bytesComeBeforeTheEndOfThePeersData() throws Exception {
    open();
    receive(10);
    socket.markInputEnded();
    assertThat(socket.ready() & TcpSocket.READABLE).isNotZero();
    assertThat(socket.read(ByteBuffer.allocate(7))).isEqualTo(7);
    assertThat(socket.skip(100)).isEqualTo(3);
    assertThat(socket.read(ByteBuffer.allocate(7))).isEqualTo(-1);
    assertThat(socket.skip(1)).isEqualTo(-1);
    assertThat(socket.read(ByteBuffer.allocate(0))).isZero();
  }

  @Test
  void bytesComeBeforeTheFailureAndTheFirstFailureCounts() throws Exception {
    open();
    receive(5);
    socket.markFailed(new TcpException(TcpError.TIMED_OUT));
    end(TcpError.CONNECTION_RESET);
    assertThat(socket.failure().error()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(socket.read(ByteBuffer.allocate(10))).isEqualTo(5);
    refused(TcpError.TIMED_OUT, () -> socket.read(ByteBuffer.allocate(10)));
    refused(TcpError.TIMED_OUT, () -> socket.write(ByteBuffer.allocate(10)));
    int both = TcpSocket.FAILED | TcpSocket.ENDED;
    assertThat(socket.ready() & both).isEqualTo(both);
  }

  @Test
  void afterAnOrderlyEndReadsSayEndAndWritesFail() throws Exception {
    open();
    end(null);
    assertThat(socket.read(ByteBuffer.allocate(10))).isEqualTo(-1);
    refused(TcpError.CONNECTION_RESET, () -> socket.write(ByteBuffer.allocate(1)));
  }

  @Test
  void aWriteTakesWhatFitsAndTheSocketIsWritableAgainWhenEnoughIsFree() throws Exception {
    open();
    assertThat(socket.write(ByteBuffer.allocate(1500))).isEqualTo(1000);
    assertThat(socket.write(ByteBuffer.allocate(1))).isZero();
    assertThat(socket.ready() & TcpSocket.WRITABLE).isZero();
    assertThat(socket.unacknowledged()).isEqualTo(1000);
    socket.sendRing().consume(300);
    assertThat(socket.ready() & TcpSocket.WRITABLE).isZero();
    socket.sendRing().consume(400);
    assertThat(socket.ready() & TcpSocket.WRITABLE).isNotZero();
    socket.outputHeld(true);
    assertThat(socket.ready() & TcpSocket.WRITABLE).isZero();
  }

  @Test
  void aWriteWithoutMemoryWishesForSome() throws Exception {
    open();
    memory.limitBytes(0);
    mailbox.attention.clear();
    assertThat(socket.write(ByteBuffer.allocate(10))).isZero();
    assertThat(socket.takeWishes()).isEqualTo(StackEndpoint.MEMORY);
  }

  @Test
  void writingAfterShutdownOutputIsRefused() throws Exception {
    open();
    socket.shutdownOutput();
    refused(TcpError.OUTPUT_SHUT_DOWN, () -> socket.write(ByteBuffer.allocate(1)));
    assertThat(socket.isOutputShutdown()).isTrue();
    assertThat(socket.isInputShutdown()).isFalse();
    socket.shutdownInput();
    assertThat(socket.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void aReadBeyondTheNoticeWishesOnceAndNotBeforeIt() throws Exception {
    open();
    receive(100);
    socket.readNoticeAt(50);
    socket.read(ByteBuffer.allocate(49));
    assertThat(mailbox.takeWishes()).isEqualTo(-1);
    socket.read(ByteBuffer.allocate(1));
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.READ);
    socket.read(ByteBuffer.allocate(10));
    assertThat(mailbox.takeWishes()).isEqualTo(-1);
  }

  @Test
  void closingASocketWithoutConnectionForgetsIt() throws Exception {
    socket.bind(new IpEndpoint(IpAddress.ANY, 5000));
    socket.close();
    socket.close();
    assertThat(endpoints.socket(socket.id())).isNull();
    assertThat(endpoints.isBound(5000)).isFalse();
    assertThat(mailbox.attention).isEmpty();
    refused(TcpError.CLOSED, () -> socket.connect(PEER));
    refused(TcpError.CLOSED, () -> socket.option(TcpOption.KEEPALIVE, true));
  }

  @Test
  void closingAnOpenConnectionWishesCloseAndAnEndedOneIsForgottenWithItsMemory() throws Exception {
    open();
    receive(10);
    end(TcpError.CONNECTION_RESET);
    assertThat(endpoints.socket(socket.id())).isSameAs(socket);
    assertThat(memory.usedBytes()).isPositive();
    socket.close();
    assertThat(endpoints.socket(socket.id())).isNull();
    assertThat(memory.usedBytes()).isZero();
    StackSocket other = endpoints.newSocket();
    other.connect(PEER);
    mailbox.takeWishes();
    other.close();
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.CLOSE);
    refused(TcpError.CLOSED, () -> other.read(ByteBuffer.allocate(1)));
  }

  @Test
  void abortWishesAbortAndLingerZeroCountsAsAbortOnceClosed() throws Exception {
    open();
    assertThat(socket.isAborted()).isFalse();
    socket.option(TcpOption.LINGER_SECONDS, 0);
    assertThat(socket.isAborted()).isFalse();
    mailbox.takeWishes();
    socket.abort();
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.ABORT);
    assertThat(socket.isAborted()).isTrue();
  }

  @Test
  void optionsAreCheckedAndWishedForOnAnOpenConnection() throws Exception {
    assertThatThrownBy(() -> socket.option(TcpOption.SYN_RETRIES, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("synRetries = 0")
        .hasMessageContaining("1 to 127");
    socket.option(TcpOption.SYN_RETRIES, 3);
    assertThat(mailbox.attention).isEmpty();
    assertThat(socket.option(TcpOption.SYN_RETRIES)).isEqualTo(3);
    assertThat(socket.option(TcpOption.NO_DELAY)).isNull();
    open();
    socket.option(TcpOption.NO_DELAY, true);
    assertThat(mailbox.takeWishes()).isEqualTo(StackEndpoint.OPTIONS);
  }

  @Test
  void anAcceptedSocketHasTheOptionsAndTheOwnerOfItsListener() throws Exception {
    StackListener listener = endpoints.newListener();
    listener.owner("web");
    listener.option(TcpOption.KEEPALIVE, true);
    listener.bind(new IpEndpoint(IpAddress.ANY, 80));
    listener.listen(5);
    StackSocket accepted = listener.newAccepted(IpEndpoint.of("10.0.0.1", 80), PEER);
    assertThat(accepted.option(TcpOption.KEEPALIVE)).isTrue();
    assertThat(accepted.owner()).isEqualTo("web");
    assertThat(listener.accept()).isNull();
    listener.offer(accepted);
    assertThat(listener.acceptQueue()).isEqualTo(1);
    assertThat(listener.awaitAcceptable(Duration.ZERO)).isTrue();
    assertThat(listener.accept()).isSameAs(accepted);
  }

  @Test
  void theHandlerIsCalledWhenSomethingIsReadyAndToldTheEndOnce() throws Exception {
    List<String> calls = new ArrayList<>();
    TcpHandler handler =
        new TcpHandler() {
          @Override
          public void onReady(TcpSocket ready) throws Exception {
            calls.add("ready " + ready.available());
            ready.skip(Long.MAX_VALUE);
          }

          @Override
          public void onClosed(TcpSocket closed, TcpException cause) {
            calls.add("closed " + cause.error());
          }
        };
    open();
    socket.handler(handler);
    run();
    receive(5);
    receive(6);
    assertThat(mailbox.ready).hasSize(1);
    run();
    end(TcpError.CONNECTION_RESET);
    run();
    socket.signal();
    run();
    assertThat(calls).containsExactly("ready 0", "ready 11", "closed CONNECTION_RESET");
  }

  private void run() throws Exception {
    for (StackEndpoint next = mailbox.ready.poll(); next != null; next = mailbox.ready.poll()) {
      next.handlerTaken();
      next.runHandler();
    }
  }

  @Test
  void aBlockedCallWakesWhenTheLaneSignals() throws Exception {
    socket.connect(PEER);
    CompletableFuture<Integer> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return socket.awaitReady(TcpSocket.CONNECTED, Duration.ofSeconds(60));
              } catch (TcpException e) {
                throw new IllegalStateException(e);
              }
            });
    open2();
    assertThat(waiting.get(60, TimeUnit.SECONDS) & TcpSocket.CONNECTED).isNotZero();
  }

  private void open2() {
    socket.rings(new ByteRing(memory, 1000), new ByteRing(memory, 1000));
    socket.markOpened();
    socket.signal();
  }

  @Test
  void aBlockedCallEndsWithTheCloseOfItsSocket() throws Exception {
    open();
    CompletableFuture<TcpError> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                socket.awaitReady(TcpSocket.READABLE, Duration.ofSeconds(60));
                return null;
              } catch (TcpException e) {
                return e.error();
              }
            });
    socket.close();
    assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(TcpError.CLOSED);
  }

  @Test
  void awaitConnectedTellsTimeOutAndFailure() throws Exception {
    socket.connect(PEER);
    refused(TcpError.TIMED_OUT, () -> socket.awaitConnected(Duration.ofMillis(1)));
    end(TcpError.CONNECTION_REFUSED);
    refused(TcpError.CONNECTION_REFUSED, () -> socket.awaitConnected(Duration.ofSeconds(1)));
  }

  @Test
  void aLingeringCloseReturnsWhenTheFinIsAcknowledged() throws Exception {
    open();
    socket.close();
    assertThat(socket.awaitClosed(Duration.ZERO)).isFalse();
    socket.markFinished();
    assertThat(socket.awaitClosed(Duration.ZERO)).isTrue();
  }

  /**
   * Nobody acknowledges the FIN: the close lasts as long as it lingers, and is a close all the
   * same.
   */
  @Test
  void theStreamsCloseWaitsAsLongAsItLingers() throws Exception {
    open();
    socket.option(TcpOption.LINGER_SECONDS, 1);
    long begun = System.nanoTime();
    socket.outputStream().close();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(990));
    assertThat(socket.isOutputShutdown()).isTrue();
    assertThat(socket.isAborted()).isFalse();
  }

  @Test
  void theAcknowledgementOfTheFinEndsThatWait() throws Exception {
    open();
    socket.option(TcpOption.LINGER_SECONDS, 32767);
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(
            () -> {
              try {
                socket.outputStream().close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!socket.isOutputShutdown()) {
      assertThat(System.nanoTime()).as("the FIN is wished for").isLessThan(deadline);
      Thread.yield();
    }
    assertThat(closing).isNotDone();
    socket.markFinished();
    socket.signal();
    closing.get(60, TimeUnit.SECONDS);
  }

  @Test
  void withoutLingerTheStreamsCloseDoesNotWait() throws Exception {
    open();
    socket.option(TcpOption.LINGER_SECONDS, -1);
    socket.outputStream().close();
    assertThat(socket.awaitClosed(Duration.ZERO)).isFalse();
  }
}
