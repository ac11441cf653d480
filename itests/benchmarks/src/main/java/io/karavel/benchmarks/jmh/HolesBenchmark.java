package io.karavel.benchmarks.jmh;

import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An acknowledgement with three blocks, beside so many holes in what was sent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx4g", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1g"})
public class HolesBenchmark {
  private static final int MSS = 536;

  /** Segments that are missing; every second one of what was sent. With none nothing waits. */
  @Param({"0", "3", "100", "10000"})
  public int holes;

  private Talker talker;
  private int una;
  private int next;

  /** Fills the window and has every second segment SACKed. */
  @Setup
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
    int segments = 2 * holes;
    ByteBuffer zeros = ByteBuffer.allocate(MSS * segments);
    int sent = 0;
    while (sent < segments) {
      una += sent * MSS;
      talker.stack.deliver(talker.segment(0, una, TcpHeader.ACK).tcp());
      talker.socket.write(zeros.clear());
      talker.stack.settle();
      sent = talker.stack.output().size();
    }
    for (int i = 0; i < holes; i++) {
      acknowledge(i);
    }
  }

  private int acknowledge(int newest) {
    SegmentOption blocks =
        new SegmentOption(
            TcpOptionParser.SACK,
            List.of(
                edge(newest, 1), edge(newest, 2),
                edge(newest / 2, 1), edge(newest / 2, 2),
                edge(newest / 3, 1), edge(newest / 3, 2)),
            null);
    talker.stack.deliver(talker.segment(0, una, TcpHeader.ACK).options(List.of(blocks)).tcp());
    return talker.stack.output().size();
  }

  private long edge(int hole, int segment) {
    return Integer.toUnsignedLong(talker.ours(una + (2 * hole + segment) * MSS));
  }

  /** Blocks anywhere, all known already; none where there are no holes. */
  @Benchmark
  public int blocksComeAgain() {
    if (holes == 0) {
      talker.stack.deliver(talker.segment(0, una, TcpHeader.ACK).tcp());
      return talker.stack.output().size();
    }
    next = next * 31 + 17 & 0x7fffffff;
    return acknowledge(next % holes);
  }
}
