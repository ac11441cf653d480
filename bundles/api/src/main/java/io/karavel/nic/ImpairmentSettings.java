package io.karavel.nic;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How bad a wire is, one direction of it. The keys are shared by everything that has an {@link
 * Impairment}: a cable's configuration holds them beside its own.
 *
 * @param delayNanos time on the wire
 * @param jitterNanos the delay varies by at most this, up and down, evenly; frames are not
 *     overtaken by it
 * @param lossPercent frames that are lost on the wire
 * @param reorderPercent frames that are held back, so that later ones overtake them
 * @param reorderDelayNanos how much longer a frame that is held back takes
 * @param duplicatePercent frames that arrive twice
 * @param corruptPercent frames in which one bit is turned over
 * @param rateBitsPerSecond speed of the wire; 0 has no limit
 * @param queueFrames frames that wait for the wire at most when the speed is limited, the one being
 *     sent included; more are dropped
 * @param seed the source of all chance: same seed, same fate of the n-th frame
 */
public record ImpairmentSettings(
    long delayNanos,
    long jitterNanos,
    double lossPercent,
    double reorderPercent,
    long reorderDelayNanos,
    double duplicatePercent,
    double corruptPercent,
    long rateBitsPerSecond,
    int queueFrames,
    long seed) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Key. */
  public static final Setting<Double> DELAY =
      Setting.fraction("delayMs", 0, 0, 60_000, "ms", Applies.LIVE, "Time on the wire, one way.");

  /** Key. */
  public static final Setting<Double> JITTER =
      Setting.fraction(
          "jitterMs",
          0,
          0,
          60_000,
          "ms",
          Applies.LIVE,
          "The delay varies by at most this, up and down, without frames being overtaken.");

  /** Key. */
  public static final Setting<Double> LOSS =
      Setting.fraction("lossPercent", 0, 0, 100, "%", Applies.LIVE, "Frames that are lost.");

  /** Key. */
  public static final Setting<Double> REORDER =
      Setting.fraction(
          "reorderPercent",
          0,
          0,
          100,
          "%",
          Applies.LIVE,
          "Frames that are held back, so that later ones overtake them.");

  /** Key. */
  public static final Setting<Double> REORDER_DELAY =
      Setting.fraction(
          "reorderDelayMs",
          1,
          0,
          60_000,
          "ms",
          Applies.LIVE,
          "How much longer a frame takes that is held back.");

  /** Key. */
  public static final Setting<Double> DUPLICATE =
      Setting.fraction(
          "duplicatePercent", 0, 0, 100, "%", Applies.LIVE, "Frames that arrive twice.");

  /** Key. */
  public static final Setting<Double> CORRUPT =
      Setting.fraction(
          "corruptPercent",
          0,
          0,
          100,
          "%",
          Applies.LIVE,
          "Frames in which one bit is turned over.");

  /** Key. */
  public static final Setting<Long> RATE =
      Setting.number(
          "rateBitsPerSecond",
          0,
          0,
          1_000_000_000_000L,
          "bit/s",
          Applies.LIVE,
          "Speed of the wire in each direction; 0 has no limit.");

  /** Key. */
  public static final Setting<Long> QUEUE =
      Setting.number(
          "queueFrames",
          1000,
          1,
          1_000_000,
          "count",
          Applies.LIVE,
          "Frames that wait for the wire at most when its speed is limited; more are dropped.");

  /** Key. */
  public static final Setting<Long> SEED =
      Setting.number(
          "seed",
          1,
          0,
          Long.MAX_VALUE,
          "",
          Applies.LIVE,
          "Source of all chance: same seed, same fate of the n-th frame; a change counts anew.");

  /** All keys, for the schema that includes them. */
  public static final List<Setting<?>> KEYS =
      List.of(DELAY, JITTER, LOSS, REORDER, REORDER_DELAY, DUPLICATE, CORRUPT, RATE, QUEUE, SEED);

  /** A perfect wire without delay. */
  public static final ImpairmentSettings NONE =
      new ImpairmentSettings(0, 0, 0, 0, 0, 0, 0, 0, 1000, 1);

  /** Checks the ranges of the keys. */
  public ImpairmentSettings {
    if (delayNanos < 0 || jitterNanos < 0 || reorderDelayNanos < 0 || rateBitsPerSecond < 0) {
      throw new IllegalArgumentException("times and rate of an impairment are not negative");
    }
    for (double percent :
        new double[] {lossPercent, reorderPercent, duplicatePercent, corruptPercent}) {
      if (!(percent >= 0 && percent <= 100)) {
        throw new IllegalArgumentException(percent + " is not within 0 to 100 %");
      }
    }
    if (queueFrames < 1) {
      throw new IllegalArgumentException("a queue of " + queueFrames + " frames: 1 at least");
    }
  }

  /** Reads the keys out of the values of a schema that includes {@link #KEYS}. */
  public static ImpairmentSettings of(SettingsSchema.Values values) {
    return new ImpairmentSettings(
        nanos(values.get(DELAY)),
        nanos(values.get(JITTER)),
        values.get(LOSS),
        values.get(REORDER),
        nanos(values.get(REORDER_DELAY)),
        values.get(DUPLICATE),
        values.get(CORRUPT),
        values.get(RATE),
        values.intValue(QUEUE),
        values.get(SEED));
  }

  private static long nanos(double millis) {
    return Math.round(millis * NANOS_PER_MILLI);
  }

  /** Keys and values, as a configuration would give them. */
  public Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(DELAY.key(), delayNanos / NANOS_PER_MILLI);
    map.put(JITTER.key(), jitterNanos / NANOS_PER_MILLI);
    map.put(LOSS.key(), lossPercent);
    map.put(REORDER.key(), reorderPercent);
    map.put(REORDER_DELAY.key(), reorderDelayNanos / NANOS_PER_MILLI);
    map.put(DUPLICATE.key(), duplicatePercent);
    map.put(CORRUPT.key(), corruptPercent);
    map.put(RATE.key(), rateBitsPerSecond);
    map.put(QUEUE.key(), (long) queueFrames);
    map.put(SEED.key(), seed);
    return map;
  }

  /** The same with another delay and jitter. */
  public ImpairmentSettings withDelay(long delay, long jitter) {
    return new ImpairmentSettings(
        delay,
        jitter,
        lossPercent,
        reorderPercent,
        reorderDelayNanos,
        duplicatePercent,
        corruptPercent,
        rateBitsPerSecond,
        queueFrames,
        seed);
  }

  /** The same with another loss. */
  public ImpairmentSettings withLoss(double percent) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        percent,
        reorderPercent,
        reorderDelayNanos,
        duplicatePercent,
        corruptPercent,
        rateBitsPerSecond,
        queueFrames,
        seed);
  }

  /** The same with another reordering. */
  public ImpairmentSettings withReordering(double percent, long extraDelayNanos) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        lossPercent,
        percent,
        extraDelayNanos,
        duplicatePercent,
        corruptPercent,
        rateBitsPerSecond,
        queueFrames,
        seed);
  }

  /** The same with another duplication. */
  public ImpairmentSettings withDuplication(double percent) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        lossPercent,
        reorderPercent,
        reorderDelayNanos,
        percent,
        corruptPercent,
        rateBitsPerSecond,
        queueFrames,
        seed);
  }

  /** The same with another corruption. */
  public ImpairmentSettings withCorruption(double percent) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        lossPercent,
        reorderPercent,
        reorderDelayNanos,
        duplicatePercent,
        percent,
        rateBitsPerSecond,
        queueFrames,
        seed);
  }

  /** The same with another speed and queue. */
  public ImpairmentSettings withRate(long bitsPerSecond, int queue) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        lossPercent,
        reorderPercent,
        reorderDelayNanos,
        duplicatePercent,
        corruptPercent,
        bitsPerSecond,
        queue,
        seed);
  }

  /** The same with another seed. */
  public ImpairmentSettings withSeed(long value) {
    return new ImpairmentSettings(
        delayNanos,
        jitterNanos,
        lossPercent,
        reorderPercent,
        reorderDelayNanos,
        duplicatePercent,
        corruptPercent,
        rateBitsPerSecond,
        queueFrames,
        value);
  }
}
