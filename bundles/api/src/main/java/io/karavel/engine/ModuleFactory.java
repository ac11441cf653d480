package io.karavel.engine;

/**
 * Makes the modules of one slot, one per lane. A protocol bundle registers it as an OSGi service;
 * the engine does the rest. Methods may be called by any thread, {@link #create} on the lane's.
 */
public interface ModuleFactory {
  /**
   * The slot its modules go into: {@code "timer"}, {@code "keepalive"}, {@code "ip"}, {@code
   * "tcp"}, or {@code "nic:NAME"} for the device NAME.
   */
  String slot();

  /** The versions of kept state that its modules write and read. */
  StateVersions stateVersions();

  /**
   * Makes a module for a lane. It must not touch devices or timers before {@link Module#open}.
   *
   * @throws RuntimeException when it cannot; the slot then stays as it was
   */
  Module create(LaneContext context);
}
