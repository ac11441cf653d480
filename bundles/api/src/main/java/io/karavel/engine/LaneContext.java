package io.karavel.engine;

import io.karavel.packet.PacketPool;

/**
 * All that a module may use of the world: one per module and lane, given at {@link
 * ModuleFactory#create}. Lane's thread, unless said otherwise.
 */
public interface LaneContext {
  /** Name of the stack: {@code "main"}, {@code "host"} … Any thread. */
  String stack();

  /** Index of the lane within its stack, from 0. Any thread. */
  int lane();

  /**
   * Whether Config Admin governs this stack. False for {@code host}, which keeps the built-in
   * defaults whatever the configuration says. Any thread.
   */
  boolean configured();

  /** The lane's time: read once per burst, so that one burst has one time. */
  long nowNanos();

  /** The lane's clock itself. Any thread. */
  NanoClock clock();

  /** The timers of the lane. */
  Timers timers();

  /** The packet buffers of the lane. */
  PacketPool packets();

  /** The counters of the lane. Any thread. */
  Counters counters();

  /** The discards of the lane. */
  Drops drops();

  /** The events of the lane. */
  EventLog events();

  /** Looks up a slot by name; made empty if nobody named it before. Keep the result. */
  <M> Slot<M> slot(String name, Class<M> type);

  /**
   * An object that lasts as long as the stack, shared by its lanes and by the modules that come and
   * go: tables of sockets and ports, interfaces. Any thread.
   *
   * @throws IllegalStateException if the engine does not provide this type
   */
  <T> T shared(Class<T> type);

  /**
   * A secret of {@code bytes} random bytes that is made when first asked for and kept by the engine
   * across modules (RFC 6528 keys, cookies, timestamps offsets).
   */
  byte[] secret(String name, int bytes);

  /** A random number for jitter and port selection; seeded in tests. */
  int random(int bound);

  /**
   * Has something done on the lane's thread, in a coming turn; dropped if the module has left its
   * slot by then. Any thread. Use it to bring in new settings.
   */
  void post(Runnable task);

  /**
   * Whether nothing that is posted is done any more: the module has left its slot, or its lane hung
   * and went on without it; then it may never be closed. Any thread.
   */
  default boolean isOver() {
    return false;
  }

  /**
   * Wakes the lane if it waits, so that it polls its devices: for a device without a readiness
   * descriptor, whose frames come from another thread. Cheap when the lane is awake. Any thread.
   */
  void wake();

  /**
   * Asks for another turn soon without waiting: there is work left over, such as a budget used up.
   */
  void again();
}
