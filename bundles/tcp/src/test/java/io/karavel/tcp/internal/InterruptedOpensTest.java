package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.Handover;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connect in whose middle IP throws or hangs. */
class InterruptedOpensTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private static void crash() {
    throw new IllegalStateException("crash");
  }

  private static void expectTold(StackSocket socket) {
    assertThat(socket.state()).isEqualTo(TcpState.CLOSED);
    assertThat(socket.isOver()).isTrue();
    assertThat(socket.failure().error()).isEqualTo(TcpError.CONNECTION_ABORTED);
    assertThat(socket.failure()).hasMessageContaining("while this connection was opened");
  }

  private void expectOthersGoOn() throws Exception {
    client.ip.whileRouting = () -> {};
    StackSocket next = client.connect(server, 80);
    net.run();
    assertThat(next.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWasConnectingWhenIpThrewIsTold(boolean waitsForIp) throws Exception {
    server.listen(80, 10);
    client.ip.whileRouting = InterruptedOpensTest::crash;
    if (waitsForIp) {
      client.ipSlot.set(null);
    }
    StackSocket socket = client.connect(server, 80);
    if (waitsForIp) {
      net.run();
      client.ipSlot.set(client.ip);
    }
    assertThatThrownBy(net::run).hasMessage("crash");
    net.run();
    expectTold(socket);
    expectOthersGoOn();
  }

  @Test
  void whoWasConnectingWhenTheLaneHungInIpIsToldByTheNextModule() throws Exception {
    server.listen(80, 10);
    Handover[] said = {null};
    client.ip.whileRouting =
        () -> {
          said[0] = client.module.export();
          crash();
        };
    StackSocket socket = client.connect(server, 80);
    assertThatThrownBy(net::run).hasMessage("crash");
    client.leave();
    client.keep(said[0]);
    client.arrive();
    expectTold(socket);
    expectOthersGoOn();
  }

  @Test
  void aConnectBeyondTheLimitIsToldWhichItIs() throws Exception {
    server.listen(80, 10);
    client.settings("maxConnections", 2, "maxConnectionsPerPeer", 1);
    client.connect(server, 80);
    net.run();
    StackSocket second = client.connect(server, 80);
    net.run();
    assertThat(second.failure())
        .hasMessageContaining("maxConnectionsPerPeer = 1 is reached with 10.0.0.2");
    client.settings("maxConnections", 1, "maxConnectionsPerPeer", 1);
    StackSocket third = client.connect(server, 80);
    net.run();
    assertThat(third.failure()).hasMessageContaining("maxConnections = 1 is reached");
  }
}
