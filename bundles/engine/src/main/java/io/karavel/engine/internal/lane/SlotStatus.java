package io.karavel.engine.internal.lane;

/**
 * A slot as other threads see it; the components are those of {@link
 * io.karavel.control.ModuleInfo}.
 *
 * @param slot name of the slot
 * @param bundle symbolic name of the module's bundle, or empty
 * @param version version of that bundle
 * @param generation how many modules the slot has seen
 * @param state one of the constants
 * @param sinceNanos lane's time when that state began
 * @param parked packets that wait
 * @param crashes how often its modules crashed
 * @param lastError the last error, or empty
 */
public record SlotStatus(
    String slot,
    String bundle,
    String version,
    int generation,
    String state,
    long sinceNanos,
    int parked,
    long crashes,
    String lastError) {
  /** No module and no state. */
  public static final String EMPTY = "empty";

  /** A module is at work. */
  public static final String RUNNING = "running";

  /** A module is at work whose bundle has gone; it waits for its successor. */
  public static final String LEAVING = "leaving";

  /** The state waits for a module. */
  public static final String PARKED = "parked";

  /** The state waits, and the module crashed too often to be started again. */
  public static final String CRASHED = "crashed";
}
