package io.karavel.nic;

import io.karavel.engine.DropReason;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;

/**
 * Sees every frame between a device and IP, and may hold it back or discard it: captures, traces,
 * impairments, the loss laboratory. An interface without a tap pays nothing for there being taps.
 * All calls come on the lane's thread and must not block. A tap that throws is taken out; the frame
 * goes on.
 *
 * <p>Several taps of an interface stand in a row, from the device to IP, by {@link #position()}.
 */
public interface FrameTap {
  /** Position of what records the wire as it is: next to the device. */
  int AT_DEVICE = 0;

  /** Position of what changes the wire. */
  int AT_WIRE = 100;

  /** Position of what shows what the stack itself sent and got: next to IP. */
  int AT_IP = 200;

  /** Where it stands: lower is nearer to the device. */
  int position();

  /** Whether it wants to see this interface. */
  boolean isFor(String interfaceName);

  /**
   * A frame from the device; direction, interface and time are set.
   *
   * @return true to let it go on; false if the tap owns it now: it releases it, or gives it to
   *     {@link TapPoint#deliver} later
   */
  boolean onReceived(TapPoint point, PacketBuffer frame);

  /**
   * The frame of the last {@link #onReceived} or {@link #onTransmit} has gone on as far as it goes
   * at once. Calls nest: what is sent in answer to a frame comes and is given before this one is.
   *
   * @param dropped why it was discarded beyond this tap; null if it was not
   */
  default void onGiven(TapPoint point, DropReason dropped) {}

  /**
   * A frame for the device.
   *
   * @return true to let it go on; false if the tap owns it now: it releases it, or gives it to
   *     {@link TapPoint#transmit} later
   */
  boolean onTransmit(TapPoint point, PacketBuffer frame);

  /** What the device may seem able to do; for a tap that needs ordinary frames. */
  default DeviceCapabilities limit(DeviceCapabilities capabilities) {
    return capabilities;
  }

  /** When it wants {@link #expire}; {@link Timer#NOT_ARMED} for never. */
  default long deadlineNanos(TapPoint point) {
    return Timer.NOT_ARMED;
  }

  /** Its deadline has come: frames held back may go on. */
  default void expire(TapPoint point, long nowNanos) {}

  /** The turn of the lane ends in which frames were seen. */
  default void onTurnEnd(TapPoint point) {}

  /** It is taken out: what it holds goes on through the point or is released. */
  default void onDetached(TapPoint point) {}
}
