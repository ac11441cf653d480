package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Peers that hold connections open at no cost to themselves: windows closed, FINs never sent. */
class SockstressTest {
  private static final int PEERS = 2000;

  private static StackHarness server(String key, Object value) {
    return StackHarness.builder()
        .addresses("10.77.0.2/8")
        .tcp("maxAcceptBacklog", 65535)
        .tcp(key, value)
        .build();
  }

  private static List<TcpSocket> acceptAll(TcpListener listener) throws TcpException {
    List<TcpSocket> sockets = new ArrayList<>();
    for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
      sockets.add(socket);
    }
    return sockets;
  }

  private static long inState(StackHarness stack, TcpState state) {
    return stack.tcpSummary().byState().getOrDefault(state, 0);
  }

  /** Lets time pass while every probe and every FIN is answered with a closed window. */
  private static void answerWithClosedWindows(
      StackHarness server, Attacker attacker, Duration time) {
    long end = server.clock().nanoTime() + time.toNanos();
    while (server.clock().nanoTime() < end) {
      server.advance(Duration.ofMillis(100));
      for (WirePacket packet : server.output()) {
        if (!packet.has(TcpHeader.RST)) {
          // the byte of the probe is not taken
          server.deliver(attacker.refuse(attacker.hostOf(packet), packet));
        }
      }
    }
    server.output();
  }

  @Test
  void orphansBehindClosedWindowsEndThoughTheirProbesAreAnswered() throws TcpException {
    StackHarness server = server("orphanRetries", 5);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(PEERS, 0);
    List<TcpSocket> sockets = acceptAll(listener);
    assertThat(sockets).hasSize(PEERS);
    for (TcpSocket socket : sockets) {
      socket.write(ByteBuffer.wrap(new byte[1000]));
      socket.close();
    }
    server.settle();
    assertThat(server.counter("Tcp.Orphans")).isEqualTo(PEERS);
    // budget of 5: 12.6 s, and at most one interval more
    answerWithClosedWindows(server, attacker, Duration.ofSeconds(26));
    assertThat(server.counter("Tcp.Orphans")).isZero();
    assertThat(server.counter("Tcp.Connections")).isZero();
    assertThat(server.tcpSummary().bufferBytes()).isZero();
    assertThat(server.packetBuffersOut()).isZero();
  }

  @Test
  void beyondMaxOrphansEachFurtherOneIsReset() throws TcpException {
    StackHarness server = server("maxOrphans", 100);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(PEERS, 0);
    for (TcpSocket socket : acceptAll(listener)) {
      socket.write(ByteBuffer.wrap(new byte[1000]));
      socket.close();
    }
    server.settle();
    assertThat(server.counter("Tcp.Orphans")).isEqualTo(100);
    assertThat(server.output().stream().filter(packet -> packet.has(TcpHeader.RST)).count())
        .isEqualTo(PEERS - 100);
    assertThat(server.counter("TcpExt.TCPAbortOnMemory")).isEqualTo(PEERS - 100);
  }

  /** As long as the application holds the sockets, what they cost is bounded by the buffers. */
  @Test
  void openConnectionsBehindClosedWindowsTakeNoMoreThanTheBufferMemory() throws TcpException {
    long limit = 8L << 20;
    StackHarness server = server("bufferMemory", limit);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(PEERS, 0);
    long written = 0;
    ByteBuffer page = ByteBuffer.allocate(65536);
    List<TcpSocket> sockets = acceptAll(listener);
    for (TcpSocket socket : sockets) {
      written += socket.write(page.clear());
      server.settle();
    }
    // sendBufferMin is what every connection may have
    long bound = limit + PEERS * 4096L;
    assertThat(server.tcpSummary().bufferBytes()).isLessThanOrEqualTo(bound);
    System.out.printf(
        "sockstress: %d connections hold %d KiB in buffers of %d KiB allowed%n",
        sockets.size(), server.tcpSummary().bufferBytes() / 1024, bound / 1024);
    assertThat(written).isPositive().isLessThanOrEqualTo(bound);
  }

  @Test
  void theUserTimeoutEndsThem() throws TcpException {
    StackHarness server = server("userTimeoutMillis", 5000);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(100, 0);
    List<TcpSocket> sockets = acceptAll(listener);
    for (TcpSocket socket : sockets) {
      socket.write(ByteBuffer.wrap(new byte[1000]));
    }
    answerWithClosedWindows(server, attacker, Duration.ofSeconds(13));
    assertThat(inState(server, TcpState.ESTABLISHED)).isZero();
    assertThat(sockets).allMatch(socket -> (socket.ready() & TcpSocket.FAILED) != 0);
  }

  @Test
  void peersThatNeverCloseLeaveFinWait2AfterTheFinTimeout() throws TcpException {
    StackHarness server = server("finTimeoutSeconds", 60);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(PEERS, 65535);
    long before = Attacker.heapBytes();
    acceptAll(listener).forEach(TcpSocket::close);
    server.settle();
    for (WirePacket fin : server.output()) {
      server.deliver(attacker.answer(attacker.hostOf(fin), fin, TcpHeader.ACK, 65535));
    }
    assertThat(inState(server, TcpState.FIN_WAIT_2)).isEqualTo(PEERS);
    System.out.printf(
        "FIN-WAIT-2 flood: %d orphans, %d bytes of heap each beyond their open connection%n",
        PEERS, Math.max(0, Attacker.heapBytes() - before) / PEERS);
    server.advance(Duration.ofMillis(59_900));
    assertThat(inState(server, TcpState.FIN_WAIT_2)).isEqualTo(PEERS);
    server.advance(Duration.ofSeconds(1));
    assertThat(server.counter("Tcp.Connections")).isZero();
    assertThat(server.counter("Tcp.Orphans")).isZero();
  }

  @Test
  void peersThatNeverAnswerTheFinLeaveFinWait1AfterTheBudget() throws TcpException {
    StackHarness server = server("orphanRetries", 3);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    attacker.open(PEERS, 65535);
    acceptAll(listener).forEach(TcpSocket::close);
    server.settle();
    assertThat(inState(server, TcpState.FIN_WAIT_1)).isEqualTo(PEERS);
    server.advance(Duration.ofSeconds(4));
    assertThat(server.counter("Tcp.Connections")).isZero();
    assertThat(server.counter("Tcp.Orphans")).isZero();
    assertThat(server.packetBuffersOut()).isZero();
  }

  @Test
  void timeWaitRecordsAreSmallBoundedAndGoneAfterTwoMsl() throws TcpException {
    StackHarness server = server("maxTimeWait", PEERS / 2);
    TcpListener listener = server.tcp().listen(IpEndpoint.parse("*:80"), PEERS);
    Attacker attacker = new Attacker(server, 80, "10.100.0.0");
    long before = Attacker.heapBytes();
    attacker.open(PEERS, 65535);
    acceptAll(listener).forEach(TcpSocket::close);
    server.settle();
    int fin = TcpHeader.FIN | TcpHeader.ACK;
    for (WirePacket packet : server.output()) {
      server.deliver(attacker.answer(attacker.hostOf(packet), packet, fin, 65535));
    }
    server.output();
    assertThat(server.counter("Tcp.TimeWaits")).isEqualTo(PEERS / 2);
    assertThat(server.counter("TcpExt.TCPTimeWaitOverflow")).isEqualTo(PEERS / 2);
    assertThat(server.counter("Tcp.Connections")).isZero();
    long each = Math.max(0, Attacker.heapBytes() - before) / (PEERS / 2);
    System.out.printf("TIME-WAIT flood: %d records, %d bytes of heap each%n", PEERS / 2, each);
    assertThat(each).isLessThan(1024);
    server.advance(Duration.ofSeconds(61));
    assertThat(server.counter("Tcp.TimeWaits")).isZero();
  }
}
