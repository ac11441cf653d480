package io.karavel.control;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.List;
import java.util.Map;

/**
 * The settings of captures, traces and the loss laboratory, PID {@value #PID}.
 *
 * @param maxCaptures captures, traces and experiments that may run at once
 * @param captureRingBytes memory of a capture for each lane
 * @param captureSnapLength bytes kept of a frame unless the command says otherwise
 * @param captureMaxBytes bytes after which a capture ends unless the command says otherwise
 * @param captureMaxSeconds seconds after which a capture ends unless the command says otherwise
 */
public record DiagnosticsSettings(
    int maxCaptures,
    int captureRingBytes,
    int captureSnapLength,
    long captureMaxBytes,
    int captureMaxSeconds) {
  /** The PID. */
  public static final String PID = "io.karavel.diagnostics";

  /** Key. */
  public static final Setting<Long> MAX_CAPTURES =
      Setting.number(
          "maxCaptures",
          8,
          1,
          64,
          "count",
          Applies.LIVE,
          "Captures, traces and experiments that may run at once.");

  /** Key. */
  public static final Setting<Long> CAPTURE_RING_BYTES =
      Setting.number(
          "captureRingBytes",
          4_194_304,
          65_536,
          268_435_456,
          "bytes",
          Applies.NEW,
          "Memory between the lane and the file; what finds no room there is lost to the capture.");

  /** Key. */
  public static final Setting<Long> CAPTURE_SNAP_LENGTH =
      Setting.number(
          "captureSnapLength",
          65_535,
          16,
          65_535,
          "bytes",
          Applies.NEW,
          "Bytes kept of a frame unless the command says otherwise.");

  /** Key. */
  public static final Setting<Long> CAPTURE_MAX_BYTES =
      Setting.number(
          "captureMaxBytes",
          104_857_600,
          0,
          1L << 40,
          "bytes",
          Applies.NEW,
          "Bytes after which a capture ends unless the command says otherwise; 0 is no limit.");

  /** Key. */
  public static final Setting<Long> CAPTURE_MAX_SECONDS =
      Setting.number(
          "captureMaxSeconds",
          3600,
          0,
          2_000_000,
          "s",
          Applies.NEW,
          "Time after which a capture ends unless the command says otherwise; 0 is no limit.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              MAX_CAPTURES,
              CAPTURE_RING_BYTES,
              CAPTURE_SNAP_LENGTH,
              CAPTURE_MAX_BYTES,
              CAPTURE_MAX_SECONDS));

  /** The defaults. */
  public static DiagnosticsSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static DiagnosticsSettings parse(Map<String, ?> raw) throws SettingsException {
    return of(SCHEMA.parse(raw));
  }

  private static DiagnosticsSettings of(SettingsSchema.Values values) {
    return new DiagnosticsSettings(
        values.intValue(MAX_CAPTURES),
        values.intValue(CAPTURE_RING_BYTES),
        values.intValue(CAPTURE_SNAP_LENGTH),
        values.get(CAPTURE_MAX_BYTES),
        values.intValue(CAPTURE_MAX_SECONDS));
  }
}
