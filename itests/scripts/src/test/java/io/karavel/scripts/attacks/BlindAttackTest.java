package io.karavel.scripts.attacks;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An attacker who knows addresses and ports of a connection, but sees nothing of it, tries sequence
 * numbers one window apart (RFC 5961 §1.3): enough to hit the window, hardly ever its edge.
 */
class BlindAttackTest {
  private static final int CLIENT_ISN = 1_000_000;
  private static final int PER_SECOND = 10;

  private final StackHarness stack = StackHarness.create();
  private TcpSocket socket;
  private int serverIsn;

  @BeforeEach
  void open() throws TcpException {
    TcpListener listener = stack.tcp().listen(IpEndpoint.parse("*:80"), 10);
    socket = open(listener, 40_000);
    serverIsn = lastIsn;
  }

  private int lastIsn;

  private TcpSocket open(TcpListener listener, int port) throws TcpException {
    stack.settle();
    stack.output();
    stack.deliver(from(port).flags(TcpHeader.SYN).sequence(CLIENT_ISN).tcp());
    lastIsn = stack.output().get(0).sequenceNumber();
    stack.deliver(
        from(port).flags(TcpHeader.ACK).sequence(CLIENT_ISN + 1).acknowledgment(lastIsn + 1).tcp());
    stack.output();
    return listener.accept();
  }

  private static PacketBuilder from(int port) {
    return new PacketBuilder().from(StackHarness.PEER, port).to(StackHarness.LOCAL, 80);
  }

  /** All sequence numbers, one window apart, but for the very number that is expected next. */
  private static List<Integer> guesses() {
    List<Integer> all = new ArrayList<>();
    for (long sequence = 12_345; sequence < 1L << 32; sequence += 65_535) {
      if ((int) sequence != CLIENT_ISN + 1) {
        all.add((int) sequence);
      }
    }
    return all;
  }

  private int deliverAll(int flags, int acknowledgment, byte[] payload) {
    int answers = 0;
    for (int sequence : guesses()) {
      stack.deliver(
          from(40_000)
              .flags(flags)
              .sequence(sequence)
              .acknowledgment(acknowledgment)
              .payload(payload)
              .tcp());
      answers += stack.output().size();
    }
    return answers;
  }

  private void assertUnharmed() throws TcpException {
    assertThat(socket.state()).isEqualTo(ESTABLISHED);
    assertThat(socket.available()).isZero();
    stack.advance(Duration.ofSeconds(2));
    stack.output();
    stack.deliver(
        from(40_000)
            .flags(TcpHeader.ACK | TcpHeader.PSH)
            .sequence(CLIENT_ISN + 1)
            .acknowledgment(serverIsn + 1)
            .payload(new byte[10])
            .tcp());
    assertThat(socket.available()).isEqualTo(10);
    socket.write(ByteBuffer.wrap(new byte[20]));
    stack.settle();
    assertThat(stack.output())
        .anyMatch(
            packet -> packet.payloadLength() == 20 && packet.sequenceNumber() == serverIsn + 1);
    assertThat(stack.packetBuffersOut()).isZero();
  }

  @Test
  @Rfc("5961 3.2")
  void aSweepOfResetsDoesNotEndTheConnection() throws TcpException {
    int answers = deliverAll(TcpHeader.RST, 0, new byte[0]);
    assertThat(answers).as("challenges at one moment").isLessThanOrEqualTo(PER_SECOND);
    assertUnharmed();
  }

  @Test
  @Rfc("5961 4.2")
  void aSweepOfSynsDoesNotEndTheConnectionAndIsChallengedAtMostSoOften() throws TcpException {
    int answers = deliverAll(TcpHeader.SYN, 0, new byte[0]);
    assertThat(answers).isPositive().isLessThanOrEqualTo(PER_SECOND);
    assertThat(stack.counter("TcpExt.TCPSYNChallenge")).isPositive();
    assertUnharmed();
  }

  /** The acknowledgment number has to be guessed as well: one too old or too new is not taken. */
  @Test
  @Rfc("5961 5.2")
  void aSweepOfInventedDataDeliversNothing() throws TcpException {
    byte[] payload = {1, 2, 3};
    int flags = TcpHeader.ACK | TcpHeader.PSH;
    // the window is 65535: acknowledgments a quarter of the space away are all refused
    for (int quarter = 1; quarter <= 3; quarter++) {
      deliverAll(flags, serverIsn + 1 + quarter * 0x40000000, payload);
    }
    assertUnharmed();
  }

  @Test
  @Rfc("5961 5.2")
  void aSweepOfInventedFinsEndsNothing() throws TcpException {
    deliverAll(TcpHeader.FIN | TcpHeader.ACK, serverIsn + 1 + 0x40000000, new byte[0]);
    assertUnharmed();
  }

  @Test
  @Rfc("9293 3.10.7.4")
  void segmentsWithoutAckAreDropped() throws TcpException {
    int answers = 0;
    for (int i = 0; i < 1000; i++) {
      stack.deliver(from(40_000).flags(0).sequence(CLIENT_ISN + 1).payload(new byte[] {1}).tcp());
      answers += stack.output().size();
    }
    assertThat(answers).isZero();
    assertUnharmed();
  }

  /**
   * Each connection has challenges of its own (RFC 5961 §7, and why a limit shared by all gave away
   * sequence numbers: CVE-2016-5696): one under attack takes none from another.
   */
  @Test
  @Rfc("5961 7")
  void anAttackOnOneConnectionLeavesTheChallengesOfAnotherAlone() throws TcpException {
    TcpListener listener = stack.tcp().listen(IpEndpoint.parse("*:81"), 10);
    stack.settle();
    assertThat(listener.acceptQueue()).isZero();
    TcpListener first = stack.tcp().listeners().get(0);
    TcpSocket other = open(first, 40_001);
    assertThat(other).isNotNull();
    deliverAll(TcpHeader.RST, 0, new byte[0]);
    deliverAll(TcpHeader.SYN, 0, new byte[0]);
    List<WirePacket> answers = new ArrayList<>();
    for (int i = 0; i < 3 * PER_SECOND; i++) {
      stack.deliver(from(40_001).flags(TcpHeader.RST).sequence(CLIENT_ISN + 100 + i).tcp());
      answers.addAll(stack.output());
    }
    assertThat(answers).hasSize(PER_SECOND).allMatch(packet -> packet.destinationPort() == 40_001);
    stack.advance(Duration.ofSeconds(1));
    stack.output();
    stack.deliver(from(40_001).flags(TcpHeader.RST).sequence(CLIENT_ISN + 500).tcp());
    assertThat(stack.output()).hasSize(1);
  }

  /** An old duplicate ACK answered by an ACK answered by an ACK …: the exchange dies out. */
  @Test
  void unacceptableAcksAreAnsweredOnceInAWhile() {
    int answers = 0;
    for (int i = 0; i < 1000; i++) {
      stack.deliver(
          from(40_000)
              .flags(TcpHeader.ACK)
              .sequence(CLIENT_ISN - 1000)
              .acknowledgment(serverIsn + 1)
              .tcp());
      answers += stack.output().size();
      stack.advance(Duration.ofMillis(1));
    }
    answers += stack.output().size();
    // invalidRateLimitMillis is 500
    assertThat(answers).isBetween(1, 3);
  }
}
