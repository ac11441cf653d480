package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Simulation;
import io.karavel.tcp.TcpException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Swaps of TCP in portions of any size in whole runs break no rule: every byte, every state and
 * every end is as it must be. {@code -Dkaravel.swapSeeds=1000} runs more.
 */
class StagedSwapTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.swapSeeds", 25);

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "7, 1", "7, 2", "50, 1", "50, 100"})
  void swapsInPortionsBegunAtEveryKthEventBreakNothing(int every, int portion) {
    AtomicLong moved = new AtomicLong();
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    LongStream.range(FIRST, FIRST + SEEDS)
        .parallel()
        .forEach(
            seed -> {
              try {
                moved.addAndGet(Simulation.withStagedSwaps(seed, every, portion));
              } catch (AssertionError | RuntimeException | TcpException e) {
                failures.add("seed " + seed + ": " + e);
              }
            });
    assertThat(failures).isEmpty();
    assertThat(moved.get()).as("connections moved").isPositive();
  }
}
