package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers grow until 20 ms and 500 Mbit/s are filled: 1.25 MB in flight from 128 KiB on. */
class LongPathTest {
  private static final long BITS_PER_SECOND = 500_000_000L;
  private static final long BYTES = 48L << 20;

  private static Duration transfer(boolean timestamps, boolean connectorSends) throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness client =
        network.builder("one").tcp("timestamps", timestamps).addresses("10.0.0.1/24").build();
    StackHarness server = network.builder("other").addresses("10.0.0.2/24").build();
    network.connect(
        client,
        server,
        ImpairmentSettings.NONE.withDelay(10_000_000, 0).withRate(BITS_PER_SECOND, 2000));
    TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofSeconds(5));
    TcpSocket accepted = listener.accept();
    BulkTransfer there =
        connectorSends
            ? new BulkTransfer(socket, accepted, BYTES, 1, true)
            : new BulkTransfer(accepted, socket, BYTES, 1, true);
    network.afterEachEvent(there::pump);
    long began = client.clock().nanoTime();
    there.pump();
    assertThat(network.advanceUntil(there::isDone, Duration.ofMinutes(1))).isTrue();
    return Duration.ofNanos(client.clock().nanoTime() - began);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theConnectorFillsIt(boolean timestamps) throws TcpException {
    check(transfer(timestamps, true));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theAcceptorFillsIt(boolean timestamps) throws TcpException {
    check(transfer(timestamps, false));
  }

  private static void check(Duration took) {
    long ideal = BYTES * 8 * 1000 / BITS_PER_SECOND;
    // Ten round trips to get going.
    assertThat(took.toMillis()).isLessThan(ideal * 110 / 100 + 200);
  }
}
