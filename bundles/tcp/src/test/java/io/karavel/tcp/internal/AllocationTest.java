package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the way of a segment through the module costs in garbage: nothing. */
class AllocationTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");
  private final ByteBuffer piece = ByteBuffer.allocateDirect(100_000);

  private StackSocket connector;
  private TcpSocket accepted;

  private void open() throws Exception {
    net.noting = false;
    StackListener listener = server.listen(80, 16);
    connector = client.connect(server, 80);
    net.run();
    accepted = listener.accept();
  }

  private interface Step {
    void run() throws Exception;
  }

  private static long allocatedBytes(Step step, int times) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < times; i++) {
      step.run();
    }
    return threads.getThreadAllocatedBytes(id) - before;
  }

  private static long perTime(Step step) throws Exception {
    for (int i = 0; i < 4000; i++) {
      step.run();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      least = Math.min(least, allocatedBytes(step, 1000) / 1000);
    }
    return least;
  }

  @Test
  void aBulkTransferAllocatesNothingPerSegment() throws Exception {
    open();
    Step step =
        () -> {
          connector.write(piece.clear().limit(30_000));
          net.run();
          accepted.read(piece.clear());
          net.run();
          net.advance(MILLI);
        };
    // 21 segments and their acknowledgements. One object per segment would be 400 bytes; what
    // remains is that of the two rings per block of 64 KiB.
    assertThat(perTime(step)).isLessThan(200);
  }

  @Test
  void aPingPongAllocatesNothing() throws Exception {
    open();
    Step step =
        () -> {
          connector.write(piece.clear().limit(1));
          net.run();
          accepted.read(piece.clear());
          accepted.write(piece.clear().limit(1));
          net.run();
          connector.read(piece.clear());
          net.advance(MILLI);
        };
    assertThat(perTime(step)).isLessThan(16);
  }
}
