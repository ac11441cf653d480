package io.karavel.engine;

/**
 * The module of slot {@code "timer"}: finds the timers that are due. It is an index only; the armed
 * timers are kept by the engine, which inserts them all again when a timer module is plugged.
 */
public interface TimerIndex extends Module {
  /** The slot of timer modules. */
  String SLOT = "timer";

  /** Takes in a timer, which is in no index. O(1). */
  void insert(Timer timer);

  /** Lets go of a timer. O(1). */
  void remove(Timer timer);

  /**
   * Takes out the timer with the earliest deadline at or before {@code nowNanos}; null if none is
   * due. Timers come strictly in order of deadline.
   */
  Timer pollDue(long nowNanos);

  /** The earliest deadline exactly, or {@link Timer#NOT_ARMED} when the index is empty. */
  long nextDeadlineNanos();

  /** The time from which the index counts; called once after plug, before the first insert. */
  void start(long nowNanos);
}
