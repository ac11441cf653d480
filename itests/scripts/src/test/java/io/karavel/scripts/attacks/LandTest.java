package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments that come from the wire and claim to come from ourselves: LAND and its kin. */
class LandTest {
  private static final int COUNT = 10_000;

  private final StackHarness stack = StackHarness.create();

  private static PacketBuilder land(IpAddress source, int flags) {
    return new PacketBuilder()
        .from(source, 80)
        .to(StackHarness.LOCAL, 80)
        .flags(flags)
        .sequence(77)
        .acknowledgment(99);
  }

  @ParameterizedTest
  @ValueSource(ints = {TcpHeader.SYN, TcpHeader.SYN | TcpHeader.ACK, TcpHeader.ACK, TcpHeader.FIN})
  void aSegmentFromOurOwnAddressAndPortIsDroppedUnanswered(int flags) throws TcpException {
    TcpListener listener = stack.tcp().listen(IpEndpoint.parse("*:80"), 10);
    stack.settle();
    for (int i = 0; i < COUNT; i++) {
      stack.deliver(land(StackHarness.LOCAL, flags).tcp());
    }
    stack.advance(Duration.ofMinutes(2));
    assertThat(stack.output()).isEmpty();
    assertThat(stack.drops(DropReason.IP_MARTIAN_SOURCE)).isEqualTo(COUNT);
    assertThat(stack.connections(entry -> entry.remote() != null)).isEmpty();
    assertThat(listener.acceptQueue()).isZero();
    assertThat(stack.packetBuffersOut()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1"})
  void norDoesOneFromAnAddressThatNobodyCanHaveGetAnAnswer(String source) throws TcpException {
    stack.tcp().listen(IpEndpoint.parse("*:80"), 10);
    stack.settle();
    stack.deliver(land(IpAddress.parse(source), TcpHeader.SYN).tcp());
    stack.advance(Duration.ofMinutes(2));
    assertThat(stack.output()).isEmpty();
    assertThat(stack.connections(entry -> entry.remote() != null)).isEmpty();
  }

  /** The same four numbers inside the stack are no attack: a socket may connect to itself. */
  @Test
  void aSocketThatConnectsToItselfTalksToItself() throws TcpException {
    TcpSocket socket = stack.socket();
    socket.bind(new IpEndpoint(StackHarness.LOCAL, 5000));
    socket.connect(new IpEndpoint(StackHarness.LOCAL, 5000));
    stack.advance(Duration.ofSeconds(1));
    assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    socket.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    stack.settle();
    assertThat(socket.available()).isEqualTo(3);
    assertThat(stack.output()).isEmpty();
  }
}
