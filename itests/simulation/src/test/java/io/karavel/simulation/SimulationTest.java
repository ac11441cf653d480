package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Failure;
import io.karavel.simulation.run.Simulation;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole stacks in seeded runs. {@code -Dkaravel.seeds=1000000 -Dkaravel.firstSeed=1} runs more. */
class SimulationTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.seeds", 1000);
  private static final int SHOWN = 5;

  @Test
  void everySeedConformsToTheStandards() {
    long from = System.nanoTime();
    List<Failure> failures =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .mapToObj(SimulationTest::failureOf)
            .filter(failure -> failure != null)
            .toList();
    System.out.printf(
        "%d seeds from %d in %.1f s, %d failed%n",
        SEEDS, FIRST, (System.nanoTime() - from) / 1e9, failures.size());
    for (Failure failure : failures) {
      System.out.println(failure.getMessage().lines().findFirst().orElse(""));
    }
    assertThat(failures.stream().limit(SHOWN).map(Throwable::getMessage)).isEmpty();
  }

  private static Failure failureOf(long seed) {
    try {
      Simulation.run(seed);
      return null;
    } catch (Failure failure) {
      return failure;
    }
  }
}
