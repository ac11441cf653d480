package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Duel;
import io.karavel.simulation.run.Failure;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stack against strangers that do what no peer of ours does. {@code -Dkaravel.seeds=1000000
 * -Dkaravel.firstSeed=1} runs more.
 */
class DuelTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.seeds", 200);
  private static final int SHOWN = 5;

  @Test
  void everyDuelConformsToTheStandards() {
    long from = System.nanoTime();
    List<String> failures =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .mapToObj(DuelTest::failureOf)
            .filter(failure -> failure != null)
            .toList();
    System.out.printf(
        "%d duels from %d in %.1f s, %d failed%n",
        SEEDS, FIRST, (System.nanoTime() - from) / 1e9, failures.size());
    failures.forEach(failure -> System.out.println(failure.lines().findFirst().orElse("")));
    assertThat(failures.stream().limit(SHOWN)).isEmpty();
  }

  private static String failureOf(long seed) {
    try {
      Duel.run(seed);
      return null;
    } catch (Failure failure) {
      return failure.getMessage();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aDuelReplaysBitForBit(long seed) {
    long once = Duel.run(seed);
    assertThat(Duel.run(seed)).isEqualTo(once);
    assertThat(Duel.run(seed + 1_000_000)).isNotEqualTo(once);
  }
}
