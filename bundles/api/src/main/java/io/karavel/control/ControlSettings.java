package io.karavel.control;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.List;
import java.util.Map;

/**
 * The settings of management, PID {@value #PID}. Units are in the names.
 *
 * @param watchSeconds how long a swap is watched unless the command says
 * @param watchStallMillis how long a turn of a lane may last, and a connection owe an answer, while
 *     a swap is watched
 * @param watchResets resets of established connections that undo a watched swap
 * @param watchAgainPercent share of segments sent again that undoes a watched swap
 * @param historyEntries swaps remembered
 * @param configurationEntries changes of the configuration remembered
 */
public record ControlSettings(
    int watchSeconds,
    int watchStallMillis,
    int watchResets,
    int watchAgainPercent,
    int historyEntries,
    int configurationEntries) {
  /** The PID. */
  public static final String PID = "io.karavel.control";

  /** Key. */
  public static final Setting<Long> WATCH_SECONDS =
      Setting.number(
          "watchSeconds",
          30,
          0,
          3600,
          "s",
          Applies.LIVE,
          "How long a swapped module is watched before the swap is committed, unless the command"
              + " says.");

  /** Key. */
  public static final Setting<Long> WATCH_STALL_MILLIS =
      Setting.number(
          "watchStallMillis",
          2000,
          100,
          60_000,
          "ms",
          Applies.LIVE,
          "How long one turn of a lane may last, or a connection owe its peer an answer, while a"
              + " swap is watched before that undoes it; an acknowledgement may take twice as"
              + " long.");

  /** Key. */
  public static final Setting<Long> WATCH_RESETS =
      Setting.number(
          "watchResets",
          10,
          1,
          1_000_000,
          "count",
          Applies.LIVE,
          "Resets of established connections while a swap is watched that undo it.");

  /** Key. */
  public static final Setting<Long> WATCH_AGAIN_PERCENT =
      Setting.number(
          "watchAgainPercent",
          50,
          1,
          100,
          "%",
          Applies.LIVE,
          "Share of segments with data that are sent again, by us or by peers though they had"
              + " arrived, while a swap is watched, beyond which that undoes it.");

  /** Key. */
  public static final Setting<Long> HISTORY_ENTRIES =
      Setting.number(
          "historyEntries",
          100,
          1,
          10_000,
          "count",
          Applies.LIVE,
          "Swaps remembered for net:module-history.");

  /** Key. */
  public static final Setting<Long> CONFIGURATION_ENTRIES =
      Setting.number(
          "configurationEntries",
          1000,
          10,
          100_000,
          "count",
          Applies.LIVE,
          "Changes of the configuration remembered for net:config-history and"
              + " net:config-rollback.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              WATCH_SECONDS,
              WATCH_STALL_MILLIS,
              WATCH_RESETS,
              WATCH_AGAIN_PERCENT,
              HISTORY_ENTRIES,
              CONFIGURATION_ENTRIES));

  /** The defaults. */
  public static ControlSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static ControlSettings parse(Map<String, ?> raw) throws SettingsException {
    return of(SCHEMA.parse(raw));
  }

  private static ControlSettings of(SettingsSchema.Values values) {
    return new ControlSettings(
        values.intValue(WATCH_SECONDS),
        values.intValue(WATCH_STALL_MILLIS),
        values.intValue(WATCH_RESETS),
        values.intValue(WATCH_AGAIN_PERCENT),
        values.intValue(HISTORY_ENTRIES),
        values.intValue(CONFIGURATION_ENTRIES));
  }
}
