package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualCable;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How busy the congestion controls keep a bottleneck with a queue: RFC 9438, 9406, 5681. */
class CongestionTest {
  private static final long NEVER_ENDING = 1L << 40;

  /** A transfer over a bottleneck one way. */
  private static final class Bottleneck {
    final VirtualNetwork network = new VirtualNetwork();
    final StackHarness client;
    final VirtualCable cable;
    final TcpSocket socket;
    final BulkTransfer transfer;
    final long bitsPerSecond;

    Bottleneck(String congestionControl, long bitsPerSecond, long rttMillis, int queue)
        throws TcpException {
      this.bitsPerSecond = bitsPerSecond;
      client =
          network
              .builder("one")
              .tcp("congestionControl", congestionControl)
              .addresses("10.0.0.1/24")
              .build();
      StackHarness server =
          network
              .builder("other")
              .tcp("receiveBufferInitial", 6_291_456)
              .addresses("10.0.0.2/24")
              .build();
      ImpairmentSettings delay = ImpairmentSettings.NONE.withDelay(rttMillis * 500_000, 0);
      cable = network.connect(client, server, delay);
      cable.settings(0, delay.withRate(bitsPerSecond, queue));
      TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
      socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
      assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofSeconds(10)))
          .isTrue();
      transfer = new BulkTransfer(socket, listener.accept(), NEVER_ENDING, 1, false);
      network.afterEachEvent(transfer::pump);
      transfer.pump();
    }

    /** The share of the bottleneck that payload made use of during so many seconds. */
    double utilisation(int seconds) {
      long before = transfer.readBytes();
      network.advance(Duration.ofSeconds(seconds));
      return (transfer.readBytes() - before) * 8.0 / seconds / bitsPerSecond;
    }
  }

  @Rfc("9438 4")
  @ParameterizedTest(name = "{0}, {1} bit/s, RTT {2} ms, queue {3}")
  @CsvSource({
    "cubic, 20000000, 20, 50",
    "cubic, 100000000, 20, 170",
    "cubic, 10000000, 100, 90",
    "newreno, 20000000, 20, 50"
  })
  void theBottleneckIsKeptBusy(String name, long bitsPerSecond, int rttMillis, int queue)
      throws TcpException {
    Bottleneck path = new Bottleneck(name, bitsPerSecond, rttMillis, queue);
    path.network.advance(Duration.ofSeconds(3));
    for (int period = 0; period < 5; period++) {
      assertThat(path.utilisation(3)).as("period %s", period).isGreaterThan(0.9);
    }
    assertThat(path.cable.lost(0)).as("the queue overflows now and then").isPositive();
  }

  @Rfc("9438 1")
  @Test
  void onALongFatPathCubicComesBackFasterThanNewReno() throws TcpException {
    double cubic = withLosses("cubic");
    double newReno = withLosses("newreno");
    assertThat(cubic).isGreaterThan(1.1 * newReno);
  }

  /** Share of 200 Mbit/s at RTT 100 ms with one loss every five seconds. */
  private static double withLosses(String name) throws TcpException {
    Bottleneck path = new Bottleneck(name, 200_000_000, 100, 600);
    long[] next = {path.network.clock().elapsedNanos() + 5_000_000_000L};
    int[] losses = new int[1];
    path.cable.loseIf(
        packet -> {
          boolean now =
              packet.bytes().length > 1000 && path.network.clock().elapsedNanos() >= next[0];
          if (now) {
            next[0] += 5_000_000_000L;
            losses[0]++;
          }
          return now;
        });
    path.network.advance(Duration.ofSeconds(6));
    double share = path.utilisation(15);
    assertThat(losses[0]).isGreaterThan(3);
    return share;
  }

  @Rfc("9406 4.2")
  @Test
  void theFirstSlowStartEndsBeforeItOverrunsALongQueue() throws TcpException {
    Bottleneck cubic = new Bottleneck("cubic", 50_000_000, 40, 330);
    Bottleneck newReno = new Bottleneck("newreno", 50_000_000, 40, 330);
    cubic.network.advance(Duration.ofSeconds(2));
    newReno.network.advance(Duration.ofSeconds(2));
    assertThat(cubic.cable.lost(0)).isLessThan(newReno.cable.lost(0));
    assertThat(cubic.utilisation(2)).isGreaterThan(0.9);
  }

  @Rfc("9438 4")
  @Test
  void aChangeOrANewModuleWhileDataFlowsKeepsTheBottleneckBusy() throws TcpException {
    Bottleneck path = new Bottleneck("newreno", 20_000_000, 20, 50);
    path.network.advance(Duration.ofSeconds(3));
    for (String name : new String[] {"cubic", "newreno", "cubic"}) {
      path.client.set(TcpSettings.PID, "congestionControl", name);
      path.client.replace("tcp");
      assertThat(path.utilisation(1)).as("after the change to %s", name).isGreaterThan(0.9);
    }
  }
}
