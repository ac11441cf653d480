package io.karavel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.run.Simulation;
import io.karavel.tcp.TcpException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The watch over a swap at the wires of whole runs; {@code -Dkaravel.swapSeeds=1000} runs more. */
class WatchedWireTest {
  private static final long FIRST = Long.getLong("karavel.firstSeed", 1);
  private static final long SEEDS = Long.getLong("karavel.swapSeeds", 100);

  /** What the watch of a swap takes for a fault must not come from sound stacks. */
  @Test
  void theWatchOverASwapFindsNothingWrongWithSoundStacks() {
    List<String> said = new ArrayList<>();
    LongStream.range(FIRST, FIRST + SEEDS)
        .parallel()
        .forEach(
            seed -> {
              List<String> its;
              try {
                its = Simulation.watched(seed);
              } catch (AssertionError | RuntimeException | TcpException e) {
                its = List.of(e.toString());
              }
              synchronized (said) {
                its.forEach(fault -> said.add("seed " + seed + ": " + fault));
              }
            });
    assertThat(said).isEmpty();
  }
}
