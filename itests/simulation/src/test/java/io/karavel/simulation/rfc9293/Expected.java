package io.karavel.simulation.rfc9293;

import java.util.List;
import java.util.Set;

/**
 * What is to be said of an end, from what was seen of it outside.
 *
 * @param state its state, spelled with underscores
 * @param from the state before; null if that is not clear
 * @param causes what may have led here, one of them
 * @param sinceNanos when that was; -1 if it cannot be told to the nanosecond
 * @param failure what its application was told; null if nothing
 * @param timers what must be armed
 * @param others kinds of timers that may be armed besides
 */
public record Expected(
    String state,
    String from,
    Set<String> causes,
    long sinceNanos,
    String failure,
    List<Timer> timers,
    Set<String> others) {
  /**
   * A timer that must be armed.
   *
   * @param kinds what it may be called, one of them
   * @param leastNanos the soonest that it may be due, from now
   * @param mostNanos the latest
   * @param count repetitions so far; -1 if they cannot be told
   * @param most how many there may be; 0 if there is no such number
   * @param endNanos when it ends the connection, from now; {@link #UNKNOWN} if that cannot be told
   * @param parameters what must be named: role, PID or "option", key and value
   */
  public record Timer(
      Set<String> kinds,
      long leastNanos,
      long mostNanos,
      int count,
      int most,
      long endNanos,
      Set<String> parameters) {
    /** It cannot be told from outside. */
    public static final long UNKNOWN = Long.MIN_VALUE;
  }
}
