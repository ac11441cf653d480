package io.karavel.scripts.closing;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.StackHarness;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code timeWaitReuse=loopback}, the default: a stack that connects to itself. */
class LoopbackReuseTest {
  private static TcpSocket connect(StackHarness stack) throws TcpException {
    TcpSocket socket = stack.socket();
    socket.option(TcpOption.REUSE_ADDRESS, true);
    socket.bind(new IpEndpoint(IpAddress.ANY, 40_000));
    socket.connect(new IpEndpoint(StackHarness.LOCAL, 80));
    stack.settle();
    return socket;
  }

  @ParameterizedTest(name = "{0}, timestamps {1}, after {2} ms: {3}")
  @CsvSource({
    "loopback, true, 1000, true",
    "loopback, true, 999, false",
    "loopback, false, 1000, false",
    "on, true, 1000, true",
    "off, true, 1000, false",
  })
  void aTupleInTimeWaitIsTakenOver(String reuse, boolean timestamps, int millis, boolean taken)
      throws TcpException {
    HarnessBuilder builder = StackHarness.builder().tcp("timestamps", timestamps);
    if (!reuse.equals("loopback")) {
      builder.tcp("timeWaitReuse", reuse);
    }
    StackHarness stack = builder.build();
    TcpListener listener = stack.listener();
    listener.bind(new IpEndpoint(IpAddress.ANY, 80));
    listener.listen(8);
    stack.settle();
    TcpSocket first = connect(stack);
    TcpSocket accepted = listener.accept();
    first.close();
    stack.settle();
    accepted.close();
    stack.settle();
    assertThat(stack.connections(c -> c.state() == TcpState.TIME_WAIT)).hasSize(1);
    stack.advance(Duration.ofMillis(millis));
    TcpSocket second = connect(stack);
    if (taken) {
      assertThat(second.state()).isEqualTo(TcpState.ESTABLISHED);
      assertThat(stack.counter("TcpExt.TWRecycled")).isEqualTo(1);
    } else {
      assertThat(second.failure().error()).isEqualTo(TcpError.ADDRESS_IN_USE);
    }
  }
}
