package io.karavel.engine.internal.lane;

import io.karavel.control.LaneInfo;
import io.karavel.engine.Counter;
import io.karavel.engine.Counters;
import io.karavel.engine.Histogram;

/** What a lane counts of itself. Written by the lane's thread, read by any. */
final class LaneCounters {
  /** Turns of the lane. */
  final Counter turns;

  /** Tasks of modules that had left before their turn. */
  final Counter staleTasks;

  /** Packets that waited at a slot without a module. */
  final Counter parkedFrames;

  /** Of these, handed to the next module. */
  final Counter drainedFrames;

  /** Modules that went to work. */
  final Counter modulesPlugged;

  /** Crashes of modules. */
  final Counter moduleCrashes;

  /** Times that the lane hung and its thread was abandoned. */
  final Counter hangs;

  /** Threads that were abandoned and have not ended. */
  final Counter abandonedThreads;

  /** States of modules that nobody took over. */
  final Counter statesDisposed;

  /** Failures of the engine itself. */
  final Counter failures;

  /** Failures of handlers of applications. */
  final Counter handlerFailures;

  /** Timers that expired. */
  final Counter timersExpired;

  /** How long slots were without a module, or a swap took. */
  final Histogram parkingNanos;

  /** Time spent in turns, not waiting. */
  private final Counter busyNanos;

  /** Time of a turn. */
  private final Histogram turnNanos;

  /** Longest turn so far. */
  private final Counter longestTurnNanos;

  /** Packet buffers in use. */
  private final Counter packetBuffersOut;

  /** Timers armed. */
  private final Counter armedTimers;

  LaneCounters(Counters counters) {
    turns = counters.counter("Lane.Turns");
    busyNanos = counters.counter("Lane.BusyNanos");
    longestTurnNanos = counters.level("Lane.LongestTurnNanos");
    staleTasks = counters.counter("Lane.StaleTasks");
    parkedFrames = counters.counter("Lane.ParkedFrames");
    drainedFrames = counters.counter("Lane.DrainedFrames");
    modulesPlugged = counters.counter("Lane.ModulesPlugged");
    moduleCrashes = counters.counter("Lane.ModuleCrashes");
    hangs = counters.counter("Lane.Hangs");
    abandonedThreads = counters.level("Lane.AbandonedThreads");
    statesDisposed = counters.counter("Lane.StatesDisposed");
    failures = counters.counter("Lane.Failures");
    handlerFailures = counters.counter("Lane.HandlerFailures");
    timersExpired = counters.counter("Lane.TimersExpired");
    packetBuffersOut = counters.level("Lane.PacketBuffersOut");
    armedTimers = counters.level("Lane.ArmedTimers");
    turnNanos = counters.histogram("Lane.TurnNanos");
    parkingNanos = counters.histogram("Lane.ParkingNanos");
  }

  /** A turn is over. */
  void turned(long spentNanos, long buffersOut, int timersArmed) {
    turns.increment();
    turnNanos.record(spentNanos);
    busyNanos.add(spentNanos);
    if (spentNanos > longestTurnNanos.value()) {
      longestTurnNanos.set(spentNanos);
    }
    packetBuffersOut.set(buffersOut);
    armedTimers.set(timersArmed);
  }

  LaneInfo info(int lane, String thread, Histogram lateness) {
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
