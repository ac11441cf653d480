package io.karavel.engine;

import io.karavel.packet.PacketBuffer;

/**
 * One instance of a protocol module on one lane. All calls come on the lane's thread.
 *
 * <p>Life: made by its factory → {@link #open} → in its slot, working → {@link #export} → {@link
 * #close}. Export does not destroy: after it the module is suspended and receives no calls, but can
 * go on if its successor fails. An exception that leaves any method other than {@code open} is a
 * crash of the module: the engine exports what it can and plugs a fresh instance.
 */
public interface Module {
  /**
   * Takes over the state a predecessor left.
   *
   * @param kept the state, {@linkplain Handover#isEmpty() empty} at a first start
   * @throws HandoverException if the state cannot be read; the state stays intact, the module is
   *     {@linkplain #close closed} with {@link CloseReason#HANDED_OVER} to let go of what it took
   *     up, and discarded. The same goes for every other throwable.
   */
  void open(Handover kept) throws HandoverException;

  /**
   * Everything a successor needs to go on as if nothing had happened. The module changes nothing.
   */
  Handover export();

  /**
   * Ends this instance. With {@link CloseReason#HANDED_OVER} a successor has the state, or will:
   * nothing may be sent, reset or reported; only what is this instance's own (timers, descriptors
   * that were not handed over) is let go. With {@link CloseReason#DISPOSED} the state dies with it:
   * peers and applications are told.
   */
  void close(CloseReason reason);

  /**
   * A buffer that waited in the slot's parking ring, oldest first; the module owns it. Called after
   * {@link #open}, before anything new arrives.
   */
  default void onParked(PacketBuffer buffer) {
    buffer.release();
  }

  /**
   * The end of a burst of work in a turn of the lane: transmit what is owed. Called top down (TCP,
   * then IP, then devices), at least once in every turn in which anything happened.
   */
  default void flush() {}
}
