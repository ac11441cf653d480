package io.karavel.engine.internal.lane;

import io.karavel.control.LaneInfo;
import io.karavel.engine.Counter;
import io.karavel.engine.Counters;

/** What a lane counts of itself. Written by the lane's thread, read by any. */
final class LaneCounters {
  final Counter turns;
  final Counter staleTasks;
  final Counter parkedFrames;
  final Counter drainedFrames;
  final Counter modulesPlugged;
  final Counter moduleCrashes;
  final Counter statesDisposed;
  final Counter failures;
  final Counter handlerFailures;
  final Counter timersExpired;

  private final Counter busyNanos;
  private final Counter longestTurnNanos;
  private final Counter packetBuffersOut;
  private final Counter armedTimers;

  LaneCounters(Counters counters) {
    turns = counters.counter("Lane.Turns");
    busyNanos = counters.counter("Lane.BusyNanos");
    longestTurnNanos = counters.counter("Lane.LongestTurnNanos");
    staleTasks = counters.counter("Lane.StaleTasks");
    parkedFrames = counters.counter("Lane.ParkedFrames");
    drainedFrames = counters.counter("Lane.DrainedFrames");
    modulesPlugged = counters.counter("Lane.ModulesPlugged");
    moduleCrashes = counters.counter("Lane.ModuleCrashes");
    statesDisposed = counters.counter("Lane.StatesDisposed");
    failures = counters.counter("Lane.Failures");
    handlerFailures = counters.counter("Lane.HandlerFailures");
    timersExpired = counters.counter("Lane.TimersExpired");
    packetBuffersOut = counters.counter("Lane.PacketBuffersOut");
    armedTimers = counters.counter("Lane.ArmedTimers");
  }

  /** A turn is over. */
  void turned(long spentNanos, long buffersOut, int timersArmed) {
    turns.increment();
    busyNanos.add(spentNanos);
    if (spentNanos > longestTurnNanos.value()) {
      longestTurnNanos.set(spentNanos);
    }
    packetBuffersOut.set(buffersOut);
    armedTimers.set(timersArmed);
  }

  LaneInfo info(int lane, String thread, Lateness lateness) {
    return new LaneInfo(
        lane,
        thread,
        turns.value(),
        busyNanos.value(),
        longestTurnNanos.value(),
        (int) armedTimers.value(),
        lateness.percentile(50),
        lateness.percentile(99),
        packetBuffersOut.value());
  }
}
