package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Failure;
import io.karavel.simulation.run.Goal;
import io.karavel.simulation.run.Simulation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole stacks in seeded runs. {@code -Dkaravel.seeds=1000000 -Dkaravel.firstSeed=1} runs more. */
class SimulationTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.seeds", 1000);
  private static final int SHOWN = 5;

  private final Map<String, Long> explained = new ConcurrentSkipListMap<>();
  private final Map<String, Long> happened = new ConcurrentSkipListMap<>();

  private final Set<Goal> changes = ConcurrentHashMap.newKeySet();

  @Test
  void everySeedConformsToTheStandards() {
    long from = System.nanoTime();
    List<Failure> failures =
        LongStream.range(FIRST, FIRST + SEEDS)
            .parallel()
            .mapToObj(this::failureOf)
            .filter(failure -> failure != null)
            .toList();
    System.out.printf(
        "%d seeds from %d in %.1f s, %d failed%n",
        SEEDS, FIRST, (System.nanoTime() - from) / 1e9, failures.size());
    System.out.println("explained rightly: " + explained);
    System.out.println("foretold, and happened: " + happened);
    for (Failure failure : failures) {
      System.out.println(failure.getMessage().lines().findFirst().orElse(""));
    }
    System.out.println("changes of state explained: " + changes.size());
    assertThat(CauseTable.read().goals()).containsAll(changes);
    assertThat(failures.stream().limit(SHOWN).map(Throwable::getMessage)).isEmpty();
  }

  private Failure failureOf(long seed) {
    try {
      Simulation.Outcome outcome = Simulation.run(seed);
      outcome.explained().forEach((what, count) -> explained.merge(what, count, Long::sum));
      changes.addAll(outcome.changes());
      outcome.happened().forEach((what, count) -> happened.merge(what, count, Long::sum));
      return null;
    } catch (Failure failure) {
      return failure;
    }
  }
}
