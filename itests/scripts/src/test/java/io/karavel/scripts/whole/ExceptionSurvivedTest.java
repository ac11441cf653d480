package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.ModuleFactory;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A module throws in the middle of a transfer: the lane lives, a fresh instance goes on with the
 * state, and the connection does not notice.
 */
class ExceptionSurvivedTest {
  private static final long BYTES = 2L << 20;

  @ParameterizedTest
  @CsvSource({
    "tcp, onDatagram, 7",
    "tcp, flush, 7",
    "tcp, onAttention, 1",
    "ip, onFrame, 7",
    "ip, send, 7",
    "ip, flush, 7",
    "timer, insert, 1",
    "timer, pollDue, 7",
    "nic:wire0, poll, 7",
    "nic:wire0, transmit, 7",
    "nic:wire0, flush, 7",
    "keepalive, revision, 7"
  })
  void theConnectionGoesOnWithAFreshInstance(String slot, String method, int call)
      throws Exception {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness faulty = network.builder("faulty").addresses("10.0.0.1/24").build();
    StackHarness peer = network.builder("peer").addresses("10.0.0.2/24").build();
    network.connect(faulty, peer, ImpairmentSettings.NONE.withDelay(200_000, 0));
    TcpListener listener = peer.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = faulty.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(1));
    TcpSocket accepted = listener.accept();
    BulkTransfer out = new BulkTransfer(socket, accepted, BYTES, 1, false);
    BulkTransfer in = new BulkTransfer(accepted, socket, BYTES, 2, false);
    network.afterEachEvent(out::pump);
    network.afterEachEvent(in::pump);
    out.pump();
    in.pump();
    network.advanceUntil(() -> out.readBytes() > BYTES / 4, Duration.ofMinutes(1));

    ModuleFactory defective =
        FaultyModule.factory(faulty.factory(slot), method, call, "a defect in " + method);
    assertThat(faulty.swap(defective)).isNull();
    boolean done = network.advanceUntil(() -> out.isDone() && in.isDone(), Duration.ofHours(1));

    assertThat(done).as("%s; %s", out, in).isTrue();
    assertThat(faulty.counter("Lane.ModuleCrashes")).isEqualTo(1);
    assertThat(faulty.crashes()).isEqualTo(1);
    assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(faulty.counter("Tcp.OutRsts") + peer.counter("Tcp.OutRsts")).isZero();
    // also the packet in the hand of the module that threw
    assertThat(faulty.packetBuffersOut()).isZero();
  }
}
