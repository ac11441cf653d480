package io.karavel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualNetworkTest {
  private static final ImpairmentSettings BAD =
      ImpairmentSettings.NONE
          .withDelay(2_000_000, 500_000)
          .withLoss(5)
          .withReordering(5, 1_000_000)
          .withDuplication(3)
          .withCorruption(1);

  /** Moves bytes over a bad cable; the trace of everything that was on it. */
  private static List<String> run(long cableSeed, boolean ethernet) throws TcpException {
    VirtualNetwork network = new VirtualNetwork();
    HarnessBuilder one = network.builder("one").addresses("10.0.0.1/24");
    HarnessBuilder other = network.builder("other").addresses("10.0.0.2/24");
    if (ethernet) {
      one.ethernet();
      other.ethernet();
    }
    StackHarness client = one.build();
    StackHarness server = other.build();
    network.connect(client, server, BAD.withSeed(cableSeed));
    List<String> lines = new ArrayList<>();
    network.trace(lines::add);
    TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), 1);
    TcpSocket socket = client.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
    assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(5)))
        .isTrue();
    BulkTransfer transfer = new BulkTransfer(socket, listener.accept(), 300_000, 1, true);
    network.afterEachEvent(transfer::pump);
    transfer.pump();
    assertThat(network.advanceUntil(transfer::isDone, Duration.ofHours(1))).isTrue();
    assertThat(client.crashes() + server.crashes()).isZero();
    return lines;
  }

  @Test
  void bytesArriveRightOverABadCable() throws TcpException {
    assertThat(run(1, false))
        .anyMatch(line -> line.contains("IMPAIRMENT_LOSS"))
        .anyMatch(line -> line.contains("damaged"))
        .anyMatch(line -> line.contains("twice"))
        .anyMatch(line -> line.contains("held back"));
  }

  @Test
  void overEthernetTheStacksResolveEachOther() throws TcpException {
    assertThat(run(2, true)).anyMatch(line -> line.contains("arp who-has 10.0.0.2"));
  }

  @Test
  void aRunReplaysBitForBitAndFollowsItsSeed() throws TcpException {
    List<String> first = run(3, false);
    assertThat(run(3, false)).isEqualTo(first);
    assertThat(run(4, false)).isNotEqualTo(first);
  }

  @Test
  void aHarnessWithAClockOfItsOwnIsRefused() {
    assertThatThrownBy(() -> new VirtualNetwork().add(StackHarness.create()))
        .hasMessageContaining("a clock of its own");
  }
}
