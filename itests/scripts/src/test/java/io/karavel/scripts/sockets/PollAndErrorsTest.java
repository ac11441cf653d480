package io.karavel.scripts.sockets;

import static io.karavel.scripts.sockets.Bsd.ACK;
import static io.karavel.scripts.sockets.Bsd.FIN;
import static io.karavel.scripts.sockets.Bsd.RST;
import static io.karavel.testkit.SocketDriver.POLLERR;
import static io.karavel.testkit.SocketDriver.POLLHUP;
import static io.karavel.testkit.SocketDriver.POLLIN;
import static io.karavel.testkit.SocketDriver.POLLOUT;
import static io.karavel.testkit.SocketDriver.POLLRDHUP;
import static io.karavel.testkit.SocketDriver.SHUT_RD;
import static io.karavel.testkit.SocketDriver.SHUT_RDWR;
import static io.karavel.testkit.SocketDriver.SHUT_WR;
import static io.karavel.testkit.SocketDriver.SOL_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Errno;
import io.karavel.testkit.SocketDriver;
import org.junit.jupiter.api.Test;

/** Readiness and pending errors in each phase of a life, as Linux's tcp_poll has them. */
class PollAndErrorsTest {
  private static final int OVER = POLLIN | POLLOUT | POLLHUP | POLLRDHUP;
  private static final int SO_ERROR = 4;

  private final Bsd bsd = new Bsd();
  private final SocketDriver driver = bsd.driver;

  @Test
  void aSocketThatIsNothingYetHasHungUp() {
    assertThat(driver.poll(driver.socket())).isEqualTo(POLLOUT | POLLHUP);
  }

  @Test
  void theFinOfThePeerIsReadableAndTheOutputStaysOpen() {
    int socket = bsd.accepted();
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT);
    bsd.arrives(ACK, "ab");
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLOUT);
    bsd.arrives(ACK | FIN, "");
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLRDHUP | POLLOUT);
    assertThat(bsd.read(socket, 5, 0)).isEqualTo("ab");
    assertThat(bsd.read(socket, 5, 0)).isEmpty();
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLRDHUP | POLLOUT);
    assertThat(driver.shutdown(socket, SHUT_WR)).isZero();
    assertThat(driver.poll(socket)).isEqualTo(OVER);
  }

  @Test
  void afterShutdownOfTheOutputItCountsAsWritableAndWritingIsABrokenPipe() {
    int socket = bsd.accepted();
    assertThat(driver.shutdown(socket, SHUT_WR)).isZero();
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT);
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.EPIPE.result());
    bsd.acknowledged++;
    bsd.arrives(ACK, "late");
    assertThat(bsd.read(socket, 9, 0)).isEqualTo("late");
    bsd.arrives(ACK | FIN, "");
    assertThat(driver.poll(socket)).isEqualTo(OVER);
    assertThat(driver.getsockopt(socket, SOL_SOCKET, SO_ERROR)).isZero();
  }

  @Test
  void afterShutdownOfTheInputReadsEnd() {
    int socket = bsd.accepted();
    assertThat(driver.shutdown(socket, SHUT_RD)).isZero();
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLRDHUP | POLLOUT);
    assertThat(bsd.read(socket, 5, 0)).isEmpty();
    assertThat(driver.shutdown(socket, SHUT_RDWR)).isZero();
    assertThat(driver.poll(socket)).isEqualTo(OVER);
  }

  @Test
  void aResetIsToldOnceByWhoeverAsksFirst() {
    int socket = bsd.accepted();
    bsd.arrives(RST, "");
    assertThat(driver.poll(socket)).isEqualTo(OVER | POLLERR);
    assertThat(bsd.read(socket, 5, 0)).isEqualTo("ECONNRESET");
    assertThat(driver.poll(socket)).isEqualTo(OVER);
    assertThat(bsd.read(socket, 5, 0)).isEmpty();
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.EPIPE.result());
    assertThat(driver.getsockopt(socket, SOL_SOCKET, SO_ERROR)).isZero();
    assertThat(driver.getpeername(socket)).isNull();
    assertThat(driver.tcpInfoFields(socket)).containsEntry("tcpi_state", 7L);
  }

  @Test
  void whatWasReceivedBeforeTheResetIsReadFirst() {
    int socket = bsd.accepted();
    bsd.arrives(ACK, "ab");
    bsd.arrives(RST, "");
    assertThat(bsd.read(socket, 5, 0)).isEqualTo("ab");
    assertThat(bsd.read(socket, 5, 0)).isEqualTo("ECONNRESET");
    assertThat(bsd.read(socket, 5, 0)).isEmpty();
  }

  @Test
  void aWriteTakesTheErrorTooAndThenThePipeIsBroken() {
    int socket = bsd.accepted();
    bsd.arrives(RST, "");
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.ECONNRESET.result());
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.EPIPE.result());
  }

  @Test
  void aTimeoutIsToldBySoError() {
    int socket = bsd.accepted();
    driver.setsockopt(socket, SocketDriver.IPPROTO_TCP, 18, 1000);
    bsd.write(socket, "x", 0);
    bsd.after(1000);
    assertThat(driver.poll(socket)).isEqualTo(OVER | POLLERR);
    assertThat(driver.getsockopt(socket, SOL_SOCKET, SO_ERROR)).isEqualTo(Errno.ETIMEDOUT.number());
  }

  @Test
  void aConnectionResetInTheAcceptQueueIsAcceptedAndThenTellsIt() {
    int listener = bsd.listener(5);
    assertThat(bsd.handshake(Bsd.PEER_PORT)).isTrue();
    bsd.arrives(RST, "");
    assertThat(driver.poll(listener)).isEqualTo(POLLIN);
    int socket = driver.accept(listener);
    assertThat(socket).isPositive();
    assertThat(bsd.read(socket, 5, 0)).isEqualTo("ECONNRESET");
  }

  @Test
  void aFullSendBufferIsNotWritable() {
    int socket = bsd.accepted();
    driver.setsockopt(socket, SOL_SOCKET, 7, 4096);
    assertThat(bsd.write(socket, "x".repeat(8192), 0)).isEqualTo(4096);
    assertThat(driver.poll(socket)).isZero();
    assertThat(bsd.write(socket, "x", 0)).isEqualTo(Errno.EAGAIN.result());
    bsd.acknowledged += 4096;
    bsd.arrives(ACK, "");
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT);
  }
}
