package io.karavel.control;

/**
 * How a lane is.
 *
 * @param lane index of the lane
 * @param thread name of its thread
 * @param turns turns so far
 * @param busyNanos time spent in turns, not waiting
 * @param longestTurnNanos longest turn so far
 * @param armedTimers timers armed
 * @param timerLateP50Nanos median lateness of expired timers
 * @param timerLateP99Nanos 99th percentile of the lateness
 * @param packetBuffersOut packet buffers in use
 */
public record LaneInfo(
    int lane,
    String thread,
    long turns,
    long busyNanos,
    long longestTurnNanos,
    int armedTimers,
    long timerLateP50Nanos,
    long timerLateP99Nanos,
    long packetBuffersOut) {}
