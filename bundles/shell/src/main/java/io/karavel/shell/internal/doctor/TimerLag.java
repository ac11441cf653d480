package io.karavel.shell.internal.doctor;

import io.karavel.control.LaneInfo;
import java.util.List;

/** Timers that expire late. */
final class TimerLag implements Check {
  private static final int LEAST = 3;
  private static final String CAUSE =
      "the lane has too much to do, or does not get the processor: its longest turn was ";

  @Override
  public List<Finding> examine(Snapshot s) {
    long longestMillis =
        s.lanes().stream().mapToLong(LaneInfo::longestTurnNanos).max().orElse(0) / 1_000_000;
    if (s.timersLate() >= LEAST && s.timersLate() * 100 >= s.timersExpired()) {
      return List.of(
          new Finding(
              "timer-lag",
              true,
              s.timersLate()
                  + " of "
                  + s.timersExpired()
                  + " timers in "
                  + s.period()
                  + " expired more than "
                  + Snapshot.LATE_NANOS / 1_000_000
                  + " ms late",
              CAUSE + longestMillis + " ms",
              "timer:stats"));
    }
    return s.lanes().stream()
        .filter(lane -> lane.timerLateP99Nanos() > Snapshot.LATE_NANOS)
        .map(
            lane ->
                new Finding(
                    "timer-lag",
                    false,
                    "one of a hundred timers of lane "
                        + lane.lane()
                        + " since the start expired more than "
                        + lane.timerLateP99Nanos() / 1_000_000
                        + " ms late",
                    CAUSE + longestMillis + " ms",
                    "timer:stats"))
        .toList();
  }
}
