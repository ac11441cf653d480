package io.karavel.engine.internal.stack;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.NanoClock;
import io.karavel.engine.internal.lane.Secrets;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What a stack is assembled from.
 *
 * @param name its name
 * @param configured whether Config Admin governs its modules
 * @param clock the time
 * @param settings the engine's settings in force
 * @param secrets where its secrets come from
 * @param seed of what its lanes draw
 * @param random a random number below its argument, for ports; any thread
 * @param bufferBytes limit of the memory of byte rings until the TCP module sets another
 */
public record StackSetup(
    String name,
    boolean configured,
    NanoClock clock,
    Supplier<EngineSettings> settings,
    Secrets secrets,
    long seed,
    IntUnaryOperator random,
    long bufferBytes) {
  private static final long TEST_BUFFER_BYTES = 256L << 20;

  /** A setup in which everything follows from the clock and the seed. */
  public static StackSetup seeded(
      String name, NanoClock clock, Supplier<EngineSettings> settings, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new StackSetup(
        name,
        true,
        clock,
        settings,
        Secrets.seeded(seed),
        seed,
        bound -> {
          synchronized (random) {
            return random.nextInt(bound);
          }
        },
        TEST_BUFFER_BYTES);
  }
}
