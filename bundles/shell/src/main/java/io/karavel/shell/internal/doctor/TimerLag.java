package io.karavel.shell.internal.doctor;

import java.util.List;

/** Timers that expire late. */
final class TimerLag implements Check {
  /** Half of the least retransmission timeout. */
  private static final long LATE_NANOS = 100_000_000L;

  @Override
  public List<Finding> examine(Snapshot s) {
    return s.lanes().stream()
        .filter(lane -> lane.timerLateP99Nanos() > LATE_NANOS)
        .map(
            lane ->
                new Finding(
                    "timer-lag",
                    true,
                    "one of a hundred timers of lane "
                        + lane.lane()
                        + " expires more than "
                        + lane.timerLateP99Nanos() / 1_000_000
                        + " ms late",
                    "the lane has too much to do or does not get the processor: its longest turn"
                        + " was "
                        + lane.longestTurnNanos() / 1_000_000
                        + " ms",
                    "timer:stats"))
        .toList();
  }
}
