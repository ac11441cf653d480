package io.karavel.engine;

import io.karavel.engine.Setting.Applies;
import java.util.List;
import java.util.Map;

/**
 * The settings of the engine, PID {@value #PID}. Units are in the names.
 *
 * @param handoverSeconds how long kept state waits for a successor of its module
 * @param parkingFrames packets that wait at an empty slot at most
 * @param parkingBytes bytes that wait at an empty slot at most
 * @param parkingMillis how long a packet waits at an empty slot at most
 * @param crashLimit the crash of a module within {@code crashWindowSeconds} that parks its slot
 * @param crashWindowSeconds see {@code crashLimit}
 * @param hangMillis how long a call on a lane may work or be blocked; 0 is without limit
 * @param pollBudget frames taken from one device in one turn at most
 * @param taskBudget tasks done in one turn at most
 * @param timerBudget timers expired in one turn at most
 * @param handlerBudget calls of application handlers in one turn at most
 * @param spinMicros how long an idle lane polls before it waits; 0 is not at all
 * @param laneNice nice value of the lanes' threads, as far as the system permits
 * @param devicePollMicros how often devices are polled that cannot tell when frames wait
 * @param leaveMillis how long a leaving bundle waits for its state to be taken over
 * @param stayMillis how long TCP or IP whose bundle goes stays at work until its successor is
 *     there; 0 is not at all
 * @param queryMillis how long a question to a module waits for its answer
 * @param taskLimit tasks that may wait for a lane
 * @param eventRing events remembered per lane
 * @param quarantineReports crash reports kept
 */
public record EngineSettings(
    int handoverSeconds,
    int parkingFrames,
    long parkingBytes,
    int parkingMillis,
    int crashLimit,
    int crashWindowSeconds,
    int hangMillis,
    int pollBudget,
    int taskBudget,
    int timerBudget,
    int handlerBudget,
    int spinMicros,
    int laneNice,
    int devicePollMicros,
    int leaveMillis,
    int stayMillis,
    int queryMillis,
    int taskLimit,
    int eventRing,
    int quarantineReports) {
  /** The PID. */
  public static final String PID = "io.karavel.engine";

  /** Key. */
  public static final Setting<Long> HANDOVER_SECONDS =
      Setting.number(
          "handoverSeconds",
          60,
          1,
          86400,
          "s",
          Applies.LIVE,
          "How long the state of a module that left waits for a successor; then it is disposed"
              + " of.");

  /** Key. */
  public static final Setting<Long> PARKING_FRAMES =
      Setting.number(
          "parkingFrames",
          1024,
          0,
          1_000_000,
          "count",
          Applies.LIVE,
          "Packets that wait at a slot without a module at most.");

  /** Key. */
  public static final Setting<Long> PARKING_BYTES =
      Setting.number(
          "parkingBytes",
          8 << 20,
          0,
          1 << 30,
          "bytes",
          Applies.LIVE,
          "Bytes of packets that wait at a slot without a module at most.");

  /** Key. */
  public static final Setting<Long> PARKING_MILLIS =
      Setting.number(
          "parkingMillis",
          5000,
          1,
          600_000,
          "ms",
          Applies.LIVE,
          "How long a packet waits at a slot without a module at most.");

  /** Key. */
  public static final Setting<Long> CRASH_LIMIT =
      Setting.number(
          "crashLimit",
          3,
          1,
          100,
          "count",
          Applies.LIVE,
          "The crash within crashWindowSeconds after which a module is not started again.");

  /** Key. */
  public static final Setting<Long> CRASH_WINDOW_SECONDS =
      Setting.number(
          "crashWindowSeconds",
          60,
          1,
          3600,
          "s",
          Applies.LIVE,
          "The time within which crashes are counted towards crashLimit.");

  /** Key. */
  public static final Setting<Long> HANG_MILLIS =
      Setting.number(
          "hangMillis",
          10_000,
          0,
          600_000,
          "ms",
          Applies.LIVE,
          "How long one call on a lane may use the processor or be blocked before the lane counts"
              + " as hung: its thread is abandoned and another one goes on; 0 is for ever.");

  /** Key. */
  public static final Setting<Long> POLL_BUDGET =
      Setting.number(
          "pollBudget",
          256,
          1,
          65536,
          "count",
          Applies.LIVE,
          "Frames taken from one device in one turn at most.");

  /** Key. */
  public static final Setting<Long> TASK_BUDGET =
      Setting.number(
          "taskBudget",
          1024,
          1,
          65536,
          "count",
          Applies.LIVE,
          "Tasks of modules and questions of the shell done in one turn at most.");

  /** Key. */
  public static final Setting<Long> TIMER_BUDGET =
      Setting.number(
          "timerBudget",
          1024,
          1,
          1_000_000,
          "count",
          Applies.LIVE,
          "Timers that expire in one turn at most; mass expiry is spread over turns.");

  /** Key. */
  public static final Setting<Long> HANDLER_BUDGET =
      Setting.number(
          "handlerBudget",
          256,
          1,
          65536,
          "count",
          Applies.LIVE,
          "Calls of application handlers in one turn at most.");

  /** Key. */
  public static final Setting<Long> SPIN_MICROS =
      Setting.number(
          "spinMicros",
          0,
          0,
          10_000,
          "us",
          Applies.LIVE,
          "How long an idle lane goes on polling before it waits; for machines with a core to"
              + " spare.");

  /** Key. */
  public static final Setting<Long> LANE_NICE =
      Setting.number(
          "laneNice",
          -10,
          -20,
          19,
          "",
          Applies.LIVE,
          "Nice value of the lanes' threads, so that packets do not wait for the collector, the"
              + " compiler or applications; needs CAP_SYS_NICE or a limit on nice that allows it.");

  /** Key. */
  public static final Setting<Long> DEVICE_POLL_MICROS =
      Setting.number(
          "devicePollMicros",
          1000,
          10,
          1_000_000,
          "us",
          Applies.LIVE,
          "How often devices are polled that cannot tell by themselves that frames wait.");

  /** Key. */
  public static final Setting<Long> LEAVE_MILLIS =
      Setting.number(
          "leaveMillis",
          3000,
          100,
          4500,
          "ms",
          Applies.LIVE,
          "How long a bundle that stops waits for the lanes to take over its state.");

  /** Key. */
  public static final Setting<Long> STAY_MILLIS =
      Setting.number(
          "stayMillis",
          3000,
          0,
          60_000,
          "ms",
          Applies.LIVE,
          "How long TCP and IP stay at work after their bundle has stopped, so that the successor"
              + " takes over as in a swap; then, or at once with 0, all that they have is parked.");

  /** Key. */
  public static final Setting<Long> QUERY_MILLIS =
      Setting.number(
          "queryMillis",
          2000,
          100,
          60_000,
          "ms",
          Applies.LIVE,
          "How long a question to a module waits for its answer.");

  /** Key. */
  public static final Setting<Long> TASK_LIMIT =
      Setting.number(
          "taskLimit",
          65536,
          64,
          1 << 20,
          "count",
          Applies.NEW,
          "Tasks that may wait for a lane; more are refused. For stacks created later.");

  /** Key. */
  public static final Setting<Long> EVENT_RING =
      Setting.number(
          "eventRing",
          4096,
          16,
          1 << 20,
          "count",
          Applies.NEW,
          "Events remembered per lane, for net:events. For stacks created later.");

  /** Key. */
  public static final Setting<Long> QUARANTINE_REPORTS =
      Setting.number(
          "quarantineReports",
          50,
          0,
          10_000,
          "count",
          Applies.LIVE,
          "Crash reports kept under data/karavel/quarantine, the oldest go; 0 writes none.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              HANDOVER_SECONDS,
              PARKING_FRAMES,
              PARKING_BYTES,
              PARKING_MILLIS,
              CRASH_LIMIT,
              CRASH_WINDOW_SECONDS,
              HANG_MILLIS,
              POLL_BUDGET,
              TASK_BUDGET,
              TIMER_BUDGET,
              HANDLER_BUDGET,
              SPIN_MICROS,
              LANE_NICE,
              DEVICE_POLL_MICROS,
              LEAVE_MILLIS,
              STAY_MILLIS,
              QUERY_MILLIS,
              TASK_LIMIT,
              EVENT_RING,
              QUARANTINE_REPORTS));

  /** The defaults. */
  public static EngineSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static EngineSettings parse(Map<String, ?> raw) throws SettingsException {
    return of(SCHEMA.parse(raw));
  }

  private static EngineSettings of(SettingsSchema.Values values) {
    return new EngineSettings(
        values.intValue(HANDOVER_SECONDS),
        values.intValue(PARKING_FRAMES),
        values.get(PARKING_BYTES),
        values.intValue(PARKING_MILLIS),
        values.intValue(CRASH_LIMIT),
        values.intValue(CRASH_WINDOW_SECONDS),
        values.intValue(HANG_MILLIS),
        values.intValue(POLL_BUDGET),
        values.intValue(TASK_BUDGET),
        values.intValue(TIMER_BUDGET),
        values.intValue(HANDLER_BUDGET),
        values.intValue(SPIN_MICROS),
        values.intValue(LANE_NICE),
        values.intValue(DEVICE_POLL_MICROS),
        values.intValue(LEAVE_MILLIS),
        values.intValue(STAY_MILLIS),
        values.intValue(QUERY_MILLIS),
        values.intValue(TASK_LIMIT),
        values.intValue(EVENT_RING),
        values.intValue(QUARANTINE_REPORTS));
  }
}
