package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.tcp.spi.TcpModule;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What canaries cost a timer or task of the TCP module while none runs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ServingBenchmark {
  private SlotHolder slot;
  private ModuleTimers owner;

  /** A slot with the real module. */
  @Setup
  public void prepare() {
    Stack stack =
        new Stack(StackSetup.seeded("main", System::nanoTime, EngineSettings::defaults, 1));
    stack.arrive(new TcpModuleFactory(TcpSettings.defaults()));
    slot = stack.lane().holder(TcpModule.SLOT);
    owner = stack.lane().timers().newOwner(slot);
  }

  /** The look whether a canary's timers are meant. */
  @Benchmark
  public void withoutCanary() {
    slot.serving(owner);
  }

  /** What the measurement itself takes. */
  @Benchmark
  public void nothing() {}
}
