package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.SortedTimers;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection in ESTABLISHED carries traffic both ways while modules of one end are exported and
 * plugged anew; the other end is left alone.
 */
class ModulesReplacedTest {
  private static final long BYTES = 6L << 20;
  private static final int TIMES = 12;

  private interface Replacement {
    void on(StackHarness stack, VirtualNetwork network);
  }

  private static void duringATransfer(Replacement replacement) throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    StackHarness swapped = network.builder("swapped").addresses("10.0.0.1/24").build();
    StackHarness peer = network.builder("peer").addresses("10.0.0.2/24").build();
    network.connect(
        swapped, peer, ImpairmentSettings.NONE.withDelay(200_000, 0).withLoss(0.5).withSeed(2));
    TcpListener listener = peer.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = swapped.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(1));
    TcpSocket accepted = listener.accept();
    BulkTransfer out = new BulkTransfer(socket, accepted, BYTES, 1, false);
    BulkTransfer in = new BulkTransfer(accepted, socket, BYTES, 2, false);
    network.afterEachEvent(out::pump);
    network.afterEachEvent(in::pump);
    out.pump();
    in.pump();
    for (int i = 1; i <= TIMES; i++) {
      long share = BYTES * i / (TIMES + 1);
      assertThat(network.advanceUntil(() -> out.readBytes() > share, Duration.ofMinutes(10)))
          .as("%s", out)
          .isTrue();
      replacement.on(swapped, network);
      assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    }
    boolean done = network.advanceUntil(() -> out.isDone() && in.isDone(), Duration.ofHours(1));
    assertThat(done).as("%s; %s", out, in).isTrue();
    assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(swapped.crashes()).isZero();
    assertThat(peer.crashes()).isZero();
    assertThat(swapped.counter("Tcp.OutRsts") + peer.counter("Tcp.OutRsts")).isZero();
    assertThat(swapped.packetBuffersOut()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ip", "timer", "keepalive", "nic:wire0"})
  void aModuleThatLeavesAndComesBackAtOnceLosesNoByte(String slot) throws TcpException {
    duringATransfer((stack, network) -> stack.replace(slot));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ip", "timer", "keepalive", "nic:wire0"})
  void aModuleThatIsSwappedWithinOneTurnLosesNoByte(String slot) throws TcpException {
    duringATransfer((stack, network) -> assertThat(stack.swap(slot)).isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ip", "timer", "keepalive", "nic:wire0"})
  void aSlotThatIsEmptyForAWhileLosesNoByte(String slot) throws TcpException {
    duringATransfer(
        (stack, network) -> {
          stack.unplug(slot);
          network.advance(Duration.ofMillis(50));
          stack.plug(slot);
        });
  }

  @Test
  void allModulesTogetherLoseNoByte() throws TcpException {
    duringATransfer(
        (stack, network) -> {
          for (String slot : new String[] {"tcp", "ip", "nic:wire0", "timer", "keepalive"}) {
            stack.unplug(slot);
          }
          network.advance(Duration.ofMillis(5));
          for (String slot : new String[] {"keepalive", "timer", "tcp", "nic:wire0", "ip"}) {
            stack.plug(slot);
          }
        });
  }

  @Test
  void theTimingWheelAndASortedTreeTakeOverFromEachOther() throws TcpException {
    boolean[] tree = new boolean[1];
    duringATransfer(
        (stack, network) -> {
          tree[0] = !tree[0];
          assertThat(tree[0] ? stack.swap(SortedTimers.factory()) : stack.swap("timer")).isNull();
        });
  }
}
