package io.karavel.control;

import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.ip.InterfaceSettings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The running appliance: stacks, modules, counters, and questions to modules. A lasting service of
 * the engine. Any thread; a question is answered on the lane's thread while the caller waits.
 */
public interface Appliance {
  /** The stack that commands mean unless told otherwise. */
  String MAIN = "main";

  /** Names of the stacks, {@code main} first. */
  List<String> stacks();

  /** The slots of a stack with their modules, ground first, devices last. */
  List<ModuleInfo> modules(String stack);

  /** The counters of a stack, summed over its lanes. */
  Map<String, Long> counters(String stack);

  /**
   * The counters and histograms of each lane of a stack, to read whenever one likes: they outlast
   * modules, not the engine.
   */
  List<Counters> counterSets(String stack);

  /** The discards of a stack, summed over its lanes. */
  Map<DropReason, Long> drops(String stack);

  /** The events of a stack since a sequence number. */
  List<Event> events(String stack, long sinceSequence);

  /** The configured interfaces of a stack by index. */
  Map<Integer, InterfaceSettings> interfaces(String stack);

  /** The armed timers of a stack, grouped by kind. */
  List<TimerInfo> timers(String stack);

  /** How the lanes of a stack are: turns, utilisation, lateness. */
  List<LaneInfo> lanes(String stack);

  /** Nanoseconds since the appliance's engine started. */
  long uptimeNanos();

  /**
   * Puts a question to the module of a slot on its lane and waits for the answer, at most two
   * seconds. A question must be quick: below a millisecond; page through long lists.
   *
   * @param slot "ip", "tcp", "nic:tap0" …
   * @param type what the module is to the caller
   * @throws ModuleAbsentException if the stack or slot is unknown, the slot is empty, its module is
   *     of another type, or the lane does not answer in time
   */
  <M, T> T query(
      String stack, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException;

  /**
   * Disposes of the kept state of an empty slot: connections end, applications are told.
   *
   * @return whether there was anything to dispose of
   */
  boolean drop(String stack, String slot);
}
