package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Simulation;
import io.karavel.tcp.TcpException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Modules swapped on the way leave no trace: in virtual time a swap takes none, so every byte on
 * every wire is where it would have been. {@code -Dkaravel.swapSeeds=1000} runs more.
 */
class SwappedTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.swapSeeds", 25);

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 50})
  void swapsAtEveryKthEventChangeNothingOnTheWires(int every) {
    List<String> differences =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .mapToObj(seed -> difference(seed, every))
            .filter(difference -> difference != null)
            .toList();
    assertThat(differences).isEmpty();
  }

  private static String difference(long seed, int every) {
    try {
      return Simulation.differenceWhenSwapped(seed, every);
    } catch (AssertionError | RuntimeException | TcpException e) {
      return "seed " + seed + ": " + e;
    }
  }
}
