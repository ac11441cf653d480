package io.karavel.scripts.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Errno;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.SocketDriver;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program with BSD sockets on one side and a peer made of raw segments on the other. */
final class Bsd {
  static final int ACK = TcpHeader.ACK;
  static final int SYN = TcpHeader.SYN;
  static final int FIN = TcpHeader.FIN;
  static final int RST = TcpHeader.RST;
  static final int URG = TcpHeader.URG;
  static final int LOCAL_PORT = 80;
  static final int PEER_PORT = 4000;
  static final int PEER = StackHarness.PEER.ipv4Bits();
  private static final int PEER_ISN = 1_000;

  final StackHarness harness;
  final SocketDriver driver;

  /** Next number of the peer. */
  int peerNext = PEER_ISN + 1;

  /** What the peer acknowledges. */
  int acknowledged;

  Bsd() {
    this(StackHarness.create());
  }

  Bsd(StackHarness harness) {
    this.harness = harness;
    driver = harness.driver();
  }

  PacketBuilder segment(int peerPort, int sequence, int flags) {
    return new PacketBuilder()
        .from(StackHarness.PEER, peerPort)
        .to(StackHarness.LOCAL, LOCAL_PORT)
        .sequence(sequence)
        .acknowledgment((flags & ACK) != 0 ? acknowledged : 0)
        .flags(flags);
  }

  /** The peer's next segment with flags and text. */
  void arrives(int flags, String text) {
    arrives(segment(PEER_PORT, peerNext, flags), flags, text);
  }

  void arrives(PacketBuilder segment, int flags, String text) {
    driver.inject(segment.payload(text.getBytes(StandardCharsets.US_ASCII)).tcp());
    peerNext += text.length() + ((flags & FIN) != 0 ? 1 : 0);
  }

  /** The next that was sent, or null. */
  WirePacket sent() {
    byte[] datagram = driver.nextPacket();
    return datagram == null ? null : WirePacket.ip(datagram);
  }

  /** Everything that was sent. */
  List<WirePacket> allSent() {
    List<WirePacket> all = new ArrayList<>();
    for (WirePacket next = sent(); next != null; next = sent()) {
      all.add(next);
    }
    return all;
  }

  int listener(int backlog) {
    int listener = driver.socket();
    assertThat(driver.bind(listener, 0, LOCAL_PORT)).isZero();
    assertThat(driver.listen(listener, backlog)).isZero();
    return listener;
  }

  /** A SYN from a port; the answer, or null. */
  WirePacket syn(int peerPort) {
    driver.inject(segment(peerPort, PEER_ISN, SYN).tcp());
    return sent();
  }

  /** A whole handshake from a port; false if no SYN-ACK came. */
  boolean handshake(int peerPort) {
    WirePacket synAck = syn(peerPort);
    if (synAck == null) {
      return false;
    }
    acknowledged = synAck.sequenceNumber() + 1;
    driver.inject(segment(peerPort, PEER_ISN + 1, ACK).tcp());
    return true;
  }

  /** An accepted connection. */
  int accepted() {
    return accepted(listener(5));
  }

  int accepted(int listener) {
    assertThat(handshake(PEER_PORT)).isTrue();
    int socket = driver.accept(listener);
    assertThat(socket).isPositive();
    return socket;
  }

  /** A socket that connects; its SYN is sent and taken. */
  int connecting() {
    int socket = driver.socket();
    assertThat(driver.bind(socket, 0, LOCAL_PORT)).isZero();
    assertThat(driver.connect(socket, PEER, PEER_PORT)).isEqualTo(Errno.EINPROGRESS.result());
    acknowledged = sent().sequenceNumber() + 1;
    peerNext = PEER_ISN;
    return socket;
  }

  /** The peer takes the connect. */
  void accepts() {
    arrives(SYN | ACK, "");
    peerNext++;
    assertThat(sent()).isNotNull();
  }

  String read(int socket, int length, int flags) {
    byte[] bytes = new byte[length];
    int count = driver.recv(socket, bytes, 0, length, flags);
    return count < 0
        ? Errno.of(count).name()
        : new String(bytes, 0, count, StandardCharsets.US_ASCII);
  }

  int write(int socket, String text, int flags) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return driver.send(socket, bytes, 0, bytes.length, flags);
  }

  void after(long millis) {
    driver.advanceTo(driver.nowNanos() + millis * 1_000_000L);
  }
}
