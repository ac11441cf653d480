package io.karavel.control.spi;

import io.karavel.control.ConnectionFigures;
import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The slots of all stacks, for whoever replaces modules. A lasting service of the engine. Any
 * thread but a lane's; calls wait for the lanes.
 */
public interface ModuleSlots {
  /**
   * A slot of a lane and the bundle at work in it.
   *
   * @param stack name of the stack
   * @param lane index of the lane
   * @param slot name of the slot
   * @param bundleId number of the bundle at work; -1 while nothing is
   * @param crashes how often modules of the slot crashed
   * @param lastError the last error, or empty
   */
  record Place(
      String stack, int lane, String slot, long bundleId, long crashes, String lastError) {}

  /**
   * What one swap did to one slot.
   *
   * @param stack name of the stack
   * @param lane index of the lane
   * @param slot name of the slot
   * @param nanos the longest time that the lane did nothing else
   * @param wholeNanos the time from its beginning to its end, with what the lane did in between
   */
  record Pause(String stack, int lane, String slot, long nanos, long wholeNanos) {

    /** The longest pause of several; 0 of none. */
    public static long longestNanos(List<Pause> pauses) {
      return pauses.stream().mapToLong(Pause::nanos).max().orElse(0);
    }

    /** The longest time that one of several took as a whole; 0 of none. */
    public static long longestWholeNanos(List<Pause> pauses) {
      return pauses.stream().mapToLong(Pause::wholeNanos).max().orElse(0);
    }
  }

  /**
   * The result of a swap over all slots.
   *
   * @param pauses one per slot that was swapped
   * @param problem why it was undone; null if it was not
   */
  record Swap(List<Pause> pauses, String problem) {}

  /** The slots that modules of a bundle fit into and some stack uses; empty before it is active. */
  List<Place> placesFor(long bundleId);

  /**
   * Opens copies of the state of every place in modules of a bundle, where nothing comes of it, and
   * looks whether they and, after them, the modules at work export the same.
   *
   * @return what is wrong, a sentence each; empty if nothing is
   */
  List<String> rehearse(long candidateBundleId);

  /**
   * Has modules of a bundle exchange bytes with those at work, apart from all stacks, over a cable
   * in memory and in a time that is only counted. Nothing is done for slots that such an exchange
   * does not need.
   *
   * @return what is wrong, a sentence each; empty if nothing is
   */
  List<String> drill(long candidateBundleId);

  /**
   * Swaps the modules of all places for those of a bundle, each between two turns of its lane, or,
   * where both can share connections, some connections between two turns each time. If one fails,
   * those before it are swapped back. Until {@link #confirm} a module that throws makes way for its
   * predecessor.
   */
  Swap swap(long candidateBundleId);

  /** Swaps back what {@link #swap} of this bundle swapped and is still at work. */
  Swap rollback(long candidateBundleId);

  /**
   * Moves some TCP connections of all stacks to modules of a bundle that run beside those at work;
   * where nothing passes the filter nothing changes. If one fails, those before it go back. A
   * module that throws makes way, and the one at work has all connections again.
   *
   * @param percent how many of those that pass: 1 to 100
   */
  Canary beginCanary(
      long candidateBundleId, Predicate<? super TcpConnectionInfo> where, int percent);

  /**
   * What a beginning did.
   *
   * @param pauses one per slot in which connections were moved
   * @param connections how many were moved
   * @param problem why it was undone; null if it was not
   */
  record Canary(List<Pause> pauses, int connections, String problem) {}

  /** Has the modules at work take back what modules of a bundle have. */
  Swap endCanary(long candidateBundleId);

  /** Where two TCP modules share the connections now. */
  List<Shared> canaries();

  /**
   * A slot with two modules.
   *
   * @param stack name of the stack
   * @param lane index of the lane
   * @param bundleId number of the bundle at work
   * @param candidateBundleId number of the bundle that has some connections
   * @param atWork how the one at work does
   * @param candidate how the other one does
   */
  record Shared(
      String stack,
      int lane,
      long bundleId,
      long candidateBundleId,
      ConnectionFigures atWork,
      ConnectionFigures candidate) {}

  /** The watch is over: a module of the bundle that throws is a crash like any other. */
  void confirm(long candidateBundleId);

  /**
   * Begins to look at what the stacks send and get, whatever their modules say of it. Until {@link
   * Wire#begin} it learns where connections stand.
   */
  Wire watchWire();

  /** The wires of all stacks, watched from one call to the next; close it. */
  interface Wire extends AutoCloseable {
    /** What comes from now on is told by {@link #findings}. */
    void begin();

    /**
     * The exchange that followed {@link #begin} is over. What is late by the time that it took, or
     * was sent again for it, is not held against the newcomer.
     */
    void exchanged();

    /**
     * What was found so far.
     *
     * @param patienceMillis how long a connection may owe an answer
     */
    Findings findings(int patienceMillis);

    @Override
    void close();
  }

  /**
   * What was seen on the wires.
   *
   * @param faults rules of TCP that were broken, a sentence each, and how often
   * @param resets connections that either side reset before their applications closed them
   * @param sent segments with data that were sent
   * @param sentAgain of these, sent before
   * @param arrived segments with data that arrived
   * @param arrivedAgain of these, arrived or acknowledged before
   */
  record Findings(
      Map<String, Integer> faults,
      long resets,
      long sent,
      long sentAgain,
      long arrived,
      long arrivedAgain) {}
}
