package io.karavel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A foreign driver as it would be: descriptors, error numbers, raw datagrams, its own clock. */
class SocketDriverTest {
  private static final int LOCAL = StackHarness.LOCAL.ipv4Bits();
  private static final int PEER = StackHarness.PEER.ipv4Bits();
  private static final int PEER_ISN = 1_000;

  private final SocketDriver driver = StackHarness.create().driver();

  private PacketBuilder fromPeer(int sequence, int acknowledgment, int flags) {
    return new PacketBuilder()
        .from(StackHarness.PEER, 4000)
        .to(StackHarness.LOCAL, 80)
        .sequence(sequence)
        .acknowledgment(acknowledgment)
        .flags(flags);
  }

  private WirePacket sent() {
    byte[] datagram = driver.nextPacket();
    return datagram == null ? null : WirePacket.ip(datagram);
  }

  private int accepted() {
    int listener = driver.socket();
    assertThat(driver.bind(listener, 0, 80)).isZero();
    assertThat(driver.listen(listener, 5)).isZero();
    assertThat(driver.accept(listener)).isEqualTo(Errno.EAGAIN.result());
    assertThat(driver.poll(listener)).isZero();
    driver.inject(fromPeer(PEER_ISN, 0, TcpHeader.SYN).tcp());
    WirePacket synAck = sent();
    assertThat(synAck.has(TcpHeader.SYN | TcpHeader.ACK)).isTrue();
    driver.inject(fromPeer(PEER_ISN + 1, synAck.sequenceNumber() + 1, TcpHeader.ACK).tcp());
    assertThat(driver.poll(listener)).isEqualTo(SocketDriver.POLLIN);
    int socket = driver.accept(listener);
    assertThat(socket).isPositive();
    assertThat(driver.getpeername(socket).port()).isEqualTo(4000);
    assertThat(driver.getsockname(socket).port()).isEqualTo(80);
    return socket;
  }

  @Test
  void aServerAcceptsReadsWritesAndCloses() {
    int socket = accepted();
    byte[] buffer = new byte[100];
    assertThat(driver.read(socket, buffer, 0, 100)).isEqualTo(Errno.EAGAIN.result());
    assertThat(driver.poll(socket)).isEqualTo(SocketDriver.POLLOUT);
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    assertThat(driver.write(socket, hello, 0, 5)).isEqualTo(5);
    WirePacket data = sent();
    assertThat(data.payload()).isEqualTo(hello);
    int next = data.sequenceNumber() + 5;
    driver.inject(fromPeer(PEER_ISN + 1, next, TcpHeader.ACK | TcpHeader.FIN).payload(hello).tcp());
    assertThat(driver.poll(socket) & (SocketDriver.POLLIN | SocketDriver.POLLRDHUP))
        .isEqualTo(SocketDriver.POLLIN | SocketDriver.POLLRDHUP);
    assertThat(driver.read(socket, buffer, 0, 100)).isEqualTo(5);
    assertThat(driver.read(socket, buffer, 0, 100)).isZero();
    assertThat(driver.tcpInfo(socket).state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(driver.close(socket)).isZero();
    assertThat(driver.close(socket)).isEqualTo(Errno.EBADF.result());
    WirePacket fin = sent();
    while (!fin.has(TcpHeader.FIN)) {
      fin = sent();
    }
    assertThat(fin.acknowledgmentNumber()).isEqualTo(PEER_ISN + 7);
  }

  @Test
  void aConnectIsInProgressThenAlreadyThenDoneOnce() {
    int socket = driver.socket();
    assertThat(driver.bind(socket, LOCAL, 80)).isZero();
    assertThat(driver.connect(socket, PEER, 4000)).isEqualTo(Errno.EINPROGRESS.result());
    assertThat(driver.connect(socket, PEER, 4000)).isEqualTo(Errno.EALREADY.result());
    assertThat(driver.poll(socket)).isZero();
    WirePacket syn = sent();
    driver.inject(
        fromPeer(PEER_ISN, syn.sequenceNumber() + 1, TcpHeader.SYN | TcpHeader.ACK).tcp());
    assertThat(driver.poll(socket)).isEqualTo(SocketDriver.POLLOUT);
    assertThat(driver.connect(socket, PEER, 4000)).isZero();
    assertThat(driver.connect(socket, PEER, 4000)).isEqualTo(Errno.EISCONN.result());
  }

  @Test
  void aRefusedConnectIsToldBySoErrorOnce() {
    int socket = driver.socket();
    driver.bind(socket, LOCAL, 80);
    driver.connect(socket, PEER, 4000);
    WirePacket syn = sent();
    driver.inject(fromPeer(0, syn.sequenceNumber() + 1, TcpHeader.RST | TcpHeader.ACK).tcp());
    assertThat(driver.poll(socket) & SocketDriver.POLLERR).isNotZero();
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 4))
        .isEqualTo(Errno.ECONNREFUSED.number());
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 4)).isZero();
  }

  @Test
  void aConnectTimesOutOnTheDriversOwnClock() {
    int socket = driver.socket();
    driver.setsockopt(socket, SocketDriver.IPPROTO_TCP, 7, 1);
    driver.connect(socket, PEER, 4000);
    long begin = driver.nowNanos();
    assertThat(driver.nextDeadlineNanos() - begin).isEqualTo(1_000_000_000L);
    driver.advanceTo(begin + 3_000_000_000L);
    assertThat(driver.connect(socket, PEER, 4000)).isEqualTo(Errno.ETIMEDOUT.result());
    assertThat(sent()).isNotNull();
    assertThat(sent()).isNotNull();
    assertThat(sent()).isNull();
  }

  @Test
  void optionsAreSetAndReadByLinuxsNumbers() {
    int socket = accepted();
    assertThat(driver.setsockopt(socket, SocketDriver.SOL_SOCKET, 9, 1)).isZero();
    assertThat(driver.getsockopt(socket, SocketDriver.SOL_SOCKET, 9)).isEqualTo(1);
    assertThat(driver.setsockopt(socket, SocketDriver.IPPROTO_TCP, 4, 0))
        .isEqualTo(Errno.EINVAL.result());
    assertThat(driver.setsockopt(socket, SocketDriver.IPPROTO_TCP, 99, 0))
        .isEqualTo(Errno.ENOPROTOOPT.result());
  }

  @Test
  void wrongCallsSayWhatIsWrong() {
    byte[] one = new byte[1];
    int socket = driver.socket();
    assertThat(driver.read(socket, one, 0, 1)).isEqualTo(Errno.ENOTCONN.result());
    assertThat(driver.write(socket, one, 0, 1)).isEqualTo(Errno.EPIPE.result());
    assertThat(driver.accept(socket)).isEqualTo(Errno.EINVAL.result());
    assertThat(driver.bind(socket, PEER, 80)).isEqualTo(Errno.EADDRNOTAVAIL.result());
    int first = driver.socket();
    driver.bind(first, 0, 80);
    int second = driver.socket();
    assertThat(driver.bind(second, 0, 80)).isEqualTo(Errno.EADDRINUSE.result());
    driver.listen(first, 1);
    assertThat(driver.bind(second, 0, 80)).isEqualTo(Errno.EADDRINUSE.result());
    assertThat(driver.close(first)).isZero();
    assertThat(driver.bind(second, 0, 80)).isZero();
    assertThat(driver.poll(77)).isEqualTo(SocketDriver.POLLNVAL);
  }

  @Test
  void shutdownClosesOneDirectionAndAbortResets() {
    int socket = accepted();
    assertThat(driver.shutdown(socket, SocketDriver.SHUT_WR)).isZero();
    assertThat(sent().has(TcpHeader.FIN)).isTrue();
    assertThat(driver.write(socket, new byte[1], 0, 1)).isEqualTo(Errno.EPIPE.result());
    assertThat(driver.abort(socket)).isZero();
    assertThat(sent().has(TcpHeader.RST)).isTrue();
  }

  private byte[] answer(WirePacket syn, int acknowledged, SegmentOption... options) {
    return new PacketBuilder()
        .from(StackHarness.PEER, 80)
        .to(StackHarness.LOCAL, syn.sourcePort())
        .sequence(PEER_ISN)
        .acknowledgment(syn.sequenceNumber() + 1 + acknowledged)
        .flags(TcpHeader.SYN | TcpHeader.ACK)
        .options(java.util.List.of(options))
        .tcp();
  }

  @Test
  void fastOpenAsksForACookieFirstAndSendsDataWithTheSynThen() {
    byte[] data = new byte[2000];
    int first = driver.socket();
    assertThat(driver.sendto(first, data, 0, 100, SocketDriver.MSG_FASTOPEN, PEER, 80))
        .isEqualTo(Errno.EINPROGRESS.result());
    assertThat(driver.sendto(first, data, 0, 100, SocketDriver.MSG_FASTOPEN, PEER, 80))
        .isEqualTo(Errno.EALREADY.result());
    WirePacket syn = sent();
    assertThat(syn.payloadLength()).isZero();
    driver.inject(
        answer(
            syn,
            0,
            SegmentOption.of(2, 1460L),
            new SegmentOption(34, java.util.List.of(), "0011223344556677")));
    sent();
    assertThat(driver.write(first, data, 0, 100)).isEqualTo(100);
    assertThat(sent().payloadLength()).isEqualTo(100);

    int second = driver.socket();
    assertThat(driver.sendto(second, data, 0, 2000, SocketDriver.MSG_FASTOPEN, PEER, 80))
        .isEqualTo(1420);
    syn = sent();
    assertThat(syn.payloadLength()).isEqualTo(1420);
    driver.inject(answer(syn, 1420));
    assertThat(driver.sendto(second, data, 0, 1, SocketDriver.MSG_FASTOPEN, PEER, 80))
        .isEqualTo(Errno.EISCONN.result());

    int third = driver.socket();
    assertThat(driver.setsockopt(third, SocketDriver.IPPROTO_TCP, 30, 1)).isZero();
    sent();
    assertThat(driver.connect(third, PEER, 80)).isZero();
    assertThat(sent()).isNull();
    assertThat(driver.write(third, data, 0, 10)).isEqualTo(10);
    assertThat(sent().payloadLength()).isEqualTo(10);
  }
}
