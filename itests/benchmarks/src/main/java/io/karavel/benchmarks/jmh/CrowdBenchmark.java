package io.karavel.benchmarks.jmh;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
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

/** A byte that arrives and is read, beside so many idle connections, each with a timer or none. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx6g", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=2g"})
public class CrowdBenchmark {
  /** Connections besides the one that speaks. */
  @Param({"0", "1000000"})
  public int connections;

  /** Whether each of them waits for its keepalive time. */
  @Param({"false", "true"})
  public boolean timers;

  private final ByteBuffer read = ByteBuffer.allocate(16);
  private final byte[] one = new byte[1];
  private Talker talker;
  private int sequence;

  /** Opens them all. */
  @Setup
  public void prepare() throws Exception {
    talker =
        new Talker(
            StackHarness.builder()
                .tcp("maxConnections", 2_000_000)
                .set(KeepaliveSettings.PID, "enabledByDefault", timers));
    for (int i = 0; i < connections; i++) {
      talker.open(i);
    }
    talker.open(connections);
  }

  /** The segment, its acknowledgement, the read. */
  @Benchmark
  public int byteArrives() throws Exception {
    talker.stack.deliver(
        talker.segment(sequence++, 0, TcpHeader.ACK | TcpHeader.PSH).payload(one).tcp());
    int count = talker.socket.read(read.clear());
    talker.stack.advance(Duration.ofMillis(1));
    return count + talker.stack.output().size();
  }
}
