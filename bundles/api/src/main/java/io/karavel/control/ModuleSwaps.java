package io.karavel.control;

import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Replaces modules by other versions of them while connections run: a service of the bundle
 * control. Any thread; one swap at a time, a second is refused meanwhile.
 */
public interface ModuleSwaps {
  /** Stands for {@link ControlSettings#watchSeconds()}. */
  int WATCH_AS_CONFIGURED = -1;

  /**
   * Installs another version of a module beside the one at work, rehearses, drills, swaps, watches
   * and commits; what goes wrong is undone. Returns when all that is over.
   *
   * @param module a symbolic name, without {@code io.karavel.} too: "tcp"
   * @param url where the jar is, in any form that the appliance reads: file:, mvn:, http:
   * @param watchSeconds how long to watch before it is committed, or {@link #WATCH_AS_CONFIGURED}
   * @param dryRun whether to stop after rehearsal and drill and uninstall the jar again
   * @param progress is told each step in words; may be called by another thread
   * @throws ModuleSwapException if it was refused or undone; nothing has changed then
   */
  SwapRecord swap(
      String module, String url, int watchSeconds, boolean dryRun, Consumer<String> progress)
      throws ModuleSwapException;

  /**
   * Moves some TCP connections to another version of TCP that runs beside the one at work:
   * rehearses and watches as a swap does, then leaves it so until {@link #promote} or {@link
   * #rollback}. New connections are the old version's. Which ones move is settled at the beginning.
   *
   * @param module must be TCP
   * @param url where the jar is
   * @param where which connections; listeners, half-open ones and those in TIME-WAIT never move
   * @param percent how many of these, rounded up: 1 to 100
   * @param watchSeconds how long to watch, or {@link #WATCH_AS_CONFIGURED}
   * @param progress is told each step in words; may be called by another thread
   * @return with the number of connections that were moved
   * @throws ModuleSwapException if it was refused or undone; nothing has changed then
   */
  SwapRecord canary(
      String module,
      String url,
      Predicate<? super TcpConnectionInfo> where,
      int percent,
      int watchSeconds,
      Consumer<String> progress)
      throws ModuleSwapException;

  /**
   * Has the version that has some of the connections take all of them: watched and committed as a
   * swap is.
   *
   * @throws ModuleSwapException if no canary of the module runs, or it was refused or undone; what
   *     is undone is undone to the version from before the canary
   */
  SwapRecord promote(String module, int watchSeconds, Consumer<String> progress)
      throws ModuleSwapException;

  /**
   * Goes back: undoes a swap that is being watched, takes back what a canary has, or else swaps to
   * the version before the last committed swap of the module.
   *
   * @throws ModuleSwapException if there is nothing to go back to, or the way back was refused
   */
  SwapRecord rollback(String module, Consumer<String> progress) throws ModuleSwapException;

  /**
   * The bundles of Karavel and whether they are what their features say. If a lane does not answer
   * it takes {@code leaveMillis} once, and what lanes know is left out.
   */
  List<ModuleVersion> versions();

  /** The swaps so far, latest first. */
  List<SwapRecord> history();
}
