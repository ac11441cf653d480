package io.karavel.control;

import java.util.function.Consumer;

/**
 * Follows one connection as it is taught: a sequence diagram of segments and states. Any thread.
 */
public interface ConnectionTraces {
  /**
   * Draws in the caller's thread, as it happens, until the connection is closed, a bound is reached
   * or the thread is interrupted.
   *
   * @param connection which one
   * @param segments most segments to draw; 0 for no limit
   * @param millis longest duration in milliseconds; 0 for no limit
   * @param lines takes each line of the diagram
   * @throws IllegalArgumentException if there is no such connection or stack
   */
  void trace(ConnectionChoice connection, long segments, long millis, Consumer<String> lines);
}
