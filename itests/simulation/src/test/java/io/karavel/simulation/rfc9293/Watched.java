package io.karavel.simulation.rfc9293;

/** One end of a connection, as far as somebody may look at it who foretells what it will do. */
public interface Watched {
  /**
   * Grows with everything that comes to it from outside: segments, calls, parameters, modules that
   * leave. Only timers do something while it stays.
   */
  long touches();

  /** Segments sent, resets not counted. */
  long sends();

  /** Whether nobody can tell from outside what has become of it. */
  boolean isVague();

  /** Whether what it sends may wait for a MAC address, or be lost for want of it. */
  boolean lacksAddress();

  /** Its name: address and port of both ends. */
  Tuple tuple();
}
