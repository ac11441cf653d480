package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The queues of a listener, their limits, and cookies. */
class ListenersTest {
  private static final int STRANGER = IpAddress.parse("10.9.9.9").ipv4Bits();

  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private List<StackSocket> connect(int count) throws Exception {
    List<StackSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(client.connect(server, 80));
      net.run();
    }
    return sockets;
  }

  private TcpSummary.Listener queues() {
    return server.module.summary().listeners().get(0);
  }

  private void syn(int port, int sequence) {
    net.inject(
        STRANGER,
        port,
        server,
        80,
        TcpHeader.SYN,
        sequence,
        0,
        options -> {
          options.maximumSegmentSize(1460);
          options.sackPermitted();
          options.timestamps(1000, 0);
          options.windowScale(7);
        },
        0);
    net.run();
  }

  @Test
  void aFullAcceptQueueDropsSynsUntilTheApplicationAccepts() throws Exception {
    StackListener listener = server.listen(80, 2);
    List<StackSocket> sockets = connect(3);
    assertThat(listener.acceptQueue()).isEqualTo(2);
    assertThat(sockets.get(2).state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(server.count("TcpExt.ListenOverflows")).isEqualTo(1);
    assertThat(server.count("TcpExt.ListenDrops")).isEqualTo(1);
    assertThat(server.dropped(DropReason.TCP_ACCEPT_QUEUE_FULL)).isEqualTo(1);
    assertThat(queues().overflows()).isEqualTo(1);
    listener.accept();
    net.advance(SECOND);
    assertThat(sockets.get(2).state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(queues().accepted()).isEqualTo(3);
  }

  @Test
  void aFinalAckThatFindsTheAcceptQueueFullIsDroppedAndTheSynAckRepeated() throws Exception {
    StackListener listener = server.listen(80, 1);
    syn(5000, 100);
    int iss = net.lastTo(STRANGER).sequence();
    connect(1);
    assertThat(listener.acceptQueue()).isEqualTo(1);
    acknowledge(5000, 101, iss + 1);
    assertThat(listener.acceptQueue()).isEqualTo(1);
    assertThat(server.count("TcpExt.ListenOverflows")).isEqualTo(1);
    net.sent.clear();
    net.advance(SECOND);
    assertThat(net.lastTo(STRANGER).flags()).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
    assertThat(net.lastTo(STRANGER).sequence()).isEqualTo(iss);
    listener.accept();
    acknowledge(5000, 101, iss + 1);
    assertThat(listener.accept().remote().address().ipv4Bits()).isEqualTo(STRANGER);
  }

  private void acknowledge(int port, int sequence, int acknowledgment) {
    net.inject(
        STRANGER,
        port,
        server,
        80,
        TcpHeader.ACK,
        sequence,
        acknowledgment,
        options -> options.timestamps(1001, timestampOf()),
        0);
    net.run();
  }

  private int lastTimestamp;

  private int timestampOf() {
    return lastTimestamp;
  }

  @Test
  void withAbortOnOverflowTheFinalAckOfACookieIsAnsweredWithResetToo() throws Exception {
    server.settings("abortOnOverflow", true, "synCookies", "always");
    StackListener listener = server.listen(80, 1);
    syn(5000, 100);
    int iss = net.lastTo(STRANGER).sequence();
    connect(1);
    acknowledge(5000, 101, iss + 1);
    assertThat(net.lastTo(STRANGER).has(TcpHeader.RST)).isTrue();
    assertThat(net.lastTo(STRANGER).sequence()).isEqualTo(iss + 1);
    assertThat(listener.acceptQueue()).isEqualTo(1);
  }

  @Test
  void withAbortOnOverflowTheFinalAckIsAnsweredWithReset() throws Exception {
    server.settings("abortOnOverflow", true);
    StackListener listener = server.listen(80, 1);
    syn(5000, 100);
    int iss = net.lastTo(STRANGER).sequence();
    connect(1);
    acknowledge(5000, 101, iss + 1);
    assertThat(net.lastTo(STRANGER).has(TcpHeader.RST)).isTrue();
    assertThat(queues().synQueue()).isZero();
    assertThat(listener.acceptQueue()).isEqualTo(1);
  }

  @Test
  void aFullSynQueueDropsFurtherSynsWhenCookiesAreOff() throws Exception {
    server.settings("maxSynBacklog", 16, "synCookies", "off");
    server.listen(80, 100);
    for (int i = 0; i < 20; i++) {
      syn(5000 + i, 100);
    }
    assertThat(queues().synQueue()).isEqualTo(16);
    assertThat(queues().synDrops()).isEqualTo(4);
    assertThat(server.dropped(DropReason.TCP_SYN_QUEUE_FULL)).isEqualTo(4);
    assertThat(server.count("TcpExt.TCPReqQFullDrop")).isEqualTo(4);
    assertThat(server.count("TcpExt.SyncookiesSent")).isZero();
  }

  @Test
  void embryosThatNobodyCompletesGoByTheTimetableAndSilently() throws Exception {
    server.settings("synAckRetries", 2);
    server.listen(80, 100);
    long start = net.nowNanos;
    syn(5000, 100);
    net.advance(6_999 * MILLI);
    assertThat(queues().synQueue()).isEqualTo(1);
    net.advance(MILLI);
    assertThat(queues().synQueue()).isZero();
    assertThat(
            net.sent.stream().filter(s -> s.to() == STRANGER).map(s -> (s.nanos() - start) / MILLI))
        .containsExactly(0L, 1000L, 3000L);
    assertThat(server.timers.armed()).isZero();
    assertThat(server.count("Tcp.Embryos")).isZero();
  }

  @Test
  void aConnectionThroughACookieKeepsTheWindowThatItsSynAckOffered() throws Exception {
    server.settings("synCookies", "always");
    StackListener listener = server.listen(80, 100);
    listener.option(TcpOption.RECEIVE_BUFFER_BYTES, 4096);
    StackSocket socket = client.connect(server, 80);
    net.run();
    TcpSocket accepted = listener.accept();
    socket.write(ByteBuffer.allocate(20_000));
    net.run();
    assertThat(accepted.available()).isLessThanOrEqualTo(4096);
    assertThat(server.count("TcpExt.TCPRcvQDrop") + server.count("TcpExt.TCPOFODrop")).isZero();
    assertThat(net.sent.stream().mapToInt(s -> s.payloadBytes()).sum()).isLessThanOrEqualTo(4096);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThroughACookieHasScalingAndSackOnlyWithTimestamps(boolean timestamps)
      throws Exception {
    server.settings("synCookies", "always");
    client.settings("timestamps", timestamps);
    StackListener listener = server.listen(80, 100);
    StackSocket socket = client.connect(server, 80);
    net.run();
    assertThat(queues().synQueue()).isZero();
    assertThat(queues().cookiesSent()).isEqualTo(1);
    assertThat(server.count("TcpExt.SyncookiesSent")).isEqualTo(1);
    assertThat(server.count("TcpExt.SyncookiesRecv")).isEqualTo(1);
    TcpSocket accepted = listener.accept();
    assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
    ByteBuffer piece = ByteBuffer.allocate(40_000);
    long received = 0;
    for (int i = 0; i < 2000 && received < 400_000; i++) {
      socket.write(piece.clear());
      net.advance(MILLI);
      received += accepted.skip(1 << 20);
    }
    assertThat(received).isGreaterThanOrEqualTo(400_000);
    boolean beyond = net.sent.stream().anyMatch(s -> s.payloadBytes() > 1460);
    assertThat(beyond).isFalse();
    accepted.write(ByteBuffer.allocate(10_000));
    net.run();
    assertThat(socket.available()).isEqualTo(10_000);
  }

  @Test
  void aFullSynQueueAnswersWithCookiesAndARealClientStillConnects() throws Exception {
    server.settings("maxSynBacklog", 16);
    StackListener listener = server.listen(80, 100);
    for (int i = 0; i < 20; i++) {
      syn(5000 + i, 100);
    }
    assertThat(queues().synQueue()).isEqualTo(16);
    assertThat(queues().cookiesSent()).isEqualTo(4);
    assertThat(server.count("TcpExt.TCPReqQFullDoCookies")).isEqualTo(4);
    assertThat(connect(1).get(0).state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(listener.accept()).isNotNull();
  }

  @Test
  void aFloodOfSynsLeavesBoundedEmbryosAndRealClientsConnect() throws Exception {
    net.noting = false;
    StackListener listener = server.listen(80, 4096);
    int connected = 0;
    for (int i = 0; i < 100_000; i++) {
      net.inject(STRANGER + i / 50_000, 1024 + i % 50_000, server, 80, TcpHeader.SYN, i * 7919, 0);
      if (i % 1000 == 999) {
        StackSocket socket = client.connect(server, 80);
        net.run();
        connected += socket.state() == TcpState.ESTABLISHED ? 1 : 0;
        assertThat(listener.accept()).isNotNull();
      }
      if (i % 100 == 99) {
        net.run();
      }
    }
    assertThat(connected).isEqualTo(100);
    assertThat(server.count("Tcp.Embryos")).isEqualTo(4096);
    assertThat(listener.acceptQueue()).isZero();
    net.advance(64 * SECOND);
    assertThat(server.count("Tcp.Embryos")).isZero();
    assertThat(net.outstanding()).isZero();
  }

  @Test
  void aForgedFinalAckIsAnsweredWithResetWhetherOrNotCookiesAreInUse() throws Exception {
    server.listen(80, 100);
    net.inject(STRANGER, 5000, server, 80, TcpHeader.ACK, 101, 77777);
    net.run();
    assertThat(net.lastTo(STRANGER).flags()).isEqualTo(TcpHeader.RST);
    assertThat(net.lastTo(STRANGER).sequence()).isEqualTo(77777);
    assertThat(server.count("TcpExt.SyncookiesFailed")).isZero();
    server.settings("synCookies", "always");
    syn(5001, 1);
    net.inject(STRANGER, 5000, server, 80, TcpHeader.ACK, 101, 77777);
    net.run();
    assertThat(server.count("TcpExt.SyncookiesFailed")).isEqualTo(1);
    assertThat(server.count("Tcp.Connections")).isZero();
  }

  @Test
  void closingTheListenerResetsEmbryosAndUnacceptedConnectionsButNotAcceptedOnes()
      throws Exception {
    StackListener listener = server.listen(80, 100);
    List<StackSocket> sockets = connect(2);
    TcpSocket accepted = listener.accept();
    syn(5000, 100);
    listener.close();
    net.run();
    assertThat(net.lastTo(STRANGER).has(TcpHeader.RST)).isTrue();
    assertThat(sockets.get(1).failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    assertThat(sockets.get(0).failure()).isNull();
    accepted.write(ByteBuffer.allocate(3));
    net.run();
    assertThat(sockets.get(0).available()).isEqualTo(3);
    assertThat(server.count("Tcp.Embryos")).isZero();
    assertThat(server.endpoints.sockets()).containsExactly((StackSocket) accepted);
    assertThat(client.connect(server, 80)).isNotNull();
    net.run();
    assertThat(server.dropped(DropReason.TCP_NO_SOCKET)).isEqualTo(1);
  }

  @Test
  void aRepeatedSynIsAnsweredAtOnceAndADifferentOneWithAChallengeAck() throws Exception {
    server.listen(80, 100);
    syn(5000, 100);
    int iss = net.lastTo(STRANGER).sequence();
    syn(5000, 100);
    assertThat(net.lastTo(STRANGER).flags()).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
    assertThat(net.lastTo(STRANGER).sequence()).isEqualTo(iss);
    syn(5000, 500);
    assertThat(net.lastTo(STRANGER).flags()).isEqualTo(TcpHeader.ACK);
    assertThat(net.lastTo(STRANGER).acknowledgment()).isEqualTo(101);
    assertThat(queues().synQueue()).isEqualTo(1);
    net.inject(STRANGER, 5000, server, 80, TcpHeader.RST, 101, 0);
    net.run();
    assertThat(queues().synQueue()).isZero();
  }

  @Test
  void theLimitOfConnectionsDropsSynsAndFailsLocalConnects() throws Exception {
    server.settings("maxConnections", 2);
    StackListener listener = server.listen(80, 100);
    List<StackSocket> sockets = connect(3);
    assertThat(sockets.get(1).state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(sockets.get(2).state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(server.dropped(DropReason.TCP_CONNECTION_LIMIT)).isEqualTo(1);
    client.listen(90, 10);
    StackSocket local = server.connect(client, 90);
    net.run();
    assertThat(local.failure().error()).isEqualTo(TcpError.LIMIT_REACHED);
    listener.accept().abort();
    net.advance(SECOND);
    assertThat(sockets.get(2).state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void theLimitPerPeerCountsWhatIsOpenAlreadyWhenItIsSet() throws Exception {
    TestLane other = net.lane("10.0.0.3");
    StackListener listener = server.listen(80, 100);
    List<StackSocket> sockets = connect(2);
    server.settings("maxConnectionsPerPeer", 2);
    StackSocket third = client.connect(server, 80);
    StackSocket stranger = other.connect(server, 80);
    net.run();
    assertThat(third.state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(stranger.state()).isEqualTo(TcpState.ESTABLISHED);
    sockets.get(0).abort();
    net.advance(SECOND);
    assertThat(third.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(listener.acceptQueue()).isEqualTo(4);
  }

  @Test
  void aPacketThatPretendsToComeFromTheListenerItselfOpensNothing() throws Exception {
    server.listen(80, 100);
    net.inject(server.ipv4, 80, server, 80, TcpHeader.SYN, 1, 0);
    net.run();
    assertThat(server.dropped(DropReason.TCP_ADDRESS)).isEqualTo(1);
    assertThat(net.sent).hasSize(1);
  }

  @Test
  void listenersThatShareAPortAllGetConnections() throws Exception {
    List<StackListener> shared = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      StackListener listener = server.endpoints.newListener();
      listener.option(TcpOption.REUSE_PORT, true);
      listener.bind(new io.karavel.address.IpEndpoint(IpAddress.ANY, 80));
      listener.listen(1000);
      shared.add(listener);
    }
    connect(200);
    assertThat(shared.stream().mapToInt(StackListener::acceptQueue).sum()).isEqualTo(200);
    assertThat(shared).allMatch(listener -> listener.acceptQueue() > 20);
  }

  @Test
  void initialSequenceNumbersDifferFromConnectionToConnection() throws Exception {
    server.listen(80, 100);
    connect(20);
    Set<Integer> numbers = new HashSet<>();
    net.sent.stream()
        .filter(s -> s.has(TcpHeader.SYN) && s.from() == server.ipv4)
        .forEach(s -> numbers.add(s.sequence()));
    assertThat(numbers).hasSize(20);
  }

  @Test
  void malformedSegmentsAreDroppedAndCounted() throws Exception {
    server.listen(80, 100);
    io.karavel.packet.PacketBuffer stub = server.packets.allocate(10);
    stub.append(10);
    server.module.onDatagram(stub);
    assertThat(server.dropped(DropReason.TCP_TRUNCATED)).isEqualTo(1);
    io.karavel.packet.PacketBuffer wrong = server.packets.allocate(20);
    int at = wrong.append(20);
    TcpHeader.write(wrong.memory(), at, 5000, 80, 1, 0, 20, TcpHeader.SYN, 100, 0);
    wrong.sourceIpv4(STRANGER);
    wrong.destinationIpv4(server.ipv4);
    server.module.onDatagram(wrong);
    assertThat(server.dropped(DropReason.TCP_CHECKSUM)).isEqualTo(1);
    assertThat(server.count("Tcp.InErrs")).isEqualTo(2);
    assertThat(server.count("Tcp.InCsumErrors")).isEqualTo(1);
    net.inject(STRANGER, 0, server, 80, TcpHeader.SYN, 1, 0);
    net.inject(-1, 5000, server, 80, TcpHeader.SYN, 1, 0);
    net.run();
    assertThat(server.dropped(DropReason.TCP_ADDRESS)).isEqualTo(2);
    net.inject(STRANGER, 5000, server, 80, TcpHeader.RST, 1, 0);
    net.run();
    assertThat(server.dropped(DropReason.TCP_STRAY_RST)).isEqualTo(1);
    net.inject(STRANGER, 5000, server, 80, TcpHeader.FIN, 1, 0);
    net.run();
    assertThat(server.dropped(DropReason.TCP_FLAGS)).isEqualTo(1);
    assertThat(server.packets.outstanding()).isZero();
  }
}
