package io.karavel.scripts.sockets;

import static io.karavel.scripts.sockets.Bsd.ACK;
import static io.karavel.scripts.sockets.Bsd.PEER;
import static io.karavel.scripts.sockets.Bsd.PEER_PORT;
import static io.karavel.scripts.sockets.Bsd.RST;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.testkit.Errno;
import io.karavel.testkit.SocketDriver;
import io.karavel.testkit.StackHarness;
import org.junit.jupiter.api.Test;

/** connect, shutdown and their errors, as Linux has them. */
class ConnectCallTest {
  private static final int EVERYTHING_OVER =
      SocketDriver.POLLIN | SocketDriver.POLLOUT | SocketDriver.POLLHUP | SocketDriver.POLLRDHUP;

  private final Bsd bsd = new Bsd();
  private final SocketDriver driver = bsd.driver;

  @Test
  void aConnectThatFailedTellsItOnceAndTheNextOneBeginsAnew() {
    int socket = bsd.connecting();
    bsd.arrives(RST | ACK, "");
    assertThat(driver.poll(socket)).isEqualTo(EVERYTHING_OVER | SocketDriver.POLLERR);
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.ECONNREFUSED.result());
    assertThat(driver.poll(socket)).isEqualTo(SocketDriver.POLLOUT | SocketDriver.POLLHUP);
    assertThat(driver.getsockname(socket).port()).isEqualTo(Bsd.LOCAL_PORT);
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.EINPROGRESS.result());
    assertThat(bsd.sent().sourcePort()).isEqualTo(Bsd.LOCAL_PORT);
  }

  @Test
  void aFailureThatSoErrorHasToldIsAnAbortedConnectAfterwards() {
    int socket = bsd.connecting();
    bsd.arrives(RST | ACK, "");
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 4))
        .isEqualTo(Errno.ECONNREFUSED.number());
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.ECONNABORTED.result());
  }

  @Test
  void whatIsKnownAtOnceIsToldAtOnceAndTheSocketIsAsBefore() {
    SocketDriver driver = StackHarness.builder().addresses("10.77.0.2/24").build().driver();
    int socket = driver.socket();
    int nowhere = IpAddress.parse("192.0.2.1").ipv4Bits();
    assertThat(driver.connect(socket, nowhere, 80)).isEqualTo(Errno.ENETUNREACH.result());
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 4)).isZero();
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.EINPROGRESS.result());
  }

  @Test
  void aListenerIsConnectedAlready() {
    assertThat(driver.connect(bsd.listener(1), PEER, PEER_PORT)).isEqualTo(Errno.EISCONN.result());
  }

  @Test
  void whileConnectingReadsAndWritesWouldBlock() {
    int socket = bsd.connecting();
    assertThat(driver.poll(socket)).isZero();
    assertThat(bsd.read(socket, 1, 0)).isEqualTo("EAGAIN");
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.EAGAIN.result());
    assertThat(driver.getpeername(socket)).isNull();
    assertThat(driver.ioctl(socket, SocketDriver.SIOCINQ)).isZero();
    assertThat(driver.ioctl(socket, SocketDriver.SIOCOUTQ)).isZero();
    bsd.accepts();
    assertThat(driver.poll(socket)).isEqualTo(SocketDriver.POLLOUT);
    assertThat(driver.getpeername(socket).port()).isEqualTo(PEER_PORT);
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isZero();
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.EISCONN.result());
  }

  @Test
  void shutdownWhileConnectingEndsTheAttemptWithoutAWord() {
    int socket = bsd.connecting();
    assertThat(driver.shutdown(socket, SocketDriver.SHUT_WR)).isZero();
    assertThat(driver.poll(socket))
        .isEqualTo(SocketDriver.POLLOUT | SocketDriver.POLLHUP | SocketDriver.POLLERR);
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 4))
        .isEqualTo(Errno.ECONNRESET.number());
    assertThat(driver.shutdown(socket, SocketDriver.SHUT_WR)).isEqualTo(Errno.ENOTCONN.result());
    bsd.after(10_000);
    assertThat(bsd.allSent()).isEmpty();
  }

  @Test
  void shutdownOfAListenerForReadingEndsItAndForWritingDoesNothing() {
    int listener = bsd.listener(5);
    assertThat(bsd.syn(PEER_PORT)).isNotNull();
    assertThat(driver.shutdown(listener, SocketDriver.SHUT_WR)).isZero();
    assertThat(bsd.allSent()).isEmpty();
    assertThat(driver.shutdown(listener, SocketDriver.SHUT_RD)).isZero();
    assertThat(bsd.sent().has(RST)).isTrue();
    assertThat(driver.accept(listener)).isEqualTo(Errno.EINVAL.result());
    assertThat(driver.listen(listener, 5)).isZero();
    assertThat(driver.getsockname(listener).port()).isEqualTo(Bsd.LOCAL_PORT);
  }

  @Test
  void shutdownOfNothingIsRefused() {
    int socket = driver.socket();
    assertThat(driver.shutdown(socket, SocketDriver.SHUT_WR)).isEqualTo(Errno.ENOTCONN.result());
    int connected = bsd.accepted();
    assertThat(driver.shutdown(connected, 3)).isEqualTo(Errno.EINVAL.result());
    bsd.arrives(RST, "");
    assertThat(driver.shutdown(connected, SocketDriver.SHUT_RDWR))
        .isEqualTo(Errno.ENOTCONN.result());
  }

  @Test
  void connectToNoFamilyResetsAndTheSocketConnectsAgain() {
    int socket = bsd.connecting();
    bsd.accepts();
    assertThat(driver.disconnect(socket)).isZero();
    assertThat(bsd.sent().has(RST)).isTrue();
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.EINPROGRESS.result());
  }
}
