package io.karavel.engine;

/**
 * Something that happens at a time on a lane. Intrusive: the object is its own entry in the index,
 * so that arming costs no allocation. Lane's thread only.
 *
 * <p>The deadline belongs to the owner of the timer; an index over timers (the timing wheel) is
 * disposable and can be rebuilt from the armed timers at any time.
 */
public abstract class Timer {
  /** {@link #deadlineNanos()} of a timer that is not armed. */
  public static final long NOT_ARMED = Long.MAX_VALUE;

  private long deadlineNanos = NOT_ARMED;

  /** Links and place in the index; they belong to the {@link TimerIndex} alone. */
  public Timer indexNext;

  /** See {@link #indexNext}. */
  public Timer indexPrevious;

  /** See {@link #indexNext}; -1 is nowhere. */
  public int indexBucket = -1;

  /** Links of the lane's list of armed timers; they belong to the engine alone. */
  public Timer armedNext;

  /** See {@link #armedNext}. */
  public Timer armedPrevious;

  /** Who armed it; belongs to the engine alone. */
  public Object armedOwner;

  /** For subclasses. */
  protected Timer() {}

  /** What kind of timer it is, as {@code timer:list} groups them: "retransmit", "arp" … */
  public abstract String kind();

  /**
   * The time has come. The timer is no longer armed and may be armed again from here.
   *
   * @param nowNanos the lane's time, at or after the deadline
   */
  public abstract void onExpiry(long nowNanos);

  /** When it is due on the lane's clock, or {@link #NOT_ARMED}. */
  public final long deadlineNanos() {
    return deadlineNanos;
  }

  /** Whether it waits. */
  public final boolean isArmed() {
    return deadlineNanos != NOT_ARMED;
  }

  /** For the engine alone: modules arm through {@link Timers#arm}. */
  public final void deadlineNanos(long nanos) {
    deadlineNanos = nanos;
  }
}
