package io.karavel.engine;

import io.karavel.packet.PacketBuffer;

/**
 * The place of a module on a lane, which outlasts the modules in it. Neighbours look a slot up once
 * and ask {@link #module()} each time; they never keep the module. Lane's thread only.
 *
 * @param <M> what the neighbours expect the module to be
 */
public interface Slot<M> {
  /** The name, as in {@link ModuleFactory#slot()}. */
  String name();

  /** The module at work, or null while the slot is empty or its module is of another type. */
  M module();

  /**
   * Lets a buffer wait for the next module, which gets it through {@link Module#onParked} in order.
   * A full ring drops it with {@link DropReason#PARKING_OVERFLOW}. The slot owns the buffer.
   */
  void park(PacketBuffer buffer);

  /** Grows by one with each module plugged: what was learnt from an earlier one is stale. */
  int generation();
}
