package io.karavel.benchmarks.jmh;

import io.karavel.engine.LaneFence;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A door between a lane and what two lanes could share, for a lane's thread that does not hang. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FenceBenchmark {
  /** On a lane's thread. */
  @Benchmark
  @Fork(
      jvmArgsAppend = {
        "-Djmh.executor=CUSTOM",
        "-Djmh.executor.class=io.karavel.benchmarks.jmh.LaneThreads"
      })
  public void onALane() {
    LaneFence.pass();
  }

  /** On the thread of an application. */
  @Benchmark
  public void elsewhere() {
    LaneFence.pass();
  }

  /** What the measurement itself takes. */
  @Benchmark
  public void nothing() {}
}
