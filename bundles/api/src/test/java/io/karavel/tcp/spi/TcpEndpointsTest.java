package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bind rules of the stack, and who listens where. */
class TcpEndpointsTest {
  private static final IpAddress ONE = IpAddress.parse("10.0.0.1");
  private static final IpAddress TWO = IpAddress.parse("10.0.0.2");

  private final QuietMailbox mailbox = new QuietMailbox();
  private final TcpEndpoints endpoints =
      new TcpEndpoints(
          mailbox,
          new RingMemory(1 << 20),
          address -> address.equals(ONE) || address.equals(TWO),
          new Random(1)::nextInt);

  private static IpEndpoint at(IpAddress address, int port) {
    return new IpEndpoint(address, port);
  }

  private StackListener listener(IpAddress address, int port, boolean reuse) throws TcpException {
    StackListener listener = endpoints.newListener();
    listener.option(TcpOption.REUSE_ADDRESS, reuse);
    listener.bind(at(address, port));
    return listener;
  }

  private static void refused(TcpError error, ThrowingCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(TcpException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private interface ThrowingCall {
    void run() throws Exception;
  }

  @Test
  void anAddressThatIsNotOursCannotBeBound() {
    refused(
        TcpError.ADDRESS_NOT_AVAILABLE,
        () -> endpoints.newSocket().bind(at(IpAddress.parse("10.0.0.9"), 80)));
  }

  @Test
  void anAddressInUseIsRefusedAndFreeAgainAfterClose() throws Exception {
    StackSocket first = endpoints.newSocket();
    first.bind(at(ONE, 80));
    refused(TcpError.ADDRESS_IN_USE, () -> endpoints.newSocket().bind(at(ONE, 80)));
    refused(TcpError.ADDRESS_IN_USE, () -> endpoints.newSocket().bind(at(IpAddress.ANY, 80)));
    first.close();
    endpoints.newSocket().bind(at(ONE, 80));
  }

  @Test
  void differentSpecificAddressesNeverConflict() throws Exception {
    listener(ONE, 80, false).listen(1);
    listener(TWO, 80, false).listen(1);
    refused(TcpError.ADDRESS_IN_USE, () -> listener(IpAddress.ANY, 80, false));
  }

  @Test
  void reuseAddressBindsOverConnectionsButNotOverAListener() throws Exception {
    endpoints.hold(ONE.ipv4Bits(), 80);
    refused(TcpError.ADDRESS_IN_USE, () -> listener(ONE, 80, false));
    refused(TcpError.ADDRESS_IN_USE, () -> listener(IpAddress.ANY, 80, false));
    listener(TWO, 80, false).close();
    StackListener over = listener(ONE, 80, true);
    over.listen(1);
    refused(TcpError.ADDRESS_IN_USE, () -> listener(ONE, 80, true));
    refused(TcpError.ADDRESS_IN_USE, () -> listener(IpAddress.ANY, 80, true));
    over.close();
    endpoints.letGo(ONE.ipv4Bits(), 80);
    listener(ONE, 80, false);
  }

  @Test
  void reuseAddressSharesABoundPortUntilOneListens() throws Exception {
    StackListener first = listener(ONE, 80, true);
    StackListener second = listener(ONE, 80, true);
    first.listen(5);
    refused(TcpError.ADDRESS_IN_USE, () -> second.listen(5));
    assertThat(first.backlog()).isEqualTo(5);
    assertThat(second.backlog()).isZero();
  }

  @Test
  void reusePortSharesAPortAmongListenersThatAllSaySo() throws Exception {
    Set<StackListener> chosen = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      StackListener listener = endpoints.newListener();
      listener.option(TcpOption.REUSE_PORT, true);
      listener.bind(at(IpAddress.ANY, 80));
      listener.listen(10);
    }
    refused(TcpError.ADDRESS_IN_USE, () -> listener(IpAddress.ANY, 80, false));
    for (int hash = 0; hash < 30; hash++) {
      StackListener listener = endpoints.listenerFor(ONE.ipv4Bits(), 80, hash * 0x61c88647);
      assertThat(endpoints.listenerFor(ONE.ipv4Bits(), 80, hash * 0x61c88647)).isSameAs(listener);
      chosen.add(listener);
    }
    assertThat(chosen).hasSize(3);
  }

  @Test
  void aListenerAtTheSpecificAddressGoesBeforeOneAtTheWildcard() throws Exception {
    StackListener any = endpoints.newListener();
    any.option(TcpOption.REUSE_PORT, true);
    any.bind(at(IpAddress.ANY, 80));
    any.listen(1);
    StackListener one = endpoints.newListener();
    one.option(TcpOption.REUSE_PORT, true);
    one.bind(at(ONE, 80));
    one.listen(1);
    assertThat(endpoints.listenerFor(ONE.ipv4Bits(), 80, 7)).isSameAs(one);
    assertThat(endpoints.listenerFor(TWO.ipv4Bits(), 80, 7)).isSameAs(any);
    assertThat(endpoints.listenerFor(ONE.ipv4Bits(), 81, 7)).isNull();
    one.close();
    assertThat(endpoints.listenerFor(ONE.ipv4Bits(), 80, 7)).isSameAs(any);
    any.close();
    assertThat(endpoints.listenerFor(ONE.ipv4Bits(), 80, 7)).isNull();
  }

  @Test
  void portZeroTakesEveryFreeEphemeralPortOnceAndThenSaysThatThereIsNone() throws Exception {
    endpoints.ephemeralPorts(50_000, 50_009);
    endpoints.newSocket().bind(at(ONE, 50_003));
    endpoints.hold(ONE.ipv4Bits(), 50_004);
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      StackSocket socket = endpoints.newSocket();
      socket.bind(at(ONE, 0));
      ports.add(socket.local().port());
    }
    assertThat(ports)
        .containsExactlyInAnyOrder(50_000, 50_001, 50_002, 50_005, 50_006, 50_007, 50_008, 50_009);
    refused(TcpError.NO_FREE_PORT, () -> endpoints.newSocket().bind(at(ONE, 0)));
  }

  @Test
  void bindingTwiceOrAfterCloseIsRefused() throws Exception {
    StackSocket socket = endpoints.newSocket();
    socket.bind(at(ONE, 80));
    refused(TcpError.ALREADY_CONNECTED, () -> socket.bind(at(ONE, 81)));
    socket.close();
    refused(TcpError.CLOSED, () -> socket.bind(at(ONE, 82)));
  }

  @Test
  void aListenerMustBeBoundAndItsBacklogPositive() {
    StackListener listener = endpoints.newListener();
    refused(TcpError.NOT_CONNECTED, () -> listener.listen(1));
    assertThatThrownBy(() -> listener.listen(0)).isInstanceOf(IllegalArgumentException.class);
    refused(TcpError.NOT_CONNECTED, listener::accept);
  }

  @Test
  void sharedPortsAreCountedAndFreedOneByOne() {
    endpoints.hold(1, 80);
    endpoints.hold(1, 80);
    endpoints.letGo(1, 80);
    refused(TcpError.ADDRESS_IN_USE, () -> listener(IpAddress.ANY, 80, false));
    endpoints.letGo(1, 80);
    endpoints.letGo(1, 80);
    assertThat(endpoints.isBound(80)).isFalse();
  }
}
