package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Simulation;
import io.karavel.tcp.TcpException;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A seed decides everything: every byte on every wire, and when it was there. */
class ReplayTest {
  static LongStream seeds() {
    long first = Long.getLong("karavel.firstSeed", 1);
    return LongStream.range(first, first + 25);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aSeedReplaysBitForBit(long seed) {
    Simulation.Outcome once = Simulation.run(seed);
    assertThat(Simulation.run(seed)).isEqualTo(once);
    assertThat(once.frames()).isPositive();
    assertThat(Simulation.run(seed + 1_000_000).hash()).isNotEqualTo(once.hash());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void askingWhyChangesNothing(long seed) throws TcpException {
    assertThat(Simulation.withoutQuestions(seed)).isEqualTo(Simulation.run(seed).hash());
  }
}
