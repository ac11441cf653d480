package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualCable;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Bytes both ways at once over a bad cable, a round trip below 1 ms. {@code
 * -Dkaravel.transferBytes=1073741824} makes it 1 GB each way.
 */
class CableTransferTest {
  private static final long BYTES = Long.getLong("karavel.transferBytes", 64L << 20);

  private static final ImpairmentSettings BAD =
      ImpairmentSettings.NONE
          .withDelay(200_000, 0)
          .withLoss(1)
          .withReordering(1, 300_000)
          .withDuplication(1);

  private static void transfer(
      HarnessBuilder one,
      HarnessBuilder other,
      VirtualNetwork network,
      ImpairmentSettings settings,
      long bytes)
      throws TcpException {
    StackHarness client = one.addresses("10.0.0.1/24").build();
    StackHarness server = other.addresses("10.0.0.2/24").build();
    VirtualCable cable = network.connect(client, server, settings);
    TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(5)))
        .isTrue();
    TcpSocket accepted = listener.accept();
    BulkTransfer there = new BulkTransfer(socket, accepted, bytes, 1, true);
    BulkTransfer back = new BulkTransfer(accepted, socket, bytes, 2, true);
    network.afterEachEvent(there::pump);
    network.afterEachEvent(back::pump);
    there.pump();
    back.pump();
    boolean done =
        network.advanceUntil(() -> there.isDone() && back.isDone(), Duration.ofHours(10));
    assertThat(done).as("%s; %s", there, back).isTrue();
    assertThat(cable.sent(0)).isGreaterThan(bytes / 65_536);
    if (settings.lossPercent() > 0) {
      assertThat(cable.lost(0)).as("frames lost on purpose").isPositive();
    }
    socket.close();
    accepted.close();
    // TIME-WAIT is over, and with it everything
    network.advance(Duration.ofMinutes(5));
    for (StackHarness stack : new StackHarness[] {client, server}) {
      assertThat(stack.crashes()).isZero();
      assertThat(stack.packetBuffersOut()).as("packet buffers not given back").isZero();
      assertThat(stack.connections(c -> c.remote() != null)).isEmpty();
      assertThat(stack.tcpSummary().bufferBytes()).as("ring memory not given back").isZero();
    }
  }

  @Test
  void everyByteArrivesRightOverACableThatLosesReordersAndRepeats() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    transfer(network.builder("one"), network.builder("other"), network, BAD, BYTES);
  }

  @Test
  void damagedFramesAreNeverTakenForRightOnes() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    ImpairmentSettings damaging = BAD.withCorruption(2).withSeed(7);
    transfer(
        network.builder("one").ethernet(),
        network.builder("other").ethernet(),
        network,
        damaging,
        4L << 20);
  }

  @Test
  void everyByteArrivesRightWithoutSackTimestampsAndScaling() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    HarnessBuilder plain =
        network
            .builder("one")
            .tcp("sack", false)
            .tcp("timestamps", false)
            .tcp("windowScaling", false);
    transfer(plain, network.builder("other"), network, BAD.withSeed(3), 4L << 20);
  }

  @Test
  void everyByteArrivesRightInSuperSegments() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    transfer(
        network.builder("one").offloads(65_536),
        network.builder("other").offloads(65_536),
        network,
        BAD.withLoss(5).withSeed(5),
        8L << 20);
  }

  @Test
  void everyByteArrivesRightOverASlowCableWithAShortQueue() throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    ImpairmentSettings slow =
        ImpairmentSettings.NONE.withDelay(10_000_000, 1_000_000).withRate(20_000_000, 20);
    transfer(network.builder("one"), network.builder("other"), network, slow, 4L << 20);
  }
}
