package io.karavel.control;

import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;

/**
 * What a change would do.
 *
 * @param changes the keys that would change; those that are so already are left out
 * @param ended connections that it would end
 * @param touched connections that would go on with it; at most {@link #MOST_LISTED} of each
 * @param endedCount how many it would end
 * @param touchedCount how many would go on with it
 * @param remarks what is to be known beside that
 */
public record ConfigurationPlan(
    List<KeyChange> changes,
    List<Fate> ended,
    List<Fate> touched,
    int endedCount,
    int touchedCount,
    List<String> remarks) {
  /** Connections listed at most of either kind. */
  public static final int MOST_LISTED = 1000;

  /**
   * A connection and what would become of it.
   *
   * @param stack its stack
   * @param connection the connection
   * @param why the reason, in words
   */
  public record Fate(String stack, TcpConnectionInfo connection, String why) {}
}
