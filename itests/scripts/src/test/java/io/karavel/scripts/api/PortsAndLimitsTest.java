package io.karavel.scripts.api;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PortsAndLimitsTest {
  private static final IpEndpoint ANY_80 = IpEndpoint.parse("*:80");

  private static void assertRefused(TcpError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(TcpException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  @Test
  void anAddressInUseIsRefusedAndASecondListenerInAnyCase() throws TcpException {
    StackHarness stack = StackHarness.create();
    stack.tcp().listen(ANY_80, 1);
    assertRefused(TcpError.ADDRESS_IN_USE, () -> stack.tcp().listen(ANY_80, 1));
    assertRefused(
        TcpError.ADDRESS_IN_USE,
        () -> stack.tcp().listen(new IpEndpoint(StackHarness.LOCAL, 80), 1));
    assertRefused(
        TcpError.ADDRESS_NOT_AVAILABLE,
        () -> stack.socket().bind(new IpEndpoint(StackHarness.PEER, 80)));
  }

  @Test
  void differentSpecificAddressesNeverConflict() throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.0.0.1/24,10.0.0.2/24").build();
    stack.tcp().listen(IpEndpoint.of("10.0.0.1", 80), 1);
    TcpListener second = stack.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    assertThat(second.local().port()).isEqualTo(80);
  }

  @Test
  void reusePortSharesAPortAmongListeners() throws TcpException {
    StackHarness stack = StackHarness.create();
    for (int i = 0; i < 2; i++) {
      TcpListener listener = stack.listener();
      listener.option(TcpOption.REUSE_PORT, true);
      listener.bind(ANY_80);
      listener.listen(1);
    }
    assertThat(stack.tcp().listeners()).hasSize(2);
  }

  @Test
  void aPortWithConnectionsIsBoundOverWithReuseAddressOnly() {
    PacketScript script = PacketScript.create().openPassively().closeListener();
    StackHarness stack = script.harness();
    script.expectState(ESTABLISHED);
    assertRefused(TcpError.ADDRESS_IN_USE, () -> stack.socket().bind(ANY_80));
    script
        .check(
            s -> {
              try {
                s.harness().tcp().listen(ANY_80, 1);
              } catch (TcpException e) {
                throw new IllegalStateException(e);
              }
            })
        .end();
  }

  @Test
  void aPortInTimeWaitIsBoundOverWithReuseAddressOnly() {
    PacketScript script =
        PacketScript.create()
            .openPassively()
            .closeListener()
            .close()
            .expect("F. 1:1(0) ack 1")
            .inject("F. 1:1(0) ack 2")
            .expect(". 2:2(0) ack 2")
            .expectState(TIME_WAIT);
    assertRefused(TcpError.ADDRESS_IN_USE, () -> script.harness().socket().bind(ANY_80));
    script.after("60s").expectState(CLOSED);
    script.check(
        s -> {
          try {
            s.harness().socket().bind(ANY_80);
          } catch (TcpException e) {
            throw new IllegalStateException(e);
          }
        });
    script.end();
  }

  @Test
  void whenAllEphemeralPortsAreUsedTheConnectFails() throws TcpException {
    StackHarness stack = StackHarness.builder().tcp("ephemeralPorts", "50000-50003").build();
    IpEndpoint remote = new IpEndpoint(StackHarness.PEER, 80);
    for (int i = 0; i < 4; i++) {
      TcpSocket socket = stack.tcp().connect(remote);
      stack.settle();
      assertThat(socket.failure()).isNull();
    }
    TcpSocket fifth = stack.tcp().connect(remote);
    stack.settle();
    assertThat(fifth.failure().error()).isEqualTo(TcpError.NO_FREE_PORT);
    TcpSocket elsewhere = stack.tcp().connect(new IpEndpoint(StackHarness.PEER, 81));
    stack.settle();
    assertThat(elsewhere.failure()).isNull();
  }

  @Test
  void atTheLimitOfConnectionsSynsAreDroppedAndConnectsFail() throws TcpException {
    StackHarness stack = StackHarness.builder().tcp("maxConnections", 1).build();
    PacketScript script = PacketScript.on(stack).openPassively();
    TcpSocket refused = stack.tcp().connect(new IpEndpoint(StackHarness.PEER, 7));
    stack.settle();
    assertThat(refused.failure().error()).isEqualTo(TcpError.LIMIT_REACHED);
    script.flow("second", 40_001).inject("S 0:0(0) win 65535 <mss 1460>").expectNothing();
    script.flow("main", 40_000).expectState(ESTABLISHED).end();
  }

  @Test
  void withoutARouteAConnectFailsAtOnce() throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.77.0.2/24").build();
    TcpSocket socket = stack.tcp().connect(IpEndpoint.of("192.0.2.1", 80));
    stack.settle();
    assertThat(socket.failure().error()).isEqualTo(TcpError.NETWORK_UNREACHABLE);
  }

  @Test
  void connectingTwiceAndUsingAClosedSocketAreRefused() throws TcpException {
    StackHarness stack = StackHarness.create();
    IpEndpoint remote = new IpEndpoint(StackHarness.PEER, 80);
    TcpSocket socket = stack.tcp().connect(remote);
    assertRefused(TcpError.ALREADY_CONNECTED, () -> socket.connect(remote));
    socket.close();
    assertRefused(TcpError.CLOSED, () -> socket.connect(remote));
    assertRefused(
        TcpError.NOT_CONNECTED, () -> stack.socket().write(java.nio.ByteBuffer.allocate(1)));
  }

  @Test
  void aLingeringCloseGoesOnAsAnOrphanWithoutReset() throws TcpException {
    PacketScript script =
        PacketScript.create()
            .openPassively()
            .option(TcpOption.LINGER_SECONDS, 1)
            .close()
            .expect("F. 1:1(0) ack 1");
    TcpSocket socket = script.socket();
    assertThat(socket.awaitClosed(java.time.Duration.ZERO)).isFalse();
    script
        .expectEach("F. 1:1(0) ack 1", "0.2s", "0.6s", "1.4s")
        .inject(". 1:1(0) ack 2")
        .expectNothing();
    assertThat(socket.awaitClosed(java.time.Duration.ZERO)).isTrue();
    script.end();
  }

  @Test
  void maxOrphansResetsWhatIsClosedBeyondIt() {
    PacketScript.on(StackHarness.builder().tcp("maxOrphans", 0).build())
        .openPassively()
        .close()
        .expect("R 1:1(0)")
        .expectState(CLOSED)
        .end();
  }

  @Test
  void maxTimeWaitSkipsTimeWait() {
    PacketScript.on(StackHarness.builder().tcp("maxTimeWait", 0).build())
        .openPassively()
        .close()
        .expect("F. 1:1(0) ack 1")
        .inject("F. 1:1(0) ack 2")
        .expect(". 2:2(0) ack 2")
        .expectState(CLOSED)
        .end();
  }
}
