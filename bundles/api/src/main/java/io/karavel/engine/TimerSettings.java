package io.karavel.engine;

import io.karavel.engine.Setting.Applies;
import java.util.List;
import java.util.Map;

/**
 * The settings of the timing wheel, PID {@value #PID}. They change what it costs, never when a
 * timer expires.
 *
 * @param tickMicros width of a slot of the finest wheel
 * @param slotTimers timers that a slot of a coarser wheel holds before it is split
 * @param spareWheels wheels kept for reuse
 */
public record TimerSettings(int tickMicros, int slotTimers, int spareWheels) {
  /** The PID. */
  public static final String PID = "io.karavel.timer";

  /** Key. */
  public static final Setting<Long> TICK_MICROS =
      Setting.number(
          "tickMicros",
          1000,
          10,
          1_000_000,
          "us",
          Applies.LIVE,
          "Width of a slot of the finest wheel; within it timers are sorted when it comes due.");

  /** Key. */
  public static final Setting<Long> SLOT_TIMERS =
      Setting.number(
          "slotTimers",
          16,
          1,
          127,
          "count",
          Applies.LIVE,
          "Timers that a slot of a coarser wheel holds before it is split into a finer wheel.");

  /** Key. */
  public static final Setting<Long> SPARE_WHEELS =
      Setting.number(
          "spareWheels",
          256,
          0,
          65536,
          "count",
          Applies.LIVE,
          "Empty wheels kept for reuse instead of being left to the collector.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(PID, List.of(TICK_MICROS, SLOT_TIMERS, SPARE_WHEELS));

  /** The defaults. */
  public static TimerSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static TimerSettings parse(Map<String, ?> raw) throws SettingsException {
    return of(SCHEMA.parse(raw));
  }

  private static TimerSettings of(SettingsSchema.Values values) {
    return new TimerSettings(
        values.intValue(TICK_MICROS), values.intValue(SLOT_TIMERS), values.intValue(SPARE_WHEELS));
  }
}
