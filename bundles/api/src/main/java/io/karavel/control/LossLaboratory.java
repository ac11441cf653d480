package io.karavel.control;

import java.util.function.Consumer;

/**
 * Loses chosen messages of one connection and shows the timetable that follows beside the one that
 * was predicted. No other connection is touched. Any thread.
 */
public interface LossLaboratory {
  /**
   * Runs an experiment in the caller's thread until the message has got through, the connection is
   * over, the time is over or the thread is interrupted.
   *
   * @param connection which one, or the next to be opened between these ends
   * @param message what to lose
   * @param times how often, 1 to 1000
   * @param millis longest duration in milliseconds
   * @param lines takes each line of the report, as it happens
   * @throws IllegalArgumentException if there is no such connection or stack, or the message cannot
   *     come any more
   */
  LossReport lose(
      ConnectionChoice connection,
      LostMessage message,
      int times,
      long millis,
      Consumer<String> lines);
}
