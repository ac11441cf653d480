package io.karavel.benchmarks.jmh;

import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.RingMemory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Bytes through a ring: write, read, and the trim of a drained ring. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ByteRingBenchmark {
  /** Bytes per write. */
  @Param({"1", "1448", "65536"})
  public int bytes;

  private ByteRing ring;
  private ByteBuffer source;
  private ByteBuffer target;

  /** A ring and buffers of the size. */
  @Setup
  public void prepare() {
    ring = new ByteRing(new RingMemory(64 << 20), 1 << 20);
    source = ByteBuffer.allocateDirect(bytes);
    target = ByteBuffer.allocateDirect(bytes);
  }

  /** One write and one read. */
  @Benchmark
  public int writeRead() {
    ring.write(source.clear());
    return ring.read(target.clear());
  }

  /** The same with the memory given back in between, as a ping-pong does when it is idle. */
  @Benchmark
  public boolean writeReadTrim() {
    ring.write(source.clear());
    ring.read(target.clear());
    return ring.trim(false);
  }
}
