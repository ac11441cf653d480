package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Goal;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpState;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Every state with every cause: {@code causes.txt} says what leads where and why the rest cannot
 * be; seeded connections are steered through all of it, and what they are told must be in it.
 * {@code -Dkaravel.causeSeeds=100} steers more.
 */
class CausesTest {
  private static final long SEEDS = Long.getLong("karavel.causeSeeds", 4);
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);

  private final CauseTable table = CauseTable.read();

  @Test
  void theTableHasEveryStateWithEveryCause() {
    assertThat(table.causes())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TcpCause.values()).map(Enum::name).toList());
    assertThat(table.states())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(TcpState.values()).map(Enum::name).toList());
    assertThat(table.cells()).isEqualTo(TcpCause.values().length * TcpState.values().length);
    assertThat(table.reasonsUsed()).isEqualTo(table.reasonsGiven());
  }

  @Test
  void everyChangeIsReachedAndToldRightly() {
    Set<Goal> met = ConcurrentHashMap.newKeySet();
    List<String> failures =
        table.goals().parallelStream()
            .flatMap(goal -> LongStream.range(FIRST, FIRST + SEEDS).mapToObj(s -> at(goal, s, met)))
            .filter(failure -> failure != null)
            .toList();
    System.out.printf(
        "%d changes of state steered with %d seeds each, %d met%n",
        table.goals().size(), SEEDS, met.size());
    failures.stream().map(f -> f.lines().findFirst().orElse("")).forEach(System.out::println);
    assertThat(failures.stream().limit(3)).isEmpty();
    assertThat(met).isEqualTo(table.goals());
  }

  private static String at(Goal goal, long seed, Set<Goal> met) {
    try {
      met.addAll(goal.reach(seed));
      return null;
    } catch (AssertionError failure) {
      return failure.getMessage();
    }
  }
}
