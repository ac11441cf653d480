package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.StackHarness;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stack that talks to its own address: nothing is lost and nothing takes time, so that whatever
 * waits for a timer was forgotten.
 */
class OwnAddressTest {
  private static final IpEndpoint SERVER = new IpEndpoint(StackHarness.LOCAL, 80);

  private final StackHarness stack = StackHarness.create();
  private TcpListener listener;

  @BeforeEach
  void listen() throws Exception {
    listener = stack.tcp().listen(SERVER, 200);
    stack.settle();
  }

  private TcpSocket accepted() throws Exception {
    TcpSocket socket = listener.accept();
    assertThat(socket).as("a connection to accept").isNotNull();
    return socket;
  }

  @Test
  void aConnectionOpensBeforeTheClockMoves() throws Exception {
    TcpSocket client = stack.tcp().connect(SERVER);
    stack.settle();
    assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(accepted().state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(stack.counter("TcpExt.TCPSynRetrans")).isZero();
  }

  @Test
  void twoHundredConnectionsOpenBeforeTheClockMoves() throws Exception {
    for (int i = 0; i < 200; i++) {
      stack.tcp().connect(SERVER);
    }
    stack.settle();
    for (int i = 0; i < 200; i++) {
      assertThat(accepted().state()).isEqualTo(TcpState.ESTABLISHED);
    }
  }

  @Test
  void aRefusalAndAResetComeBeforeTheClockMoves() throws Exception {
    TcpSocket refused = stack.tcp().connect(new IpEndpoint(StackHarness.LOCAL, 81));
    TcpSocket client = stack.tcp().connect(SERVER);
    stack.settle();
    assertThat(refused.failure()).hasMessageContaining("refused");
    accepted().abort();
    stack.settle();
    assertThat(client.failure()).hasMessageContaining("reset");
  }

  @Test
  void questionAndAnswerAndBothFinsGoWithoutAnyRepetition() throws Exception {
    TcpSocket client = stack.tcp().connect(SERVER);
    stack.settle();
    TcpSocket server = accepted();
    for (int i = 1; i <= 50; i++) {
      assertThat(client.write(ByteBuffer.allocate(i * 100))).isEqualTo(i * 100);
      stack.settle();
      assertThat(server.read(ByteBuffer.allocate(10_000))).isEqualTo(i * 100);
      assertThat(server.write(ByteBuffer.allocate(i * 100))).isEqualTo(i * 100);
      stack.settle();
      assertThat(client.read(ByteBuffer.allocate(10_000))).isEqualTo(i * 100);
    }
    client.close();
    stack.settle();
    server.close();
    stack.settle();
    assertThat(server.state()).isEqualTo(TcpState.CLOSED);
    assertThat(stack.tcpSummary().byState()).containsEntry(TcpState.TIME_WAIT, 1);
    assertThat(stack.counter("TcpExt.TCPTimeouts")).isZero();
    assertThat(stack.counter("Tcp.RetransSegs")).isZero();
  }

  @Test
  void megabytesBothWaysAreDoneWithoutATimeout() throws Exception {
    TcpSocket client = stack.tcp().connect(SERVER);
    stack.settle();
    TcpSocket server = accepted();
    BulkTransfer there = new BulkTransfer(client, server, 16L << 20, 1, true);
    BulkTransfer back = new BulkTransfer(server, client, 16L << 20, 2, true);
    long begin = stack.clock().nanoTime();
    for (int i = 0; i < 100_000 && !(there.isDone() && back.isDone()); i++) {
      there.pump();
      back.pump();
      stack.advance(Duration.ofNanos(1000));
    }
    assertThat(there.isDone() && back.isDone()).as("%s; %s", there, back).isTrue();
    assertThat(Duration.ofNanos(stack.clock().nanoTime() - begin))
        .isLessThan(Duration.ofMillis(100));
    assertThat(stack.counter("TcpExt.TCPTimeouts")).isZero();
    assertThat(stack.counter("Tcp.RetransSegs")).isZero();
  }
}
