package io.karavel.engine;

import java.util.function.Consumer;

/**
 * The timers of a lane as its modules see them: lasting, whatever timer module is at work. While
 * the timer slot is empty nothing expires; what fell due meanwhile expires once, in order of
 * deadline, when a timer module is plugged. Lane's thread only.
 */
public interface Timers {
  /**
   * Arms a timer, or moves one that is armed.
   *
   * @param deadlineNanos on the lane's clock; in the past is due at once, in this or the next turn
   */
  void arm(Timer timer, long deadlineNanos);

  /** Disarms a timer; nothing happens if it is not armed. */
  void cancel(Timer timer);

  /** How many are armed. */
  int armed();

  /**
   * Every armed timer, those of one module in the order in which they were armed; the consumer must
   * not arm or cancel.
   */
  void forEach(Consumer<? super Timer> consumer);
}
