package io.karavel.benchmarks.jmh;

import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
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

/** Segments out of order, known and new, and one that fills a hole, beside ranges that wait. */
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

  /** So many are kept. */
  private static final int MOST = 1024;

  /** Ranges that the peer has sent; the stack bounds how many of them it keeps. */
  @Param({"1", "100", "10000"})
  public int ranges;

  private Talker talker;
  private byte[][] segments;
  private int next;

  /** Where the last range that was delivered began. */
  private int base;

  private final ByteBuffer read = ByteBuffer.allocate(4 * DISTANCE);

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
      segments[i] = bytes((i + 1) * DISTANCE, BYTES);
      talker.stack.deliver(segments[i]);
      talker.stack.output();
    }
  }

  private byte[] bytes(int sequence, int length) {
    return talker.segment(sequence, 0, TcpHeader.ACK).payload(new byte[length]).tcp();
  }

  /** The segment and its duplicate acknowledgement. */
  @Benchmark
  public int segmentComesAgain() {
    next = next * 31 + 17 & 0x7fffffff;
    talker.stack.deliver(segments[next % ranges]);
    return talker.stack.output().size();
  }

  /**
   * The first hole is filled, so that a range is delivered and read, and a new range comes behind
   * those that wait: as many wait afterwards.
   */
  @Benchmark
  public int holeIsFilledAndARangeComes() throws Exception {
    talker.stack.deliver(bytes(base, DISTANCE));
    base += DISTANCE;
    talker.stack.deliver(bytes(base + Math.min(ranges, MOST) * DISTANCE, BYTES));
    int count = talker.socket.read(read.clear());
    return count + talker.stack.output().size();
  }
}
