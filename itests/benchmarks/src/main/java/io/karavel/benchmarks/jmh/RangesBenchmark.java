package io.karavel.benchmarks.jmh;

import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
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

/** A segment out of order that comes again, beside so many ranges that wait. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:+UseSerialGC"})
public class RangesBenchmark {
  private static final int BYTES = 50;
  private static final int DISTANCE = 100;

  /** Ranges that the peer has sent; the stack bounds how many of them it keeps. */
  @Param({"1", "100", "10000"})
  public int ranges;

  private Talker talker;
  private byte[][] segments;
  private int next;

  /** Sends them all once. */
  @Setup
  public void prepare() throws Exception {
    talker =
        new Talker(
            StackHarness.builder()
                .tcp("receiveBufferMax", 16 << 20)
                .tcp("receiveBufferInitial", 4 << 20));
    talker.open(
        0,
        SegmentOption.of(TcpOptionParser.SACK_PERMITTED),
        SegmentOption.of(TcpOptionParser.WINDOW_SCALE, 8L));
    segments = new byte[ranges][];
    for (int i = 0; i < ranges; i++) {
      segments[i] =
          talker.segment((i + 1) * DISTANCE, 0, TcpHeader.ACK).payload(new byte[BYTES]).tcp();
      talker.stack.deliver(segments[i]);
      talker.stack.output();
    }
  }

  /** The segment and its duplicate acknowledgement. */
  @Benchmark
  public int segmentComesAgain() {
    next = next * 31 + 17 & 0x7fffffff;
    talker.stack.deliver(segments[next % ranges]);
    return talker.stack.output().size();
  }
}
