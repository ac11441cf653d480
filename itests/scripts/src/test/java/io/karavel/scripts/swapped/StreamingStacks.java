package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.BulkTransfer;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/**
 * What tests have in common that exchange the TCP of 10.0.0.2 while it streams to and from
 * 10.0.0.1, over a cable that loses one packet in a hundred.
 */
abstract class StreamingStacks {
  static final int CONNECTIONS = 20;

  final VirtualNetwork network = new VirtualNetwork();
  final StackHarness one = network.builder("stack1").addresses("10.0.0.1/24").build();
  final StackHarness other = network.builder("stack2").addresses("10.0.0.2/24").build();

  /** Of {@link #one}. */
  final List<TcpSocket> clients = new ArrayList<>();

  /** Of {@link #other}, in the order of the clients. */
  final List<TcpSocket> servers = new ArrayList<>();

  final List<BulkTransfer> transfers = new ArrayList<>();
  TcpListener listener;

  private final int bytes;
  private final List<TcpSocket> waiting = new ArrayList<>();

  /** That many bytes are to go each way on every connection. */
  StreamingStacks(int bytes) {
    this.bytes = bytes;
  }

  @BeforeEach
  void connect() throws Exception {
    network.connect(
        one, other, ImpairmentSettings.NONE.withDelay(2_000_000, 100_000).withLoss(1).withSeed(5));
    listener = other.tcp().listen(IpEndpoint.parse("*:80"), 2 * CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      clients.add(open());
    }
    network.advance(Duration.ofSeconds(5));
    for (TcpSocket client : clients) {
      servers.add(accepted(client));
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      transfers.add(new BulkTransfer(clients.get(i), servers.get(i), bytes, i, false));
      transfers.add(new BulkTransfer(servers.get(i), clients.get(i), bytes, 100 + i, false));
    }
  }

  final TcpSocket open() throws Exception {
    return one.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
  }

  /** The other end of a connection. */
  final TcpSocket accepted(TcpSocket client) throws Exception {
    for (TcpSocket next = listener.accept(); next != null; next = listener.accept()) {
      waiting.add(next);
    }
    return waiting.stream()
        .filter(socket -> socket.remote().port() == client.local().port())
        .findFirst()
        .orElseThrow();
  }

  /** Until so many bytes have come each way on every connection, or nothing goes on. */
  final void pump(long most) {
    long end = network.clock().nanoTime() + Duration.ofMinutes(10).toNanos();
    do {
      transfers.forEach(BulkTransfer::pump);
      network.settle();
    } while (transfers.stream().anyMatch(transfer -> transfer.readBytes() < most)
        && network.nextEventNanos() < end
        && network.step());
  }

  /** All bytes come, and nothing has become of the connections. */
  final void expectAllThere() {
    pump(bytes);
    network.settle();
    assertThat(transfers).allMatch(BulkTransfer::isDone);
    assertThat(servers).allMatch(socket -> socket.state() == TcpState.ESTABLISHED);
    assertThat(clients).allMatch(socket -> socket.state() == TcpState.ESTABLISHED);
    assertThat(one.counter("Tcp.EstabResets") + other.counter("Tcp.EstabResets")).isZero();
    assertThat(other.counter("Tcp.CurrEstab")).isEqualTo(CONNECTIONS);
    assertThat(other.counter("Tcp.Connections")).isEqualTo(CONNECTIONS);
    assertThat(other.connections(info -> info.state() == TcpState.ESTABLISHED))
        .hasSize(CONNECTIONS);
  }
}
