package io.karavel.tcp;

import java.util.List;

/**
 * Why a connection is as it is and what will become of it, as {@code tcp:why} tells it: a value
 * made on the lane.
 *
 * @param connection the connection, without details
 * @param from the state before; null if it is not known
 * @param cause what brought it here; null if a predecessor of the module did not say
 * @param sinceNanos how long ago that was, in nanoseconds; -1 if it is not known
 * @param failure the error it ended with; null if it did not
 * @param softError what ICMP or ARP told of the way since the peer was last heard: it ends nothing,
 *     but is named when retries are used up; null if nothing
 * @param timers what is armed, the earliest first
 */
public record TcpExplanation(
    TcpConnectionInfo connection,
    TcpState from,
    TcpCause cause,
    long sinceNanos,
    TcpError failure,
    TcpError softError,
    List<ArmedTimer> timers) {
  /**
   * A timer, and what it does if nothing comes from the peer.
   *
   * @param kind as in {@link TcpConnectionInfo#timer}
   * @param inNanos nanoseconds until it is due; negative if overdue
   * @param count repetitions or probes so far
   * @param most how many there may be; 0 if a time limits them, or nothing does
   * @param parameters what rules its deadlines and its end
   * @param steps what happens from now on, in order: the last is the end unless there are more than
   *     {@link #MOST_STEPS}, or it has none
   * @param end when the connection ends by it, in nanoseconds from now; -1 if it does not
   * @param error what the application is told then; null if nothing, or if it does not end
   */
  public record ArmedTimer(
      String kind,
      long inNanos,
      int count,
      int most,
      List<Parameter> parameters,
      List<Step> steps,
      long end,
      TcpError error) {
    /** Steps told of at most. */
    public static final int MOST_STEPS = 40;
  }

  /**
   * Something that a timer does.
   *
   * @param inNanos nanoseconds from now
   * @param action what, in words
   */
  public record Step(long inNanos, String action) {}

  /**
   * A value that a timer follows.
   *
   * @param role what it rules: "interval" or "end"
   * @param pid the PID of its key; empty if the socket's own option goes before it
   * @param key the key, or the option
   * @param value the value that is followed, with its unit
   */
  public record Parameter(String role, String pid, String key, String value) {
    /** Role of what rules when the timer is due. */
    public static final String INTERVAL = "interval";

    /** Role of what rules how it ends. */
    public static final String END = "end";

    /** Whether the socket's own option rules. */
    public boolean isOption() {
      return pid.isEmpty();
    }
  }
}
