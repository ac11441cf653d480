package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TIME-WAIT records: limits, reopening from outside, reuse from inside, settings. */
class TimeWaitTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  /** Opens and closes a connection; the first named closes first and keeps TIME-WAIT. */
  private StackSocket openAndClose(boolean serverFirst, int localPort) throws Exception {
    StackListener listener =
        server.endpoints.listeners().isEmpty()
            ? server.listen(80, 100)
            : server.endpoints.listeners().iterator().next();
    StackSocket socket = client.endpoints.newSocket();
    if (localPort != 0) {
      socket.option(TcpOption.REUSE_ADDRESS, true);
      socket.bind(new IpEndpoint(IpAddress.ANY, localPort));
    }
    socket.connect(new IpEndpoint(IpAddress.ipv4(server.ipv4), 80));
    net.run();
    StackSocket accepted = (StackSocket) listener.accept();
    (serverFirst ? accepted : socket).close();
    net.run();
    (serverFirst ? socket : accepted).close();
    net.run();
    return socket;
  }

  @Test
  void anOutgoingSynReopensTheTupleOfARecordAtTheServerAndItsNumbersAreBeyondTheOldOnes()
      throws Exception {
    openAndClose(true, 40000);
    assertThat(server.count("Tcp.TimeWaits")).isEqualTo(1);
    int oldEnd =
        net.sent.stream()
            .filter(s -> s.from() == server.ipv4)
            .mapToInt(TestNet.Sent::sequence)
            .reduce(0, (a, b) -> b);
    net.advance(10 * MILLI);
    net.sent.clear();
    StackSocket again = openAndClose(true, 40000);
    assertThat(again.failure()).isNull();
    TestNet.Sent synAck =
        net.sent.stream()
            .filter(s -> s.flags() == (TcpHeader.SYN | TcpHeader.ACK))
            .findFirst()
            .orElseThrow();
    assertThat(Seq.greaterThan(synAck.sequence(), oldEnd)).isTrue();
    assertThat(server.count("Tcp.TimeWaits")).isEqualTo(1);
    assertThat(server.count("TcpExt.TW")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "loopback", "on"})
  void anOutgoingConnectionTakesARecordOverOnlyIfToldSoAndAfterTheDelay(String reuse)
      throws Exception {
    client.settings("timeWaitReuse", reuse);
    openAndClose(false, 40000);
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(999 * MILLI);
    StackSocket early = client.endpoints.newSocket();
    early.option(TcpOption.REUSE_ADDRESS, true);
    early.bind(new IpEndpoint(IpAddress.ANY, 40000));
    early.connect(new IpEndpoint(IpAddress.ipv4(server.ipv4), 80));
    net.run();
    assertThat(early.failure().error()).isEqualTo(TcpError.ADDRESS_IN_USE);
    net.advance(MILLI);
    StackSocket later = client.endpoints.newSocket();
    later.option(TcpOption.REUSE_ADDRESS, true);
    later.bind(new IpEndpoint(IpAddress.ANY, 40000));
    later.connect(new IpEndpoint(IpAddress.ipv4(server.ipv4), 80));
    net.run();
    if (reuse.equals("on")) {
      assertThat(later.state()).isEqualTo(TcpState.ESTABLISHED);
      assertThat(client.count("TcpExt.TWRecycled")).isEqualTo(1);
      assertThat(client.count("Tcp.TimeWaits")).isZero();
    } else {
      assertThat(later.failure().error()).isEqualTo(TcpError.ADDRESS_IN_USE);
    }
  }

  @Test
  void beyondTheLimitTimeWaitIsSkippedAndCounted() throws Exception {
    client.settings("maxTimeWait", 2);
    for (int i = 0; i < 4; i++) {
      openAndClose(false, 0);
    }
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(2);
    assertThat(client.count("TcpExt.TCPTimeWaitOverflow")).isEqualTo(2);
    assertThat(client.endpoints.sockets()).isEmpty();
  }

  @Test
  void aShorterTimeEndsTheRecordsThatAreOlderOnTheNextTurn() throws Exception {
    openAndClose(false, 0);
    net.advance(20 * SECOND);
    openAndClose(false, 0);
    client.settings("timeWaitSeconds", 10);
    net.advance(MILLI);
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(10 * SECOND);
    assertThat(client.count("Tcp.TimeWaits")).isZero();
  }

  @Test
  void aRepeatedFinIsAcknowledgedAgainAndRestartsTheTime() throws Exception {
    client.settings("timestamps", false);
    openAndClose(false, 40000);
    TestNet.Sent fin =
        net.sent.stream()
            .filter(s -> s.from() == server.ipv4 && s.has(TcpHeader.FIN))
            .findFirst()
            .orElseThrow();
    net.advance(50 * SECOND);
    net.sent.clear();
    // the server has forgotten the connection: its RST would end the record
    net.loses = segment -> segment.to() == server.ipv4;
    net.inject(
        server.ipv4,
        80,
        client,
        40000,
        TcpHeader.FIN | TcpHeader.ACK,
        fin.sequence(),
        fin.acknowledgment());
    net.run();
    net.advance(59 * SECOND);
    assertThat(client.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(SECOND);
    assertThat(client.count("Tcp.TimeWaits")).isZero();
  }

  @Test
  void anExactResetEndsARecordUnlessRfc1337IsInForce() throws Exception {
    for (boolean protectedRecord : new boolean[] {false, true}) {
      client.settings("rfc1337", protectedRecord);
      openAndClose(false, 0);
      TestNet.Sent last = net.lastTo(server.ipv4);
      net.inject(server.ipv4, 80, client, last.fromPort(), TcpHeader.RST, last.acknowledgment(), 0);
      net.run();
      assertThat(client.count("Tcp.TimeWaits")).isEqualTo(protectedRecord ? 1 : 0);
    }
  }

  @Test
  void aSynThatIsRefusedAtALimitLeavesTheRecordWhereItIs() throws Exception {
    openAndClose(true, 40000);
    server.settings("maxConnections", 1);
    StackSocket filler = client.connect(server, 80);
    net.run();
    assertThat(filler.state()).isEqualTo(TcpState.ESTABLISHED);
    net.advance(10 * MILLI);
    StackSocket again = client.endpoints.newSocket();
    again.option(TcpOption.REUSE_ADDRESS, true);
    again.bind(new IpEndpoint(IpAddress.ANY, 40000));
    again.connect(new IpEndpoint(IpAddress.ipv4(server.ipv4), 80));
    net.run();
    assertThat(again.state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(server.count("Tcp.TimeWaits")).isEqualTo(1);
    filler.abort();
    net.advance(SECOND);
    assertThat(again.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(server.count("Tcp.TimeWaits")).isZero();
  }

  @Test
  void aSynThatIsRefusedAtALimitChangesNothingOfWhatIsToldOfTheOldConnection() throws Exception {
    StackListener listener = server.listen(80, 100);
    StackSocket connector = client.connect(server, 80);
    net.run();
    StackSocket accepted = (StackSocket) listener.accept();
    accepted.shutdownOutput();
    net.run();
    connector.close();
    net.run();
    TcpExplanation why = server.module.why(accepted.id());
    assertThat(why.connection().state()).isEqualTo(TcpState.TIME_WAIT);
    int port = accepted.remote().port();
    int beyond =
        net.sent.stream()
                .filter(sent -> sent.from() == client.ipv4)
                .mapToInt(TestNet.Sent::sequence)
                .reduce(0, (a, b) -> b)
            + 100_000;
    client.connect(server, 80);
    net.run();
    server.settings("maxConnections", 1);
    net.run();
    net.inject(client.ipv4, port, server, 80, TcpHeader.SYN, beyond, 0);
    net.run();
    assertThat(server.count("TcpExt.ListenDrops")).isEqualTo(1);
    assertThat(accepted.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(server.module.why(accepted.id())).isEqualTo(why);
    net.advance(61 * SECOND);
    assertThat(server.module.why(accepted.id()).cause()).isEqualTo(TcpCause.TIME_WAIT);
    assertThat(accepted.state()).isEqualTo(TcpState.CLOSED);
  }

  @Test
  void recordsAreListedAndCanBeKilledByNumber() throws Exception {
    StackSocket socket = openAndClose(false, 0);
    assertThat(client.module.info(socket.id()).state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(client.module.info(socket.id()).timer()).isEqualTo("time-wait");
    assertThat(client.module.info(socket.id()).timerNanos()).isEqualTo(60 * SECOND);
    assertThat(client.module.kill(socket.id(), true)).isTrue();
    assertThat(client.count("Tcp.TimeWaits")).isZero();
  }

  @Test
  void timeWaitReuseDelayMillisTakesEffectOnRecordsThatExist() throws Exception {
    client.settings("timeWaitReuse", "on");
    openAndClose(false, 40000);
    net.advance(10 * MILLI);
    assertThat(connectAgain().failure().error()).isEqualTo(TcpError.ADDRESS_IN_USE);
    client.settings("timeWaitReuse", "on", "timeWaitReuseDelayMillis", 10);
    assertThat(connectAgain().state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(client.count("TcpExt.TWRecycled")).isEqualTo(1);
  }

  private StackSocket connectAgain() throws Exception {
    StackSocket socket = client.endpoints.newSocket();
    socket.option(TcpOption.REUSE_ADDRESS, true);
    socket.bind(new IpEndpoint(IpAddress.ANY, 40000));
    socket.connect(new IpEndpoint(IpAddress.ipv4(server.ipv4), 80));
    net.run();
    return socket;
  }
}
