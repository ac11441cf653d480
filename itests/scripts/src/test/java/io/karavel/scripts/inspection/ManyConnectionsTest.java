package io.karavel.scripts.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand connections, made by a packet generator, are listed as {@code tcp:list} does
 * it: page by page. The time is that of the processor, which a busy machine does not lengthen, and
 * the best of several walks, because the first ones run code that is not compiled yet.
 */
class ManyConnectionsTest {
  private static final int CONNECTIONS = 100_000;
  private static final int PORTS = 50_000;
  private static final int WALKS = 8;

  /** What {@code tcp:list} looks at in one turn. */
  private static final int PAGE = 64;

  private static final long TURN_NANOS = 1_000_000;
  private static final long ANSWER_NANOS = 2_000_000_000;

  private final StackHarness stack = StackHarness.builder().tcp("maxAcceptBacklog", 65535).build();
  private long slowestPageNanos;

  private void open() throws Exception {
    TcpListener listener = stack.tcp().listen(new IpEndpoint(IpAddress.ANY, 80), 65535);
    stack.settle();
    for (int i = 0; i < CONNECTIONS; i++) {
      IpAddress peer = IpAddress.parse("10.77.0." + (10 + i / PORTS));
      int port = 1024 + i % PORTS;
      PacketBuilder packet =
          new PacketBuilder().from(peer, port).to(StackHarness.LOCAL, 80).window(65535);
      stack.deliver(packet.sequence(1000).flags(TcpHeader.SYN).tcp());
      WirePacket answer = stack.output().get(0);
      stack.deliver(
          packet
              .sequence(1001)
              .acknowledgment(answer.sequenceNumber() + 1)
              .flags(TcpHeader.ACK)
              .tcp());
      stack.output();
      // accepted at once, so that the queue never fills
      listener.accept();
    }
  }

  private static long processorNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Walks through everything; the slowest page and the whole are measured. */
  private long walk(Predicate<TcpConnectionInfo> filter, Set<Long> found) {
    long begin = processorNanos();
    slowestPageNanos = 0;
    long cursor = 0;
    do {
      long pageBegin = processorNanos();
      TcpControl.Page page = stack.tcpControl().list(cursor, PAGE, filter);
      slowestPageNanos = Math.max(slowestPageNanos, processorNanos() - pageBegin);
      page.entries().forEach(info -> found.add(info.id()));
      cursor = page.next();
    } while (cursor != 0);
    return processorNanos() - begin;
  }

  @Test
  void areListedWithinTwoSecondsAndNoTurnLongerThanAMillisecond() throws Exception {
    open();
    long bestPage = Long.MAX_VALUE;
    long bestWalk = Long.MAX_VALUE;
    for (int i = 0; i < WALKS; i++) {
      Set<Long> found = new HashSet<>(CONNECTIONS * 2);
      bestWalk = Math.min(bestWalk, walk(info -> info.state() == TcpState.ESTABLISHED, found));
      bestPage = Math.min(bestPage, slowestPageNanos);
      assertThat(found).hasSize(CONNECTIONS);
    }
    System.out.printf(
        "tcp:list of %d connections: %.0f ms, slowest page %.0f us%n",
        CONNECTIONS, bestWalk / 1e6, bestPage / 1e3);
    assertThat(bestWalk).isLessThan(ANSWER_NANOS);
    assertThat(bestPage).isLessThan(TURN_NANOS);
  }
}
