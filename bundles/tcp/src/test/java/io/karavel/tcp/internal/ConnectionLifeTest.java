package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionLifeTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private StackSocket connector;
  private StackSocket accepted;
  private StackListener listener;

  private void open() throws TcpException {
    listener = server.listen(80, 16);
    connector = client.connect(server, 80);
    net.run();
    accepted = (StackSocket) listener.accept();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static String read(TcpSocket socket) throws TcpException {
    ByteBuffer target = ByteBuffer.allocate(100_000);
    int count = socket.read(target);
    return count < 0
        ? "END"
        : new String(target.array(), 0, count, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void opensInThreeSegmentsAndBothEndsSayEstablished() throws Exception {
    open();
    assertThat(connector.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(accepted.remote()).isEqualTo(connector.local());
    assertThat(connector.remote()).isEqualTo(accepted.local());
    assertThat(connector.ready() & TcpSocket.CONNECTED).isNotZero();
    assertThat(net.sent).hasSize(3);
    assertThat(net.sent.get(0).flags()).isEqualTo(TcpHeader.SYN);
    assertThat(net.sent.get(1).flags()).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
    assertThat(net.sent.get(2).flags()).isEqualTo(TcpHeader.ACK);
    assertThat(client.count("Tcp.ActiveOpens")).isEqualTo(1);
    assertThat(server.count("Tcp.PassiveOpens")).isEqualTo(1);
    assertThat(server.count("Tcp.CurrEstab")).isEqualTo(1);
    assertThat(server.count("Tcp.InSegs")).isEqualTo(2);
    assertThat(server.count("Tcp.OutSegs")).isEqualTo(1);
  }

  @Test
  void carriesBytesBothWays() throws Exception {
    open();
    assertThat(connector.write(bytes("hello"))).isEqualTo(5);
    net.run();
    assertThat(read(accepted)).isEqualTo("hello");
    assertThat(read(accepted)).isEmpty();
    accepted.write(bytes("world"));
    net.run();
    assertThat(read(connector)).isEqualTo("world");
    net.advance(SECOND);
    assertThat(connector.unacknowledged()).isZero();
    assertThat(net.outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65535})
  void carriesMegabytesWithAndWithoutSegmentationOffload(int segmentationBytes) throws Exception {
    client.ip.segmentationBytes = segmentationBytes;
    open();
    long sent = 0;
    long received = 0;
    ByteBuffer piece = ByteBuffer.allocate(30_000);
    ByteBuffer target = ByteBuffer.allocate(50_000);
    for (int step = 0; received < 10_000_000 && step < 100_000; step++) {
      piece.clear();
      for (int i = 0; i < piece.capacity(); i++) {
        piece.put(i, (byte) ((sent + i) * 31 + ((sent + i) >> 8)));
      }
      sent += connector.write(piece);
      net.run();
      for (int n = accepted.read(target.clear()); n > 0; n = accepted.read(target.clear())) {
        for (int i = 0; i < n; i++) {
          if (target.get(i) != (byte) ((received + i) * 31 + ((received + i) >> 8))) {
            throw new AssertionError("byte " + (received + i) + " is wrong");
          }
        }
        received += n;
      }
      net.advance(MILLI);
    }
    assertThat(received).isGreaterThanOrEqualTo(10_000_000);
    boolean large = net.sent.stream().anyMatch(segment -> segment.payloadBytes() > 1460);
    assertThat(large).isEqualTo(segmentationBytes > 0);
    net.advance(5 * SECOND);
    assertThat(net.outstanding()).isZero();
  }

  @Test
  void refusesAConnectionToAPortWithoutListener() throws Exception {
    StackSocket socket = client.connect(server, 81);
    net.run();
    assertThat(socket.failure().error()).isEqualTo(TcpError.CONNECTION_REFUSED);
    assertThat(socket.failure()).hasMessageContaining("10.0.0.2:81");
    assertThat(socket.ready() & TcpSocket.FAILED).isNotZero();
    assertThat(socket.state()).isEqualTo(TcpState.CLOSED);
    assertThat(server.dropped(DropReason.TCP_NO_SOCKET)).isEqualTo(1);
    assertThat(server.count("Tcp.OutRsts")).isEqualTo(1);
    assertThat(client.count("Tcp.AttemptFails")).isEqualTo(1);
    socket.close();
    assertThat(client.endpoints.socket(socket.id())).isNull();
  }

  @Test
  void timesOutAfterTheConfiguredRepetitionsOfTheSyn() throws Exception {
    client.settings("synRetries", 3);
    long start = net.nowNanos;
    net.loses = segment -> true;
    StackSocket socket = client.connect(server, 80);
    net.advance(14_999 * MILLI);
    assertThat(socket.failure()).isNull();
    assertThat(net.sent.stream().map(s -> (s.nanos() - start) / MILLI))
        .containsExactly(0L, 1000L, 3000L, 7000L);
    net.advance(MILLI);
    assertThat(socket.failure().error()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(client.timers.armed()).isZero();
  }

  @Test
  void closesInOrderAndTheActiveSideWaitsInTimeWait() throws Exception {
    open();
    connector.close();
    net.run();
    assertThat(accepted.state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(read(accepted)).isEqualTo("END");
    accepted.close();
    net.run();
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(client.endpoints.sockets()).isEmpty();
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(1);
    assertThat(server.count("Tcp.TimeWaits")).isZero();
    assertThat(client.module.summary().byState().get(TcpState.TIME_WAIT)).isEqualTo(1);
    assertThat(client.count("Tcp.Connections")).isZero();
    net.advance(59 * SECOND);
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(SECOND);
    assertThat(client.count("Tcp.TimeWaits")).isZero();
    assertThat(client.count("TcpExt.TW")).isEqualTo(1);
    assertThat(client.timers.armed()).isZero();
    assertThat(client.endpoints.memory().usedBytes()).isZero();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
  }

  @Test
  void halfCloseLeavesTheOtherDirectionOpen() throws Exception {
    open();
    connector.shutdownOutput();
    net.run();
    assertThat(read(accepted)).isEqualTo("END");
    assertThat(connector.state()).isEqualTo(TcpState.FIN_WAIT_1);
    net.advance(40 * MILLI);
    assertThat(connector.state()).isEqualTo(TcpState.FIN_WAIT_2);
    net.advance(3600 * SECOND);
    accepted.write(bytes("late"));
    net.run();
    assertThat(read(connector)).isEqualTo("late");
    accepted.close();
    net.run();
    assertThat(read(connector)).isEqualTo("END");
    assertThat(connector.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(connector.ready() & TcpSocket.ENDED).isNotZero();
  }

  @Test
  void bytesThatWereReceivedCanBeReadAfterThePeerHasClosed() throws Exception {
    open();
    connector.write(bytes("last words"));
    connector.close();
    net.run();
    accepted.shutdownOutput();
    net.run();
    assertThat(read(accepted)).isEqualTo("last words");
    assertThat(read(accepted)).isEqualTo("END");
    accepted.close();
    net.advance(SECOND);
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
  }

  @Test
  void abortResetsThePeer() throws Exception {
    open();
    connector.write(bytes("x"));
    net.run();
    connector.abort();
    net.run();
    assertThat(accepted.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    assertThat(read(accepted)).isEqualTo("x");
    assertThatThrownBy(() -> read(accepted)).isInstanceOf(TcpException.class);
    assertThatThrownBy(() -> accepted.write(bytes("y"))).isInstanceOf(TcpException.class);
    assertThat(client.endpoints.sockets()).isEmpty();
    assertThat(client.timers.armed()).isZero();
    assertThat(client.count("Tcp.OutRsts")).isEqualTo(1);
    assertThat(server.count("Tcp.EstabResets")).isEqualTo(1);
    accepted.close();
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
  }

  @Test
  void closingWithUnreadDataResetsThePeer() throws Exception {
    open();
    connector.write(bytes("unread"));
    net.run();
    accepted.close();
    net.run();
    assertThat(connector.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    assertThat(server.endpoints.memory().usedBytes()).isZero();
  }

  @Test
  void closingBeforeTheSynWasSentSendsNothing() throws Exception {
    StackSocket socket = client.connect(server, 80);
    socket.close();
    net.advance(10 * SECOND);
    assertThat(net.sent).isEmpty();
    assertThat(client.endpoints.sockets()).isEmpty();
  }

  @Test
  void closingInSynSentSendsNothingMore() throws Exception {
    net.loses = segment -> true;
    StackSocket socket = client.connect(server, 80);
    net.run();
    socket.close();
    net.advance(10 * SECOND);
    assertThat(net.sent).hasSize(1);
    assertThat(client.endpoints.sockets()).isEmpty();
    assertThat(client.count("Tcp.Connections")).isZero();
  }

  @Test
  void anOrphanIsServedToTheEnd() throws Exception {
    open();
    ByteBuffer much = ByteBuffer.allocate(100_000);
    assertThat(connector.write(much)).isEqualTo(100_000);
    connector.close();
    long got = 0;
    for (int i = 0; i < 1000 && got < 100_000; i++) {
      net.advance(MILLI);
      got += Math.max(0, accepted.skip(10_000));
    }
    net.advance(MILLI);
    assertThat(got).isEqualTo(100_000);
    assertThat(read(accepted)).isEqualTo("END");
    assertThat(client.count("Tcp.Orphans")).isLessThanOrEqualTo(1);
    accepted.close();
    net.run();
    assertThat(client.count("Tcp.Orphans")).isZero();
  }

  @Test
  void failsAtOnceWithoutRouteAndSaysSo() throws Exception {
    client.ip.routed = false;
    StackSocket socket = client.connect(server, 80);
    net.run();
    assertThat(socket.failure().error()).isEqualTo(TcpError.NETWORK_UNREACHABLE);
    assertThat(socket.ready() & TcpSocket.ENDED).isNotZero();
  }

  @Test
  void connectsOnceIpIsThereAgain() throws Exception {
    listener = server.listen(80, 16);
    client.ipSlot.set(null);
    StackSocket socket = client.connect(server, 80);
    net.run();
    assertThat(socket.failure()).isNull();
    client.ipSlot.set(client.ip);
    net.run();
    assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void parksSegmentsWhileIpIsAway() throws Exception {
    open();
    client.ipSlot.set(null);
    connector.write(bytes("parked"));
    net.run();
    assertThat(client.ipSlot.parked.size()).isEqualTo(1);
    client.ipSlot.set(client.ip);
    client.ip.onParked(client.ipSlot.parked.poll());
    net.run();
    assertThat(read(accepted)).isEqualTo("parked");
  }

  @Test
  void simultaneousOpensMakeOneConnection() throws Exception {
    StackSocket one = client.endpoints.newSocket();
    one.bind(new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ANY, 5000));
    StackSocket other = server.endpoints.newSocket();
    other.bind(new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ANY, 6000));
    one.connect(io.karavel.address.IpEndpoint.of("10.0.0.2", 6000));
    other.connect(io.karavel.address.IpEndpoint.of("10.0.0.1", 5000));
    net.run();
    assertThat(one.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(other.state()).isEqualTo(TcpState.ESTABLISHED);
    one.write(bytes("crossed"));
    net.run();
    assertThat(read(other)).isEqualTo("crossed");
  }

  @Test
  void aSocketCanBeConnectedToItself() throws Exception {
    StackSocket self = client.endpoints.newSocket();
    self.bind(new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ANY, 5000));
    self.connect(io.karavel.address.IpEndpoint.of("10.0.0.1", 5000));
    net.run();
    assertThat(self.state()).isEqualTo(TcpState.ESTABLISHED);
    self.write(bytes("echo"));
    net.run();
    assertThat(read(self)).isEqualTo("echo");
  }

  @Test
  void aRebootedPeerThatConnectsAgainEndsTheOldConnection() throws Exception {
    StackListener port = server.listen(80, 16);
    StackSocket first = client.endpoints.newSocket();
    first.bind(new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ANY, 5000));
    first.connect(io.karavel.address.IpEndpoint.of("10.0.0.2", 80));
    net.run();
    StackSocket old = (StackSocket) port.accept();
    client.reboot();
    StackSocket again = client.endpoints.newSocket();
    again.bind(new io.karavel.address.IpEndpoint(io.karavel.address.IpAddress.ANY, 5000));
    again.connect(io.karavel.address.IpEndpoint.of("10.0.0.2", 80));
    net.advance(SECOND);
    assertThat(old.failure()).as(net.sent.toString()).isNotNull();
    assertThat(old.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    net.advance(SECOND);
    assertThat(again.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void aKilledConnectionIsResetOrClosedAsTheOperatorSays() throws Exception {
    open();
    assertThat(client.module.kill(connector.id(), true)).isTrue();
    net.run();
    assertThat(connector.failure().error()).isEqualTo(TcpError.CONNECTION_ABORTED);
    assertThat(accepted.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    StackSocket second = client.connect(server, 80);
    net.run();
    TcpSocket other = listener.accept();
    assertThat(client.module.kill(second.id(), false)).isTrue();
    net.run();
    assertThat(read(other)).isEqualTo("END");
    assertThat(client.module.kill(999, true)).isFalse();
  }
}
