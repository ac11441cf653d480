package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a swap of TCP with many connections costs its lane, one in ten of them with data in flight:
 * {@code -Dkaravel.swapConnections=10000 -Dkaravel.swapTimes=60} prints the processor time once the
 * code is warm. A build looks only whether every connection goes on.
 */
class SwapPauseTest {
  private static final int CONNECTIONS = Integer.getInteger("karavel.swapConnections", 500);
  private static final int TIMES = Integer.getInteger("karavel.swapTimes", 3);
  private static final int BYTES = 2000;
  private static final int OPENED_AT_ONCE = 500;

  private final VirtualNetwork network = new VirtualNetwork();
  private final StackHarness one = stack(1);
  private final StackHarness other = stack(2);
  private final List<TcpSocket> clients = new ArrayList<>();
  private final List<TcpSocket> servers = new ArrayList<>();

  private final ByteBuffer sink = ByteBuffer.allocate(1 << 20);
  private long readBytes;

  private StackHarness stack(int number) {
    return network.builder("stack" + number).addresses("10.0.0." + number + "/24").build();
  }

  @Test
  void everyConnectionGoesOnAfterManySwaps() throws Exception {
    connect();
    List<Long> nanos = new ArrayList<>();
    for (int time = 0; time < TIMES; time++) {
      write();
      long before = cpuNanos();
      assertThat(one.swapForGood("tcp")).isNull();
      nanos.add(cpuNanos() - before);
      read();
    }
    List<Long> warm = nanos.subList(nanos.size() / 2, nanos.size()).stream().sorted().toList();
    System.out.printf(
        "swap of tcp with %d connections, processor time of the lane in its last %d of %d: median"
            + " %.1f ms, most %.1f ms%n",
        CONNECTIONS,
        warm.size(),
        TIMES,
        warm.get(warm.size() / 2) / 1e6,
        warm.get(warm.size() - 1) / 1e6);
    expectAllGoOn();
  }

  @Test
  void everyConnectionGoesOnAfterManySwapsInSteps() throws Exception {
    connect();
    List<Long> turns = new ArrayList<>();
    List<Long> lasts = new ArrayList<>();
    List<Long> wholes = new ArrayList<>();
    for (int time = 0; time < TIMES; time++) {
      write();
      StagedSwap swap = one.staged(one.factory("tcp"), StagedSwap.PORTION);
      List<Long> steps = steps(swap);
      assertThat(swap.moved()).isEqualTo(CONNECTIONS);
      turns.add(Collections.max(steps));
      lasts.add(steps.get(steps.size() - 1));
      wholes.add(steps.stream().mapToLong(Long::longValue).sum());
      read();
    }
    System.out.printf(
        "swap in steps of tcp with %d connections, %d each, processor time of the lane, median of"
            + " the later half: longest step with its turn %.2f ms, the last one %.2f ms, all %.1f"
            + " ms%n",
        CONNECTIONS,
        StagedSwap.PORTION,
        warmMedianMillis(turns),
        warmMedianMillis(lasts),
        warmMedianMillis(wholes));
    expectAllGoOn();
  }

  @Test
  void recordsOfClosedConnectionsGoInPortionsToo() throws Exception {
    connect();
    for (TcpSocket client : clients) {
      client.close();
    }
    network.advance(Duration.ofMillis(100));
    for (TcpSocket server : servers) {
      server.close();
    }
    network.advance(Duration.ofMillis(100));
    assertThat(one.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS);
    List<Long> longest = new ArrayList<>();
    for (int time = 0; time < TIMES; time++) {
      longest.add(Collections.max(steps(one.staged(one.factory("tcp"), StagedSwap.PORTION))));
    }
    System.out.printf(
        "swap in steps of tcp with %d TIME-WAIT records, processor time of the lane, median of the"
            + " later half: longest step with its turn %.2f ms%n",
        CONNECTIONS, warmMedianMillis(longest));
    assertThat(one.counter("Tcp.TimeWaits")).isEqualTo(CONNECTIONS);
    network.advance(Duration.ofMinutes(2));
    assertThat(one.counter("Tcp.TimeWaits")).isZero();
    assertThat(one.crashes()).isZero();
  }

  @Test
  void everyConnectionGoesOnAfterManyCanaries() throws Exception {
    connect();
    List<Long> begun = new ArrayList<>();
    List<Long> ended = new ArrayList<>();
    for (int time = 0; time < TIMES; time++) {
      write();
      long before = cpuNanos();
      assertThat(one.beginCanary(one.factory("tcp"), info -> true, 10)).isNull();
      begun.add(cpuNanos() - before);
      read();
      before = cpuNanos();
      assertThat(one.endCanary()).isNull();
      ended.add(cpuNanos() - before);
    }
    System.out.printf(
        "canary of tcp with %d connections, processor time of the lane, median of the later half:"
            + " begin %.1f ms, end %.1f ms%n",
        CONNECTIONS, warmMedianMillis(begun), warmMedianMillis(ended));
    expectAllGoOn();
  }

  private static double warmMedianMillis(List<Long> nanos) {
    List<Long> warm = nanos.subList(nanos.size() / 2, nanos.size()).stream().sorted().toList();
    return warm.get(warm.size() / 2) / 1e6;
  }

  /** Processor time of this thread, which is the lane's. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Takes all steps of a swap; the processor time of each with its turn. */
  private List<Long> steps(StagedSwap swap) {
    List<Long> nanos = new ArrayList<>();
    one.stack().lane().swaps().advance(swap);
    while (!swap.over().isDone()) {
      long before = cpuNanos();
      one.stack().lane().turn();
      nanos.add(cpuNanos() - before);
    }
    network.settle();
    assertThat(swap.problem()).isNull();
    return nanos;
  }

  /** One in ten connections has something in flight. */
  private void write() throws TcpException {
    for (int i = 0; i < CONNECTIONS / 10; i++) {
      assertThat(clients.get(i).write(ByteBuffer.wrap(new byte[BYTES]))).isEqualTo(BYTES);
    }
    network.settle();
  }

  private void read() throws TcpException {
    network.advance(Duration.ofMillis(100));
    for (TcpSocket server : servers) {
      for (int n = server.read(sink.clear()); n > 0; n = server.read(sink.clear())) {
        readBytes += n;
      }
    }
  }

  /** All that was written is there, and nothing was sent again. */
  private void expectAllGoOn() throws TcpException {
    network.advance(Duration.ofSeconds(5));
    read();
    assertThat(readBytes).isEqualTo((long) TIMES * BYTES * (CONNECTIONS / 10));
    assertThat(servers).allMatch(server -> server.state() == TcpState.ESTABLISHED);
    assertThat(clients).allMatch(client -> client.state() == TcpState.ESTABLISHED);
    assertThat(one.counter("Tcp.RetransSegs")).isZero();
    assertThat(one.crashes()).isZero();
  }

  private void connect() throws Exception {
    network.connect(one, other, ImpairmentSettings.NONE.withDelay(200_000, 0));
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:80"), 2 * OPENED_AT_ONCE);
    while (clients.size() < CONNECTIONS) {
      for (int i = 0; i < OPENED_AT_ONCE && clients.size() < CONNECTIONS; i++) {
        clients.add(one.tcp().connect(IpEndpoint.of("10.0.0.2", 80)));
      }
      network.advance(Duration.ofMillis(50));
      for (TcpSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
        servers.add(socket);
      }
    }
    assertThat(servers).hasSize(CONNECTIONS);
  }
}
