package io.karavel.scripts.sockets;

import static io.karavel.scripts.sockets.Bsd.ACK;
import static io.karavel.scripts.sockets.Bsd.FIN;
import static io.karavel.scripts.sockets.Bsd.PEER_PORT;
import static io.karavel.scripts.sockets.Bsd.URG;
import static io.karavel.testkit.SocketDriver.MSG_OOB;
import static io.karavel.testkit.SocketDriver.POLLIN;
import static io.karavel.testkit.SocketDriver.POLLOUT;
import static io.karavel.testkit.SocketDriver.POLLPRI;
import static io.karavel.testkit.SocketDriver.SIOCATMARK;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.SocketDriver;
import io.karavel.testkit.WirePacket;
import org.junit.jupiter.api.Test;

/** Urgent data: RFC 9293 §3.8.5 with RFC 6093, and what BSD makes of it. */
class UrgentDataTest {
  private final Bsd bsd = new Bsd();
  private final SocketDriver driver = bsd.driver;

  /** A segment whose urgent data ends {@code pointer} bytes behind its first. */
  private void urgent(String text, int pointer) {
    bsd.arrives(bsd.segment(PEER_PORT, bsd.peerNext, ACK | URG).urgent(pointer), ACK | URG, text);
  }

  @Test
  @Rfc({"9293 MUST-30", "9293 MUST-32", "9293 MUST-33", "9293 MUST-62", "6093 3.1"})
  void theApplicationIsToldOfUrgentDataAndHowMuchIsLeft() {
    TcpSocket socket = driver.tcpSocket(bsd.accepted());
    assertThat(socket.ready() & TcpSocket.URGENT).isZero();
    urgent("abc", 5);
    assertThat(socket.ready() & TcpSocket.URGENT).isNotZero();
    assertThat(socket.urgentAvailable()).isEqualTo(5);
    bsd.arrives(ACK, "def");
    assertThat(socket.urgentAvailable()).isEqualTo(5);
    assertThat(socket.available()).isEqualTo(6);
  }

  @Test
  @Rfc({"9293 MUST-31", "6093 3.2"})
  void laterUrgentDataMovesTheEndFurtherAndOlderDoesNotMoveItBack() {
    TcpSocket socket = driver.tcpSocket(bsd.accepted());
    urgent("abc", 60_000);
    assertThat(socket.urgentAvailable()).isEqualTo(60_000);
    urgent("def", 2);
    assertThat(socket.urgentAvailable()).isEqualTo(60_000);
    urgent("ghi", 65_535);
    assertThat(socket.urgentAvailable()).isEqualTo(65_541);
  }

  @Test
  void theApplicationIsToldEvenWhenTheWindowIsClosed() {
    int descriptor = bsd.accepted();
    TcpSocket socket = driver.tcpSocket(descriptor);
    bsd.arrives(ACK, "x".repeat(1000));
    bsd.arrives(bsd.segment(PEER_PORT, bsd.peerNext, ACK | URG).urgent(10), ACK, "");
    assertThat(socket.urgentAvailable()).isEqualTo(1010);
  }

  @Test
  void urgentDataComesInLineForWhoeverAsksForThat() {
    int socket = bsd.accepted();
    assertThat(driver.setsockopt(socket, SocketDriver.SOL_SOCKET, 10, 1)).isZero();
    urgent("abc!def", 4);
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLOUT | POLLPRI);
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("EINVAL");
    assertThat(bsd.read(socket, 20, 0)).isEqualTo("abc");
    assertThat(driver.ioctl(socket, SIOCATMARK)).isEqualTo(1);
    assertThat(bsd.read(socket, 20, 0)).isEqualTo("!def");
    assertThat(driver.ioctl(socket, SIOCATMARK)).isZero();
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT);
  }

  @Test
  void elseTheLastUrgentByteIsBesideTheStream() {
    int socket = bsd.accepted();
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("EINVAL");
    urgent("abc!def", 4);
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLOUT | POLLPRI);
    assertThat(driver.ioctl(socket, SocketDriver.SIOCINQ)).isEqualTo(3);
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("!");
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("EINVAL");
    assertThat(driver.poll(socket)).isEqualTo(POLLIN | POLLOUT);
    assertThat(bsd.read(socket, 20, 0)).isEqualTo("abc");
    assertThat(bsd.read(socket, 20, 0)).isEqualTo("def");
  }

  @Test
  void anUrgentByteThatIsOnlyAnnouncedIsWaitedFor() {
    int socket = bsd.accepted();
    urgent("", 1);
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("EAGAIN");
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT);
    bsd.arrives(ACK, "!");
    assertThat(driver.poll(socket)).isEqualTo(POLLOUT | POLLPRI);
    assertThat(bsd.read(socket, 1, MSG_OOB)).isEqualTo("!");
  }

  @Test
  @Rfc({"9293 MUST-30", "9293 MUST-62"})
  void urgentDataIsSentWithThePointerBehindItsLastByte() {
    int socket = bsd.accepted();
    assertThat(bsd.write(socket, "abc", MSG_OOB)).isEqualTo(3);
    WirePacket first = bsd.sent();
    assertThat(first.has(URG)).isTrue();
    assertThat(first.urgentPointer()).isEqualTo(3);
    bsd.acknowledged += 3;
    bsd.arrives(ACK, "");
    bsd.write(socket, "def", 0);
    assertThat(bsd.sent().has(URG)).isFalse();
  }

  @Test
  @Rfc("9293 MUST-31")
  void urgentDataOfAnyLengthIsAnnouncedInEachOfItsSegments() {
    int socket = bsd.accepted();
    bsd.write(socket, "x".repeat(100_000), MSG_OOB);
    assertThat(bsd.allSent())
        .isNotEmpty()
        .allSatisfy(
            packet -> {
              assertThat(packet.has(URG)).isTrue();
              assertThat(packet.urgentPointer()).isEqualTo(65_535);
            });
  }

  @Test
  void aRetransmissionIsUrgentTooAndAModuleSwapForgetsNothing() {
    int socket = bsd.accepted();
    bsd.write(socket, "abc", MSG_OOB);
    assertThat(bsd.sent().urgentPointer()).isEqualTo(3);
    bsd.harness.replace("tcp");
    bsd.after(200);
    WirePacket again = bsd.sent();
    assertThat(again.has(URG)).isTrue();
    assertThat(again.urgentPointer()).isEqualTo(3);
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void afterThePeersFinAnUrgentPointerIsIgnored() {
    int descriptor = bsd.accepted();
    bsd.arrives(ACK | FIN, "");
    urgent("", 7);
    assertThat(driver.tcpSocket(descriptor).urgentAvailable()).isZero();
  }
}
