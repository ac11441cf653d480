package io.karavel.benchmarks.jmh;

import io.karavel.wire.InternetChecksum;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The Internet checksum over a packet in direct memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
  /** Bytes summed. */
  @Param({"20", "1460", "65495"})
  public int bytes;

  private ByteBuffer packet;

  /** Random bytes, always the same. */
  @Setup
  public void prepare() {
    byte[] random = new byte[bytes];
    new Random(1).nextBytes(random);
    packet = ByteBuffer.allocateDirect(bytes).put(random);
  }

  /** One sum. */
  @Benchmark
  public int sum() {
    return InternetChecksum.sum(packet, 0, bytes);
  }
}
