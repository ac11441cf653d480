package io.karavel.benchmarks.jmh;

import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An acknowledgement whose block has grown by a segment, beside so many holes below it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1g"})
public class NewlySackedBenchmark {
  private static final int MSS = 536;

  /** Segments that are SACKed one after the other, each by an acknowledgement of its own. */
  private static final int GROWTH = 1000;

  private static final Duration ROUND_TRIP = Duration.ofMillis(10);

  /** Segments that are missing below those; every second one. There is one hole besides. */
  @Param({"0", "100", "10000"})
  public int holes;

  private Talker talker;
  private int una;
  private byte[][] acknowledgements;

  /** Fills the window, has every second segment SACKed below the last thousand. */
  @Setup(Level.Invocation)
  public void prepare() throws Exception {
    talker =
        new Talker(
            StackHarness.builder()
                .tcp("congestionControl", "newreno")
                .tcp("sendBufferMax", 64 << 20)
                .tcp("sendBufferInitial", 32 << 20));
    talker.open(
        0,
        SegmentOption.of(TcpOptionParser.MAXIMUM_SEGMENT_SIZE, (long) MSS),
        SegmentOption.of(TcpOptionParser.SACK_PERMITTED),
        SegmentOption.of(TcpOptionParser.WINDOW_SCALE, 14L));
    int segments = 2 * holes + 1 + GROWTH;
    ByteBuffer zeros = ByteBuffer.allocate(MSS * segments);
    una = 0;
    int sent = 0;
    while (sent < segments) {
      una += sent * MSS;
      talker.stack.deliver(talker.segment(0, una, TcpHeader.ACK).tcp());
      talker.socket.write(zeros.clear());
      talker.stack.settle();
      sent = talker.stack.output().size();
      talker.stack.advance(ROUND_TRIP);
    }
    for (int i = 0; i < holes; i++) {
      talker.stack.deliver(block(2 * i + 1, 2 * i + 2));
      talker.stack.output();
    }
    acknowledgements = new byte[GROWTH][];
    int first = 2 * holes + 1;
    for (int i = 0; i < GROWTH; i++) {
      acknowledgements[i] = block(first, first + i + 1);
    }
  }

  private byte[] block(int left, int right) {
    SegmentOption block =
        new SegmentOption(TcpOptionParser.SACK, List.of(edge(left), edge(right)), null);
    return talker.segment(0, una, TcpHeader.ACK).options(List.of(block)).tcp();
  }

  private long edge(int segment) {
    return Integer.toUnsignedLong(talker.ours(una + segment * MSS));
  }

  /** Each of them, with what it lets go. */
  @Benchmark
  @OperationsPerInvocation(GROWTH)
  public int blockGrows() {
    int sent = 0;
    for (byte[] acknowledgement : acknowledgements) {
      talker.stack.deliver(acknowledgement);
      sent += talker.stack.output().size();
    }
    return sent;
  }
}
