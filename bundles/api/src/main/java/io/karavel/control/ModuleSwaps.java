package io.karavel.control;

import java.util.List;
import java.util.function.Consumer;

/**
 * Replaces modules by other versions of them while connections run: a service of the bundle
 * control. Any thread; one swap at a time, a second is refused meanwhile.
 */
public interface ModuleSwaps {
  /** Stands for {@link ControlSettings#watchSeconds()}. */
  int WATCH_AS_CONFIGURED = -1;

  /**
   * Installs another version of a module beside the one at work, rehearses, swaps, watches and
   * commits; what goes wrong is undone. Returns when all that is over.
   *
   * @param module a symbolic name, without {@code io.karavel.} too: "tcp"
   * @param url where the jar is, in any form that the appliance reads: file:, mvn:, http:
   * @param watchSeconds how long to watch before it is committed, or {@link #WATCH_AS_CONFIGURED}
   * @param dryRun whether to stop after the rehearsal and uninstall the jar again
   * @param progress is told each step in words; may be called by another thread
   * @throws ModuleSwapException if it was refused or undone; nothing has changed then
   */
  SwapRecord swap(
      String module, String url, int watchSeconds, boolean dryRun, Consumer<String> progress)
      throws ModuleSwapException;

  /**
   * Goes back: undoes a swap that is being watched, or else swaps to the version before the last
   * committed swap of the module.
   *
   * @throws ModuleSwapException if there is nothing to go back to, or the way back was refused
   */
  SwapRecord rollback(String module, Consumer<String> progress) throws ModuleSwapException;

  /** The bundles of Karavel and whether they are what their features say. */
  List<ModuleVersion> versions();

  /** The swaps so far, latest first. */
  List<SwapRecord> history();
}
