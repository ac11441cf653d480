package io.karavel.engine;

/**
 * A module that says how far new settings have come, so that who changed them can say so too.
 * Lane's thread.
 */
public interface TakesSettings {
  /** {@link #takenBy}: not everywhere yet. */
  int NOT_YET = -1;

  /**
   * How many connections have been looked at with these settings in force: 0 for a module without
   * connections, or one that they do not concern.
   *
   * @param settings the record that the module's component gave it
   * @return {@link #NOT_YET} if others are in force, or some connections wait for them
   */
  int takenBy(Object settings);
}
