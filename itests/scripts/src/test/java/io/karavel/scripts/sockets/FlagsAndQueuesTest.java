package io.karavel.scripts.sockets;

import static io.karavel.scripts.sockets.Bsd.ACK;
import static io.karavel.scripts.sockets.Bsd.FIN;
import static io.karavel.scripts.sockets.Bsd.RST;
import static io.karavel.testkit.SocketDriver.IPPROTO_TCP;
import static io.karavel.testkit.SocketDriver.MSG_MORE;
import static io.karavel.testkit.SocketDriver.MSG_PEEK;
import static io.karavel.testkit.SocketDriver.MSG_TRUNC;
import static io.karavel.testkit.SocketDriver.SIOCINQ;
import static io.karavel.testkit.SocketDriver.SIOCOUTQ;
import static io.karavel.testkit.SocketDriver.SIOCOUTQNSD;
import static io.karavel.testkit.SocketDriver.SOL_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Errno;
import io.karavel.testkit.SocketDriver;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import org.junit.jupiter.api.Test;

/** Flags of recv and send, ioctl, options with their defaults, backlog and deferred accept. */
class FlagsAndQueuesTest {
  private static final int TCP_DEFER_ACCEPT = 9;

  private final Bsd bsd = new Bsd();
  private final SocketDriver driver = bsd.driver;

  @Test
  void peekLeavesTheBytesAndTruncThrowsThemAway() {
    int socket = bsd.accepted();
    bsd.arrives(ACK, "abcdef");
    assertThat(bsd.read(socket, 3, MSG_PEEK)).isEqualTo("abc");
    assertThat(driver.ioctl(socket, SIOCINQ)).isEqualTo(6);
    assertThat(driver.recv(socket, new byte[2], 0, 2, MSG_TRUNC)).isEqualTo(2);
    assertThat(bsd.read(socket, 9, MSG_PEEK)).isEqualTo("cdef");
    assertThat(bsd.read(socket, 9, 0)).isEqualTo("cdef");
    assertThat(bsd.read(socket, 9, MSG_PEEK)).isEqualTo("EAGAIN");
    assertThat(driver.ioctl(socket, SIOCINQ)).isZero();
    bsd.arrives(ACK | FIN, "");
    assertThat(driver.ioctl(socket, SIOCINQ)).isZero();
    assertThat(bsd.read(socket, 9, MSG_PEEK)).isEmpty();
  }

  @Test
  void moreHoldsAPartialSegmentUntilWhatFollows() {
    int socket = bsd.accepted();
    bsd.write(socket, "head", MSG_MORE);
    assertThat(bsd.allSent()).isEmpty();
    bsd.write(socket, "tail", 0);
    assertThat(bsd.sent().payload()).hasSize(8);
    bsd.write(socket, "next", 0);
    assertThat(driver.ioctl(socket, SIOCOUTQ)).isEqualTo(12);
  }

  @Test
  void theOutputQueueCountsWhatIsUnacknowledgedWithTheFin() {
    int socket = bsd.accepted();
    assertThat(driver.ioctl(socket, SIOCOUTQ)).isZero();
    bsd.write(socket, "x".repeat(20_000), 0);
    int sent = bsd.allSent().stream().mapToInt(p -> p.payload().length).sum();
    assertThat(driver.ioctl(socket, SIOCOUTQ)).isEqualTo(20_000);
    assertThat(driver.ioctl(socket, SIOCOUTQNSD)).isEqualTo(20_000 - sent);
    driver.shutdown(socket, SocketDriver.SHUT_WR);
    assertThat(driver.ioctl(socket, SIOCOUTQ)).isEqualTo(20_001);
    assertThat(driver.ioctl(socket, SIOCOUTQNSD)).isEqualTo(20_001 - sent);
    for (int i = 0; i < 10; i++) {
      bsd.acknowledged +=
          bsd.allSent().stream().mapToInt(p -> p.payload().length + (p.has(FIN) ? 1 : 0)).sum()
              + (i == 0 ? sent : 0);
      bsd.arrives(ACK, "");
    }
    assertThat(driver.ioctl(socket, SIOCOUTQ)).isZero();
    assertThat(driver.tcpInfoFields(socket)).containsEntry("tcpi_state", 5L);
  }

  @Test
  void aListenerHasNoQueuesOfBytes() {
    int listener = bsd.listener(1);
    assertThat(driver.ioctl(listener, SIOCINQ)).isEqualTo(Errno.EINVAL.result());
    assertThat(driver.ioctl(listener, SIOCOUTQ)).isEqualTo(Errno.EINVAL.result());
    assertThat(driver.ioctl(driver.socket(), 1)).isEqualTo(Errno.ENOTTY.result());
  }

  @Test
  void oneConnectionMoreThanTheBacklogMayWait() {
    int listener = bsd.listener(0);
    assertThat(bsd.handshake(4001)).isTrue();
    assertThat(bsd.handshake(4002)).isFalse();
    assertThat(driver.listen(listener, 1)).isZero();
    assertThat(bsd.handshake(4003)).isTrue();
    assertThat(bsd.handshake(4004)).isFalse();
    assertThat(driver.accept(listener)).isPositive();
    assertThat(driver.accept(listener)).isPositive();
    assertThat(driver.accept(listener)).isEqualTo(Errno.EAGAIN.result());
  }

  @Test
  void aDeferredAcceptWaitsForTheFirstData() {
    int listener = bsd.listener(5);
    assertThat(driver.setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5)).isZero();
    assertThat(driver.getsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT)).isEqualTo(7);
    assertThat(bsd.handshake(Bsd.PEER_PORT)).isTrue();
    assertThat(driver.accept(listener)).isEqualTo(Errno.EAGAIN.result());
    // nothing is repeated while the client's data may still come
    bsd.after(2_900);
    assertThat(bsd.allSent()).isEmpty();
    bsd.arrives(ACK, "request");
    int socket = driver.accept(listener);
    assertThat(bsd.read(socket, 20, 0)).isEqualTo("request");
    assertThat(bsd.harness.counter("TcpExt.TCPDeferAcceptDrop")).isEqualTo(1);
  }

  @Test
  void aDeferredAcceptOpensWithoutDataWhenItsTimeIsOver() {
    int listener = bsd.listener(5);
    driver.setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3);
    assertThat(bsd.handshake(Bsd.PEER_PORT)).isTrue();
    bsd.after(2_999);
    assertThat(bsd.allSent()).isEmpty();
    bsd.after(1);
    WirePacket again = bsd.sent();
    assertThat(again.has(Bsd.SYN | ACK)).isTrue();
    assertThat(driver.accept(listener)).isEqualTo(Errno.EAGAIN.result());
    bsd.arrives(ACK, "");
    assertThat(driver.accept(listener)).isPositive();
  }

  @Test
  void aClientThatSaysNothingMoreIsForgottenAfterTheUsualRetries() {
    Bsd few = new Bsd(StackHarness.builder().tcp("synAckRetries", 2).build());
    int listener = few.listener(5);
    few.driver.setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
    assertThat(few.handshake(Bsd.PEER_PORT)).isTrue();
    few.after(6_999);
    assertThat(few.allSent()).hasSize(2);
    assertThat(few.harness.connections(c -> c.remote() != null)).hasSize(1);
    few.after(1);
    assertThat(few.harness.connections(c -> c.remote() != null)).isEmpty();
    assertThat(few.allSent()).isEmpty();
  }

  @Test
  void optionsTellTheirDefaultsAndWhatWasSet() {
    int socket = driver.socket();
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 4)).isEqualTo(7200);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 5)).isEqualTo(75);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 6)).isEqualTo(10);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 7)).isEqualTo(5);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 8)).isEqualTo(60);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 2)).isEqualTo(536);
    assertThat(driver.getsockopt(socket, IPPROTO_TCP, 1)).isZero();
    assertThat(driver.getsockopt(socket, SOL_SOCKET, 3)).isEqualTo(1);
    assertThat(driver.getsockopt(socket, SOL_SOCKET, 30)).isZero();
    assertThat(driver.setsockopt(socket, SOL_SOCKET, 8, 10_000)).isZero();
    assertThat(driver.getsockopt(socket, SOL_SOCKET, 8)).isEqualTo(20_000);
    assertThat(driver.setsockopt(socket, SOL_SOCKET, 3, 1)).isEqualTo(Errno.ENOPROTOOPT.result());
    assertThat(driver.setsockopt(socket, IPPROTO_TCP, 2, 40)).isEqualTo(Errno.EINVAL.result());
    assertThat(driver.getsockopt(bsd.listener(1), SOL_SOCKET, 30)).isEqualTo(1);
    assertThat(driver.getCongestionControl(socket)).isNotEmpty();
  }

  @Test
  void lingerZeroResetsAndWithoutItTheFinGoes() {
    int socket = bsd.accepted();
    assertThat(driver.setLinger(socket, true, 0)).isZero();
    assertThat(driver.close(socket)).isZero();
    assertThat(bsd.sent().has(RST)).isTrue();
    assertThat(driver.close(socket)).isEqualTo(Errno.EBADF.result());
  }

  @Test
  void infoTellsWhatLinuxTells() {
    int socket = bsd.accepted();
    bsd.write(socket, "x".repeat(3000), 0);
    assertThat(driver.tcpInfoFields(socket))
        .containsEntry("tcpi_state", 1L)
        .containsEntry("tcpi_ca_state", 0L)
        .containsEntry("tcpi_snd_cwnd", 10L)
        .containsEntry("tcpi_snd_mss", 536L)
        .containsEntry("tcpi_unacked", 6L)
        .containsEntry("tcpi_snd_ssthresh", 0x7fff_ffffL)
        .containsEntry("tcpi_rto", 200_000L)
        .containsEntry("tcpi_options", 0L);
    bsd.allSent();
    bsd.after(200);
    assertThat(driver.tcpInfoFields(socket))
        .containsEntry("tcpi_ca_state", 4L)
        .containsEntry("tcpi_retransmits", 1L)
        .containsEntry("tcpi_backoff", 1L);
    assertThat(driver.tcpInfoFields(driver.socket())).containsEntry("tcpi_state", 7L);
  }
}
