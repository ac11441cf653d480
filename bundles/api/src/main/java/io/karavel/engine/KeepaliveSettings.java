package io.karavel.engine;

import io.karavel.engine.Setting.Applies;
import java.util.List;
import java.util.Map;

/**
 * The settings of the keepalive policy, PID {@value #PID} (RFC 9293 §3.8.4; Linux's
 * tcp_keepalive_time, _intvl, _probes). A socket's own options go before them.
 *
 * @param enabledByDefault whether connections are kept alive that do not say so themselves
 * @param timeSeconds idle time before the first probe
 * @param intervalSeconds time between probes
 * @param probes unanswered probes after which the connection is given up
 */
public record KeepaliveSettings(
    boolean enabledByDefault, int timeSeconds, int intervalSeconds, int probes) {
  /** The PID. */
  public static final String PID = "io.karavel.keepalive";

  /** Key. */
  public static final Setting<Boolean> ENABLED_BY_DEFAULT =
      Setting.flag(
          "enabledByDefault",
          false,
          Applies.LIVE,
          "Whether connections are kept alive that do not say so themselves.");

  /** Key. */
  public static final Setting<Long> TIME_SECONDS =
      Setting.number(
          "timeSeconds", 7200, 1, 32767, "s", Applies.LIVE, "Idle time before the first probe.");

  /** Key. */
  public static final Setting<Long> INTERVAL_SECONDS =
      Setting.number(
          "intervalSeconds", 75, 1, 32767, "s", Applies.LIVE, "Time between unanswered probes.");

  /** Key. */
  public static final Setting<Long> PROBES =
      Setting.number(
          "probes",
          10,
          1,
          127,
          "count",
          Applies.LIVE,
          "Unanswered probes after which the connection is given up.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(PID, List.of(ENABLED_BY_DEFAULT, TIME_SECONDS, INTERVAL_SECONDS, PROBES));

  /** The defaults. */
  public static KeepaliveSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static KeepaliveSettings parse(Map<String, ?> raw) throws SettingsException {
    return of(SCHEMA.parse(raw));
  }

  private static KeepaliveSettings of(SettingsSchema.Values values) {
    return new KeepaliveSettings(
        values.get(ENABLED_BY_DEFAULT),
        values.intValue(TIME_SECONDS),
        values.intValue(INTERVAL_SECONDS),
        values.intValue(PROBES));
  }
}
